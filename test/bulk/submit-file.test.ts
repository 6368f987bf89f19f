/** What the attempt of a launch with a file does: the file becomes the batch of the launch's key, once, or nothing happens. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listBatches } from '../../src/bulk/list.ts'
import { resultsOf } from '../../src/bulk/read.ts'
import { fileSubmitter } from '../../src/bulk/submit-file.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { keepClaim } from '../../src/launches/lease.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import type { Permit } from '../../src/launches/start-mailing.ts'
import type { Submission } from '../../src/launches/submission.ts'
import { BatchStage, nine } from './stage.ts'

let stage: BatchStage
let folder: string
beforeAll(async () => {
  stage = await BatchStage.open()
  folder = await mkdtemp(join(tmpdir(), 'sendoff-file-'))
  await writeFile(join(folder, 'rows.csv'), 'k,id,override_source_id\na,,7\nb,91,8\n')
  await writeFile(join(folder, 'bad.csv'), `id\n${'x\n'.repeat(9)}1\n`)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await stage.close()
})
beforeEach(() => stage.clear())

const key = 'offers@20261123T0900'
const start = { key, account: 'main', request: { id: 90 }, retry: defaultPolicy.retry }
const rows: Submission = {
  source: 'rows.csv',
  key: 'k',
  sourceType: 'list',
  lateness: 900_000,
  pace: { perMinute: 30 },
}
const granted = async (): Promise<Permit> => ({ granted: true, stillOpen: () => true })

async function submit(submission: Submission, permit = granted, signal = new AbortController().signal) {
  return fileSubmitter(stage.ledger, folder)(start, submission, permit, signal)
}

const answered = (error: number, errorText: unknown) =>
  expect.objectContaining({ kind: 'answered', envelope: { kind: 'valid', error, errorText } })

describe('a launch with a file', () => {
  it('makes one batch of it, however often it is asked', async () => {
    expect(await submit(rows)).toEqual(answered(0, `The batch ${key} of 2 rows was submitted.`))
    expect(await submit(rows)).toEqual(answered(0, `The batch ${key} was submitted.`))
    const batches = await listBatches(stage.ledger, 10)
    expect(batches.map(({ batch }) => batch)).toMatchObject([{ id: key, account: 'main', total: 2, perMinute: 30 }])
    const found = []
    for await (const row of resultsOf(stage.ledger, key)) found.push(row)
    expect(found).toMatchObject([
      { key: 'a', launchKey: `${key}#a`, mailing: 90 },
      { key: 'b', launchKey: `${key}#b`, mailing: 91 },
    ])
  })

  it('makes none without a permit, and keeps nothing of what it has read', async () => {
    const refused = async (): Promise<Permit> => ({ granted: false, why: 'it is stopped' })
    expect(await submit(rows, refused)).toEqual({ kind: 'withheld', why: 'it is stopped' })
    expect(await listBatches(stage.ledger, 10)).toEqual([])
    expect(await stage.server.redis.exists(stage.ledger.keys.batchStaged(key))).toBe(0)
  })

  it('makes none in a process that is told to end', async () => {
    expect(await submit(rows, granted, AbortSignal.abort())).toMatchObject({ kind: 'withheld' })
    expect(await listBatches(stage.ledger, 10)).toEqual([])
  })

  it('says of a file that cannot be used what is wrong with it', async () => {
    const { key: _, sourceType: __, ...plain } = rows
    expect(await submit({ ...plain, source: 'bad.csv' })).toEqual(
      answered(400, expect.stringMatching(/^bad\.csv:2: column "id": must be .* \(and 8 more rows, on lines 3, 4,/)),
    )
    expect(await submit({ ...plain, source: 'none.csv' })).toEqual(
      answered(400, expect.stringMatching(/does not exist$/)),
    )
    expect(await submit({ ...plain, source: 'bad.csv', partial: true })).toEqual(
      answered(0, `The batch ${key} of 1 rows was submitted; 9 bad rows were left out.`),
    )
  })
})

describe('a claim that is kept', () => {
  it('outlives its lease for as long as it is kept, and no longer', async () => {
    const launch = { key, account: 'main', origin: 'schedule', request: { id: 90 }, submission: rows } as const
    const limits = { due: nine, sendUntil: nine + 900_000, retryUntil: nine + 900_000, policy: defaultPolicy }
    await createLaunch(stage.ledger, { ...launch, ...limits })
    const answer = await claimLaunch(stage.ledger, key, 'nonce', 'me', 100)
    if (answer.kind !== 'claimed') throw new Error(answer.kind)
    expect(answer.claim.submission).toEqual(rows)
    const leaseUntil = async () => Number(await stage.server.redis.hget(stage.ledger.keys.launch(key), 'leaseUntil'))
    expect(await leaseUntil()).toBe(nine + 100)
    const kept = keepClaim(stage.ledger, answer.claim, 100)
    await stage.wait(90)
    await expect.poll(leaseUntil).toBe(nine + 190)
    kept.stop()
    await stage.wait(101)
    expect(await claimLaunch(stage.ledger, key, 'other', 'you', 100)).toMatchObject({ kind: 'claimed' })
  })
})

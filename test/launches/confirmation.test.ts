import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createReadPlatform } from '../../src/altcraft/read-platform.ts'
import { createStartMailing } from '../../src/altcraft/start-mailing.ts'
import { type AttemptTools, attemptLaunch } from '../../src/launches/attempt.ts'
import { readAudit } from '../../src/launches/audit.ts'
import { systemClocks } from '../../src/launches/commit.ts'
import { confirmAfter, confirmationStep } from '../../src/launches/confirmation-step.ts'
import { createLaunch } from '../../src/launches/create.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { retryLaunch } from '../../src/launches/person.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { Recovery } from '../../src/launches/recovery.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { account } from '../altcraft/account.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const answered = 1_000_000
const last = confirmAfter.length

describe('the confirmation of a launch', () => {
  it.each([
    ['waits for a start that may still appear', 1, 'none', { kind: 'wait', until: answered + confirmAfter[1] }],
    ['waits for a log that can be read', 1, 'unread', { kind: 'wait', until: answered + confirmAfter[1] }],
    ['is there with the first start', 1, 'started', { kind: 'confirmed' }],
    ['is there with a late start', last, 'started', { kind: 'confirmed' }],
    ['is left open by a start that others may have made', 1, 'explained', { kind: 'unclear' }],
    ['is left open by a log that cannot be read', last, 'unread', { kind: 'unclear' }],
    ['fails after ten minutes of silence', last, 'none', { kind: 'swallowed', after: '10 minutes' }],
  ] as const)('%s', (_, readings, found, step) => {
    expect(confirmationStep(answered, readings, found)).toMatchObject(step)
  })
})

describe('an account that asks the log', () => {
  let server: TestRedis
  let commits: CommitConnection
  let queues: LaunchQueues
  let altcraft: Altcraft
  let ledger: Ledger
  let clock = 0

  beforeAll(async () => {
    server = await startTestRedis()
    commits = new CommitConnection({ kind: 'socket', path: server.socket }, 'test')
    ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => clock }
    queues = new LaunchQueues(server.redis, ledger.keys)
    altcraft = await startAltcraft()
  })
  afterAll(async () => {
    await queues.close()
    await commits.close()
    await altcraft.close()
    await server.stop()
  })
  beforeEach(async () => {
    await server.redis.flushall()
    altcraft.clear()
    altcraft.setFaults([])
    clock = Date.now()
  })

  const heardNothing = {
    attemptSettled: () => {},
    settleRefused: () => {},
    settleDelayed: () => {},
    launchEnded: () => {},
    breakerChanged: () => {},
  }

  async function launched(confirmation: 'answer' | 'log'): Promise<void> {
    const armed = account(altcraft.url, { confirmation })
    const mailer = createStartMailing(new Map([['main', armed]]))
    const times = { due: clock, sendUntil: clock + 900_000, retryUntil: clock + 900_000 }
    const launch = { key: 'a', account: 'main', origin: 'manual', request: { id: 42 }, ...times } as const
    await createLaunch(ledger, { ...launch, policy: defaultPolicy })
    const tools: AttemptTools = {
      ...{ ledger, commits, startMailing: mailer.startMailing, clocks: systemClocks },
      ...{ accept: () => true, owner: 'test', heard: heardNothing },
    }
    const sending = {
      ...{ lease: 15_000, sendingLasts: 60_000, durability: { kind: 'reply' } as const },
      ...{ rules: armed.errors, confirmation },
    }
    await attemptLaunch(tools, 'main', sending, 'a', new AbortController().signal)
    await mailer.close()
    expect((await showLaunch(ledger, 'a'))?.state).toBe('launched')
  }

  /** Sweeps at each time at which the log is to be read, and lets it be read; returns what was announced. */
  async function readOn(): Promise<string[]> {
    const armed = account(altcraft.url, { confirmation: 'log' })
    const platform = createReadPlatform(new Map([['main', armed]]))
    const announced: string[] = []
    const begun = clock
    for (const after of confirmAfter) {
      clock = begun + after + 1_000
      const recovery = new Recovery({
        ...{ ledger, queues, accounts: new Map([['main', armed]]), readLog: platform.readLog, now: async () => clock },
        heard: {
          doubtStep: () => {},
          doubtEnded: () => {},
          personNeeded: () => {},
          launchSwallowed: (key, _account, reason) => announced.push(`${key}: ${reason}`),
          backgroundFailed: (_, error) => announced.push(String(error)),
        },
      })
      const swept = await sweepLedger(ledger, 10)
      const readings = (await showLaunch(ledger, 'a'))?.confirmReadings
      recovery.take(swept.flatMap(({ kind, key, account }) => (kind === 'confirm' ? [{ kind, key, account }] : [])))
      if (swept.length > 0)
        await vi.waitUntil(async () => (await showLaunch(ledger, 'a'))?.confirmReadings !== readings)
      await recovery.stop()
    }
    await platform.close()
    return announced
  }

  it('has a launch confirmed by its entry, once', async () => {
    await launched('log')
    expect(await readOn()).toEqual([])
    expect(await showLaunch(ledger, 'a')).toMatchObject({
      state: 'launched',
      confirmation: 'confirmed',
      confirmReadings: 1,
    })
    expect(await server.redis.zcard(`${ledger.keys.root}wake`)).toBe(0)
  })

  it('learns that a launch without an entry was swallowed; a person may try it again', async () => {
    altcraft.setFaults([parseFault('swallow-unmarked')])
    await launched('log')
    const [words = ''] = await readOn()
    expect(words).toMatch(/^a: unseen: .* 10 minutes$/)
    expect(await showLaunch(ledger, 'a')).toMatchObject({ state: 'swallowed', error: 0, confirmReadings: 4 })
    expect((await readAudit(ledger, 9)).map(({ before, after }) => `${before} ${after}`)).toContain(
      'launched swallowed',
    )
    expect(await server.redis.zcard(ledger.keys.sent('main', 42, 'own'))).toBe(0)
    expect(await retryLaunch(ledger, 'a', clock + 60_000, 'somebody', 'again')).toEqual({ kind: 'done' })
  })

  it('leaves a launch as it is where the log cannot be read', async () => {
    altcraft.setFaults([parseFault('status=500:on=log')])
    await launched('log')
    expect(await readOn()).toEqual([])
    expect(await showLaunch(ledger, 'a')).toMatchObject({ state: 'launched', confirmation: 'unclear' })
  })

  it('is one that said so: by default the answer is enough and the log is not read', async () => {
    altcraft.setFaults([parseFault('swallow-unmarked')])
    await launched('answer')
    const requests = altcraft.requests()
    expect(await readOn()).toEqual([])
    expect(altcraft.requests()).toBe(requests)
    const record = await showLaunch(ledger, 'a')
    expect(record?.state).toBe('launched')
    expect(record?.confirmation).toBeUndefined()
  })
})

import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { embeddedSocket } from '../../src/redis/embedded.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { canary, configFor, Project, until } from './project.ts'

let altcraft: Altcraft
let project: Project
beforeEach(async () => {
  altcraft = await startAltcraft({ token: canary })
  project = await Project.create({ 'config/sendoff.yaml': configFor(altcraft.url) })
})
afterEach(async () => {
  await project.remove()
  await altcraft.close()
})

const submit = (file: string, ...flags: readonly string[]) => ['bulk', 'submit', file, ...flags]
const mapped = [
  ...['--column', 'id=mailing_id', '--column', 'override_source_id=segment_id', '--column', 'content.city=city'],
  ...['--source-type', 'segment', '--key', 'region'],
]
/** Where an unfinished submit puts its rows. */
const staged = keysUnder('sendoff').batchStaged('many')
const launchedBodies = () => altcraft.launches().map(({ content }) => content)

describe('a file of launches', () => {
  it('is submitted, followed to its end and accounted for row by row, and never launched a second time', async () => {
    const city = '"Saint\r\nPetersburg"'
    await project.write(
      'rows.csv',
      `\ufeffregion;mailing_id;segment_id;city\r\nmsk;90;7;=Moscow\r\nspb;91;8;${city}\r\n`,
    )
    const service = await project.serve()
    const first = await project.run(...submit('rows.csv', ...mapped, '--yes', '--watch'))
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^rows-[0-9a-f]{8}\n/) })
    expect(first.stderr).toMatch(/done: 2\/2 rows \(100%\) {2}launched 2/)
    const id = first.stdout.split('\n')[0] ?? ''

    await project.write(
      'same.ndjson',
      '{"region":"msk","mailing_id":90,"segment_id":7,"city":"=Moscow"}\n{"city":"Saint\\r\\nPetersburg","region":"spb","mailing_id":91,"segment_id":8}\n',
    )
    const again = await project.run(...submit('same.ndjson', ...mapped, '--yes', '--name', 'rows', '--json'))
    expect(again).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ kind: 'again', id, state: 'done', bad: 0 })}\n`,
    })
    const renamed = await project.run(...submit('rows.csv', ...mapped, '--yes', '--name', 'other'))
    expect(renamed).toMatchObject({ code: 2, stderr: expect.stringContaining(`--confirm-duplicate ${id}`) })
    await project.write('late.csv', 'region,mailing_id,segment_id,city\nmsk,90,7,Kazan\nekb,92,7,Perm\n')
    const late = await project.run(...submit('late.csv', ...mapped, '--yes'))
    expect(late).toMatchObject({ code: 2, stdout: '' })
    expect(late.stderr).toMatch(
      /mailing 90 went to segment 7 at \S+T(\d\d:\d\d)\S+Z\. To mail the same people again, add --confirm-duplicate \1\n/,
    )
    expect(launchedBodies()).toEqual(expect.arrayContaining([{ city: '=Moscow' }, { city: 'Saint\r\nPetersburg' }]))
    expect(launchedBodies()).toHaveLength(2)

    const results = await project.run('bulk', 'results', 'rows')
    expect(results.stdout.split('\n')).toEqual([
      'row,key,launch,mailing,state,error,error_text,reason,attempts',
      `1,msk,${id}#msk,90,launched,0,Successful operation,Altcraft started the mailing.,1`,
      `2,spb,${id}#spb,91,launched,0,Successful operation,Altcraft started the mailing.,1`,
      '',
    ])
    await service.stop()
  })

  it('goes on after its submit was killed, and is paused, resumed and cancelled with an exact account', async () => {
    const rows = Array.from({ length: 40_000 }, (_, at) => `r${at},${1 + (at % 9)},${at + 1}`)
    await project.write('many.csv', `k,id,override_source_id\n${rows.join('\n')}\n`)
    const flags = submit('many.csv', '--source-type', 'list', '--key', 'k', '--per-minute', '1200', '--yes', '--json')
    const service = await project.serve()
    const redis = new Redis({ path: embeddedSocket(join(project.folder, '.sendoff')) })
    const killed = project.start(flags)
    await until(async () => killed.process.exitCode !== null || (await redis.hlen(staged)) >= 20)
    redis.disconnect()
    await killed.stop('SIGKILL')
    const submitted = JSON.parse((await project.run(...flags)).stdout)
    expect(submitted).toMatchObject({ rows: 40_000 })
    expect(submitted.kind === 'again' || submitted.staged > 0).toBe(true)

    await until(() => altcraft.launches().length >= 3)
    expect(await project.run('bulk', 'pause', 'many', '--reason', 'wrong price')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ is paused\. Of 40,000 rows \d+ were launched/),
    })
    expect(await project.run('bulk', 'watch', 'many')).toMatchObject({ code: 8 })
    const before = altcraft.launches().length
    expect(await project.run('bulk', 'resume', 'many', '--reason', 'it was right')).toMatchObject({
      code: 0,
      stderr: '',
    })
    await until(() => altcraft.launches().length > before)
    const watching = project.start(['bulk', 'watch', 'many'])
    await until(() => watching.stderr.includes('rows ('))
    const left = await watching.stop('SIGINT')
    expect(left).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('The batch goes on. See: sendoff bulk status'),
    })

    expect(await project.run('bulk', 'cancel', 'many', '--reason', 'enough')).toMatchObject({ code: 2 })
    const cancelled = JSON.parse(
      (await project.run('bulk', 'cancel', 'many', '--reason', 'enough', '--yes', '--json')).stdout,
    )
    await until(async () => !('sending' in (await status()).counts))
    const { counts } = await status()
    expect(counts.launched + counts.cancelled).toBe(40_000)
    expect(cancelled.calledOff).toBe(counts.cancelled)
    expect(counts.launched).toBe(altcraft.launches().length)
    await service.stop()
  })
})

describe('a schedule with a file', () => {
  it('submits it when it is due, as one batch; a file with a mistake is rejected and launches nothing', async () => {
    const minute = new Date().toISOString().slice(0, 16)
    const when = `{ at: "${minute}", ifPast: now, timezone: UTC }`
    const key = `offers@${minute.replace(/[-:]/g, '')}`
    const bulk = '{ source: ../data/rows.csv, key: k, sourceType: list, columns: { content.city: city } }'
    const content = '{ year: "{{ due | date:\'yyyy\' }}" }'
    const schedule = (name: string, id: number) =>
      `  ${name}:\n    account: main\n    when: ${when}\n    launch: { id: ${id}, content: ${content} }\n`
    await project.write('data/rows.csv', 'k,id,override_source_id,city\na,,7,Riga\nb,91,8,\n')
    const bad = 'bulk: { source: ../data/none.csv }'
    await project.write(
      'jobs/all.yaml',
      `version: 1\nschedules:\n${schedule('offers', 90)}    bulk: ${bulk}\n${schedule('broken', 92)}    ${bad}\n`,
    )
    const service = await project.serve()
    await until(() => altcraft.launches().length >= 2)
    await until(async () => (await project.launches('--state', 'rejected')).length > 0)
    const results = await project.run('bulk', 'results', key)
    expect(results.stdout.match(/,launched,/g)).toHaveLength(2)
    expect(altcraft.launches().map(({ mailing, content }) => ({ mailing, content }))).toEqual(
      expect.arrayContaining([
        { mailing: 90, content: { year: minute.slice(0, 4), city: 'Riga' } },
        { mailing: 91, content: { year: minute.slice(0, 4) } },
      ]),
    )
    const rows = await project.launches()
    expect(rows.find(({ schedule }) => schedule === 'offers')).toMatchObject({
      state: 'launched',
      reason: `The batch ${key} of 2 rows was submitted.`,
    })
    expect(rows.find(({ schedule }) => schedule === 'broken')).toMatchObject({
      state: 'rejected',
      error: 400,
      error_text: expect.stringMatching(/none\.csv does not exist$/),
    })
    expect(altcraft.launches()).toHaveLength(2)
    await service.stop()
  })
})

async function status() {
  return JSON.parse((await project.run('bulk', 'status', 'many', '--json')).stdout)
}

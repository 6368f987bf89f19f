/** What a calendar costs whoever shares the process with the one that asks for it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { pauseSchedule } from '../../src/timetable/pausing.ts'
import { storedText } from '../../src/timetable/store.ts'
import { file, read } from '../timetable/schedule-text.ts'
import { HttpStage } from './stage.ts'

const calendarSchema = z.object({ rows: z.array(z.object({ local: z.string(), going: z.number() })) })

let stage: HttpStage
let key: string

beforeAll(async () => {
  stage = await HttpStage.open()
  key = await stage.key('viewer')
  for (let number = 0; number < 20; number++) {
    const [schedule] = read(
      file({ name: `every-minute-${number}`, when: '{ cron: "* * * * *", timezone: Europe/Berlin }' }),
    ).schedules
    if (!schedule) throw new Error('the schedule is not as it should be')
    await stage.put(schedule)
  }
})
afterAll(() => stage.close())

it('the largest calendar ends in its time, keeps nobody waiting meanwhile, and the next one is answered', async () => {
  let isDone = false
  const began = performance.now()
  const large = stage.ask('GET', '/api/v1/calendar?days=92', { key }).finally(() => {
    isDone = true
  })
  const small = stage.ask('GET', '/api/v1/calendar?days=1&schedule=every-minute-1', { key })
  let longest = 0
  while (!isDone) {
    const asked = performance.now()
    expect((await stage.ask('GET', '/livez')).status).toBe(200)
    expect((await stage.ask('GET', '/api/v1/accounts', { key })).status).toBe(200)
    longest = Math.max(longest, performance.now() - asked)
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(longest).toBeLessThan(2_000)
  expect(performance.now() - began).toBeLessThan(9_000)
  const answer = await large
  const body: unknown = await answer.json()
  if (answer.status === 200) expect(body).toMatchObject({ rows: { length: 20 * 93 } })
  else expect(body).toMatchObject({ status: 503, code: 'tooMuch', detail: expect.stringContaining('fewer days') })
  // It waits no longer than for its turn; asked again, it has the thread to itself.
  expect([200, 503]).toContain((await small).status)
  const again = await stage.ask('GET', '/api/v1/calendar?days=1&schedule=every-minute-1', { key })
  expect(again.status).toBe(200)
  expect(await again.json()).toMatchObject({ rows: [{ schedule: 'every-minute-1' }, {}] })
})

it('the thread that keeps schedules shows an edit, a pause and a removal at once', async () => {
  const { ledger } = stage
  const rows = async () => {
    const answer = await stage.ask('GET', '/api/v1/calendar?days=2&schedule=edited', { key })
    const { rows } = calendarSchema.parse(await answer.json())
    return rows.map(({ local, going }) => `${local.slice(15, 20)} ${going}`)
  }
  const put = async (minute: number) => {
    const [schedule] = read(file({ name: 'edited', when: `{ cron: "${minute} 9 * * *", timezone: UTC }` })).schedules
    // A mailing of its own: it meets none of the others.
    if (schedule)
      await ledger.redis.hset(ledger.keys.schedules, 'edited', storedText({ ...schedule, launch: { id: 777 } }))
  }
  await put(10)
  expect(await rows()).toEqual(['09:10 1', '09:10 1'])
  await put(20)
  expect(await rows()).toEqual(['09:20 1', '09:20 1'])
  await put(10)
  expect(await rows()).toEqual(['09:10 1', '09:10 1'])
  await pauseSchedule(ledger, 'edited', { by: 'somebody', why: 'the template' })
  expect(await rows()).toEqual(['09:10 0', '09:10 0'])
  await ledger.redis.hdel(ledger.keys.schedules, 'edited')
  expect(await rows()).toEqual([])
})

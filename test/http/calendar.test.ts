/** What a calendar costs whoever shares the process with the one that asks for it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { file, read } from '../timetable/schedule-text.ts'
import { HttpStage } from './stage.ts'

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

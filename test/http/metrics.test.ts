/** Metrics: what happened is counted, how things stand is asked, and nothing is labelled by mailing or schedule. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { cancelBatch } from '../../src/bulk/cancel.ts'
import { HttpStage } from './stage.ts'
import { fill } from './world.ts'

let stage: HttpStage

beforeAll(async () => {
  stage = await HttpStage.open()
  await fill(stage)
})
afterAll(() => stage.close())

it('counts what the log says, and shows how things stand', async () => {
  const fields = { account: 'main', mailing: 90, launch: 'weekly@1', attempt: 1, lateness: 1_200, duration: 300 }
  const settled = { event: 'attemptSettled', ...fields }
  stage.metrics.hear({ level: 'info', words: '', fields: { ...settled, state: 'launched', outcome: 'launched' } })
  stage.metrics.hear({ level: 'warn', words: '', fields: { ...settled, state: 'waiting', outcome: 'notLaunched' } })
  stage.events.launchEnded('weekly@2', 'main', 'expired', 'late')
  await stage.ask('GET', '/livez')
  const submit = (account: string, name: string) =>
    stage.ask('POST', `/api/v1/batches?account=${account}&name=${name}`, {
      key: launcher,
      raw: 'id\n1\n2\n3\n',
      headers: { 'content-type': 'text/csv' },
    })
  const launcher = await stage.key('launcher')
  const { batch } = z.object({ batch: z.object({ id: z.string() }) }).parse(await (await submit('main', 'open')).json())
  await submit('other', 'called-off')
  const { redis, keys } = stage.ledger
  for (const id of await redis.zrevrange(keys.batches, 0, -1)) {
    if (id !== batch.id) await cancelBatch(stage.ledger, id, { by: 'x', why: 'y' })
  }
  await redis.hset(keys.batch(batch.id), 'cursor', 1, 'n:rejected', 1)
  await redis.zadd(keys.batchAgain(batch.id), 1, `${batch.id}#1`)
  const answer = await stage.ask('GET', '/metrics', { key: await stage.key('viewer') })
  const text = await answer.text()
  expect(text).toContain('sendoff_launches_total{account="main",outcome="launched"} 1')
  expect(text).toContain('sendoff_launches_total{account="main",outcome="expired"} 1')
  expect(text).toContain('sendoff_attempts_total{account="main",outcome="notLaunched"} 1')
  expect(text).toContain('sendoff_launch_lateness_seconds_bucket{le="2.5",account="main"} 2')
  expect(text).toContain('sendoff_launches{state="unknown"} 2')
  expect(text).toContain('sendoff_launches{state="held"} 1')
  expect(text).toMatch(/sendoff_http_request_duration_seconds_count\{method="GET",route="\/livez",status="200"\} 1/)
  expect(text).toContain('sendoff_batches{state="running"} 1')
  expect(text).toContain('sendoff_batches{state="cancelled"} 1')
  expect(text).toContain('sendoff_batch_rows{state="rejected"} 1')
  expect(text).toContain('sendoff_batch_rows{state="cancelled"} 3')
  expect(text).toContain('sendoff_batch_rows{state="underWay"} 0')
  expect(text).toContain('sendoff_batch_rows_waiting{account="main"} 3')
  expect(text).not.toMatch(/weekly|open-|mailing=|schedule=|batch=/)
})

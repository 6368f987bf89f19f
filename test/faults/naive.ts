/**
 * What the suite must fail: the processor that most people would write. A BullMQ worker that makes the call and has it
 * retried. It stands under the same faults as the product; without doubles here, none found there means nothing.
 */
import { Worker } from 'bullmq'

const { REDIS_PORT, ALTCRAFT_URL, TEST_SIGNAL_AT = '' } = process.env
const [point, signal] = TEST_SIGNAL_AT.split('=')

function pass(name: string): void {
  if (name === point) process.kill(process.pid, signal === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL')
}

const worker = new Worker(
  'naive',
  async job => {
    pass('taken')
    const answer = await fetch(`${ALTCRAFT_URL}/api/v1.1/campaigns/broadcasts/start`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Request-ID': String(job.id) },
      body: JSON.stringify({ token: 'token', ...job.data }),
    })
    const { error } = JSON.parse(await answer.text())
    if (error !== 0) throw new Error(`error ${error}`)
    pass('answered')
  },
  {
    connection: { host: '127.0.0.1', port: Number(REDIS_PORT), maxRetriesPerRequest: null },
    concurrency: 1,
    lockDuration: 1_000,
    stalledInterval: 1_000,
  },
)
worker.on('error', () => {})
await worker.waitUntilReady()
process.stdout.write('ready\n')

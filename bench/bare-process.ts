/** The worker of the bare side: the same call for each job that its schedulers make, and no ledger. */
import { Worker } from 'bullmq'
import { caller } from './bare-side.ts'
import { serveAs } from './child.ts'
import { joinStore } from './embedded-store.ts'

await serveAs(async ({ folder, url, concurrency }) => {
  const begun = performance.now()
  const store = await joinStore(folder)
  const { call, close } = caller({ url, mode: 'fresh', concurrency })
  const options = { connection: store.redis, concurrency }
  const worker = new Worker('bare', async job => call(job.data.request), options)
  worker.on('error', () => {})
  await worker.waitUntilReady()
  return {
    startedIn: performance.now() - begun,
    end: async () => {
      await worker.close()
      await close()
      await store.leave()
    },
  }
})

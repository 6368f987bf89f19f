/** The bare side: a BullMQ job scheduler with a cron pattern for each schedule. */
import { Queue } from 'bullmq'
import type { EmbeddedStore } from './embedded-store.ts'
import type { Daily } from './many-schedules.ts'

/** Calls under way at once: one after the other they would wait for the disk 100,000 times. */
const atOnce = 500

/** Upserts them all. Whatever is due before it is done is lost: that is how job schedulers are. */
export async function upsertAll(store: EmbeddedStore, dailies: readonly Daily[]): Promise<void> {
  const queue = new Queue('bare', { connection: store.redis })
  for (let index = 0; index < dailies.length; index += atOnce) {
    await Promise.all(dailies.slice(index, index + atOnce).map(daily => upsert(queue, daily)))
  }
  await queue.close()
}

function upsert(queue: Queue, { name, mailing, pattern, zone }: Daily) {
  const template = {
    name: 'launch',
    data: { request: { id: mailing } },
    opts: { removeOnComplete: true, removeOnFail: true },
  }
  return queue.upsertJobScheduler(name, { pattern, tz: zone }, template)
}

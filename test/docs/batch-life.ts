/** A batch in whose life every key and field of batches comes to be. */
import type { BatchDeclaration } from '../../src/bulk/batch.ts'
import { Feeder } from '../../src/bulk/feeder.ts'
import { pauseBatch, resumeBatch } from '../../src/bulk/pausing.ts'
import { retryBatch } from '../../src/bulk/retry.ts'
import type { Row } from '../../src/bulk/row.ts'
import { submitBatch } from '../../src/bulk/submit.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import type { LaunchQueues } from '../../src/launches/queue.ts'
import { settleLaunch } from '../../src/launches/settle.ts'

const decision = { by: 'someone', why: 'to see' } as const

const declaration: BatchDeclaration = {
  name: 'offers',
  account: 'main',
  policy: { ...defaultPolicy, retry: { ...defaultPolicy.retry, deadline: 60_000 } },
  pace: { perMinute: 6_000, concurrency: 1 },
  hours: { timezone: 'UTC', quietHours: { from: '22:00', to: '08:00', does: 'move' } },
  stopAfter: { failures: 100 },
  source: 'data/offers.csv',
  by: 'someone',
  why: 'to see',
}

async function* rows(count: number, mailing: number): AsyncGenerator<Row> {
  for (let number = 1; number <= count; number++) {
    yield { number, line: number + 1, key: String(number), request: { id: mailing } }
  }
}

/** Takes the steps; `look` is called whenever something new may be there, `wait` lets so many milliseconds pass. */
export async function liveThroughBatch(
  ledger: Ledger,
  queues: LaunchQueues,
  now: () => number,
  look: () => Promise<void>,
  wait: (time: number) => void,
): Promise<void> {
  const { redis, keys } = ledger
  const heard = { batchDone: () => {}, batchPaused: () => {}, batchStuck: () => {} }
  const feeder = new Feeder({ ledger, queues, accounts: new Set(['main']), heard })
  async function* watched(): AsyncGenerator<Row> {
    yield* rows(600, 700)
    await expectStaged(() => redis.hlen(keys.batchStaged('offers')))
    await look()
  }
  const answer = await submitBatch(ledger, declaration, watched())
  if (answer.kind !== 'submitted') throw new Error(`not submitted but ${answer.kind}`)
  const { id } = answer
  const feed = async () => {
    await feeder.pass()
    wait(1_000)
    await look()
  }
  await feed()
  await feed()
  const window = () => redis.zrange(keys.batchWindow(id), '0', '-1')
  const [first = '', second = ''] = await window()
  const claim = async (key: string) => {
    const claimed = await claimLaunch(ledger, key, `nonce-${key}-${now()}`, 'owner', 10_000)
    await look()
    return claimed.kind === 'claimed' ? claimed.claim : undefined
  }
  const end = async (key: string, state: 'launched' | 'rejected') => {
    const held = await claim(key)
    if (!held) throw new Error(`${key} is not claimed`)
    // The batch is full: the other stands in line.
    await claim(key === first ? second : first)
    const attempt = { start: now(), end: now(), outcome: state, reason: 'because', handed: true }
    await settleLaunch(ledger, held, { state, reason: 'because', attempt })
    await look()
  }
  await end(first, 'rejected')
  await end(second, 'launched')
  await retryBatch(ledger, id, decision)
  await look()
  await pauseBatch(ledger, id, decision)
  await look()
  await resumeBatch(ledger, queues, id, decision, now())
  await look()
  // Without a concurrency the lane of their one mailing is what rows stand in line for.
  await submitBatch(ledger, { ...declaration, name: 'second', pace: {} }, rows(2, 701))
  await feed()
  const others = (await redis.keys(keys.launch('second-*'))).map(key => key.slice(keys.launch('').length))
  for (const key of others) await claim(key)
}

/** A chunk is on its way when the next rows are read. */
async function expectStaged(count: () => Promise<number>): Promise<void> {
  while ((await count()) === 0);
}

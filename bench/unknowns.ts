/**
 * The riskiest assumption: most transient failures look ambiguous. 1,000 launches of 50 mailings against the stand-in, one
 * request in twenty meeting a 502, a reset or a silence, before or after the start is executed, with de-duplication on. How
 * many end unknown, and how many of those would an identical repeat have ended?
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { createStartMailing } from '../src/altcraft/start-mailing.ts'
import { type ArmedAccount, accountSchema } from '../src/config/account.ts'
import { Secret } from '../src/config/secret.ts'
import type { AttemptTools } from '../src/launches/attempt.ts'
import { classify } from '../src/launches/classify.ts'
import { systemClocks } from '../src/launches/commit.ts'
import { createLaunch } from '../src/launches/create.ts'
import { askPerson } from '../src/launches/doubt.ts'
import { listLaunches } from '../src/launches/list.ts'
import { defaultPolicy } from '../src/launches/policy.ts'
import { LaunchQueues } from '../src/launches/queue.ts'
import { showLaunch } from '../src/launches/read.ts'
import { LaunchWorker } from '../src/launches/worker.ts'
import { CommitConnection } from '../src/redis/commit-connection.ts'
import { connectPatiently } from '../src/redis/connection.ts'
import { EmbeddedRedis } from '../src/redis/embedded.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { startAltcraft } from '../src/sandbox/altcraft.ts'
import { parseFault } from '../src/sandbox/fault-text.ts'
import { Report } from './report.ts'

const total = 1_000
const mailings = 50
const share = 0.05
const kinds = ['status=502', 'status-after=502', 'reset', 'reset-after', 'silent', 'silent-after']

const report = new Report('Unknowns')
const data = mkdtempSync(join(tmpdir(), 'sendoff-unknowns-'))
const altcraft = await startAltcraft({ token: 'bench', seed: Number(process.env.SEED ?? 1) })
// Each fault is tried only where the ones before it did not strike: the chances are chosen so that all are equally likely.
altcraft.setFaults(
  kinds.map((kind, index) =>
    parseFault(`${kind}:p=${(share / kinds.length / (1 - (index * share) / kinds.length)).toFixed(6)}`),
  ),
)
const embedded = await EmbeddedRedis.join(data)
const address = { kind: 'socket', path: embedded.socket } as const
const redis = connectPatiently(address, 'bench')
const ledger = { redis, keys: keysUnder('bench') }
const account: ArmedAccount = {
  ...accountSchema.parse({
    baseUrl: altcraft.url,
    token: { env: 'BENCH' },
    timeouts: { connect: '1s', headers: '1s', total: '2s' },
  }),
  name: 'main',
  tokenSecret: new Secret('bench'),
  ca: undefined,
}
const mailer = createStartMailing(new Map([['main', account]]))
const commits = new CommitConnection(address, 'bench-commit')
const queues = new LaunchQueues(redis, ledger.keys)
const now = Date.now()
const made = Array.from({ length: total }, (_, index) => ({
  key: `bench-row-${index}`,
  account: 'main',
  origin: 'bulk' as const,
  request: { id: 1 + (index % mailings), content: { row: index } },
  due: now,
  sendUntil: now + 900_000,
  retryUntil: now + 900_000,
  policy: { ...defaultPolicy, overlap: 'allow' as const },
}))
await Promise.all(made.map(launch => createLaunch(ledger, launch)))
await queues.add(made.map(({ key }) => ({ account: 'main', jobId: key, delay: 0, job: { key } })))

setTimeout(() => fail('the benchmark took too long and was given up'), 5 * 60_000).unref()

function fail(why: unknown): void {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

let ended = 0
const count = () => {
  ended += 1
}
const heard = {
  attemptSettled: ({ key, token }: { key: string; token: number }, { state }: { state: string }) => {
    if (state === 'waiting') return
    if (state !== 'unknown') return count()
    // Left to recovery it would keep its mailing's lane, and no recovery runs here: what ends the doubt is counted below.
    askPerson(ledger, key, token, 'bench', 'counted').then(count, fail)
  },
  launchEnded: count,
  breakerChanged: () => {},
  settleRefused: count,
  settleDelayed: () => {},
}
const tools: AttemptTools = {
  ledger,
  commits,
  startMailing: mailer.startMailing,
  clocks: systemClocks,
  accept: () => true,
  owner: 'bench',
  heard,
}
const sending = {
  lease: 15_000,
  sendingLasts: 20_000,
  durability: { kind: 'reply' as const },
  rules: account.errors,
  confirmation: account.confirmation,
}
const worker = new LaunchWorker(redis, ledger.keys.queuePrefix, { name: 'main', sending, concurrency: 50 }, tools, {
  jobNotUnderstood: () => {},
  redisLost: () => {},
})
worker.start()
while (ended < total) await pauseFor(50)
await worker.stop(pauseFor(5_000))

const records = await listLaunches(ledger, {}, total, ['main'])
const states = new Map<string, number>()
for (const { state } of records) states.set(state, (states.get(state) ?? 0) + 1)
const unknown = (
  await Promise.all(records.filter(({ state }) => state === 'unknown').map(({ key }) => showLaunch(ledger, key)))
).filter(record => record !== undefined)
const executed = new Set(altcraft.launches().map(started => started.request_id))
altcraft.setFaults([])
let endedByRepeat = 0
for (const record of unknown) {
  const permit = async () => ({ granted: true, stillOpen: () => true }) as const
  const observation = await mailer.startMailing(
    { account: 'main', requestId: record.requestId, request: record.request },
    permit,
    new AbortController().signal,
  )
  if (classify(observation, account.errors, true).kind === 'launched') endedByRepeat += 1
}
const perLaunch = new Map<string | null, number>()
for (const { request_id } of altcraft.launches()) perLaunch.set(request_id, (perLaunch.get(request_id) ?? 0) + 1)
report.say(
  `- ${total} launches of ${mailings} mailings, faults ${kinds.join(', ')}, ${share * 100} % of requests in all`,
)
report.say(`- states: ${[...states].map(([state, count]) => `${state} ${count}`).join(', ')}`)
report.say(
  `- unknown and really started: ${unknown.filter(record => executed.has(record.requestId)).length} of ${unknown.length}`,
)
report.say(`- unknown that an identical repeat ends as launched: ${endedByRepeat} of ${unknown.length}`)
report.say(`- launches started twice, repeats included: ${[...perLaunch.values()].filter(times => times > 1).length}`)
await queues.close()
await commits.close()
await mailer.close()
redis.disconnect()
await embedded.leave()
await altcraft.close()
rmSync(data, { recursive: true, force: true })
await report.keep()

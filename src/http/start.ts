/** The HTTP API of a running service: what it is made of, from configuration to the end. */
import { once } from 'node:events'
import type { Config } from '../config/config.ts'
import { type ListenAddress, readListen } from '../config/listen.ts'
import type { Happening } from '../launches/event-stream.ts'
import type { Ledger } from '../launches/ledger.ts'
import { waitAtMost } from '../launches/patience.ts'
import { LaunchQueues } from '../launches/queue.ts'
import { connectPromptly, type RedisAddress } from '../redis/connection.ts'
import type { Fitness } from '../redis/fitness.ts'
import { EventHub } from './event-hub.ts'
import { keptFor } from './kept-for.ts'
import { Metrics } from './metrics.ts'
import type { Check, Heard, HttpParts, MakePages } from './parts.ts'
import { Probes } from './probes.ts'
import { listen } from './server.ts'
import { releaseVersion } from './version.ts'

export interface HttpInput {
  readonly config: Config
  readonly address: RedisAddress
  /** Its connection is not used: people who ask are not made to wait until Redis is back. */
  readonly ledger: Ledger
  readonly fitness: Fitness
  readonly drift: HttpParts['drift']
  readonly events: Heard & {
    httpListens(address: string, withoutKey: string): void
    alsoTell(listener: (happening: Happening) => void): void
  }
  /** Absent: the API alone. */
  readonly pages?: MakePages
}

export interface HttpService {
  /**
   * From now on it is not ready and takes no decisions; what is asked is still answered. Resolves when who asks regularly whether it
   * is ready has been told: a load balancer sends nobody to a server that has gone.
   */
  drain(): Promise<void>
  stop(): Promise<void>
}

/** Requests under way when it stops have so long. Milliseconds. */
const grace = 2_000
/** A store that answers later than this is not ready. Milliseconds. */
const promptness = 2_000
/** A reading of events waits for the next one: it takes longer than any other command. Milliseconds. */
const longestReading = 15_000
/** Whether it is ready is found out no more often: anybody may ask. Milliseconds. */
const lookEvery = 1_000

/** Listens where `http.listen` says; undefined where it says nothing. Throws CannotListen. */
export async function startHttp(input: HttpInput): Promise<HttpService | undefined> {
  const where = readListen(input.config.http.listen ?? '')
  return where === undefined ? undefined : startAt(where, input)
}

async function startAt(
  where: ListenAddress,
  { config, address, fitness, events, pages, drift, ...rest }: HttpInput,
): Promise<HttpService> {
  const redis = connectPromptly(address, 'sendoff-http')
  redis.on('error', () => {})
  if (redis.status !== 'ready') await waitAtMost(promptness, once(redis, 'ready'))
  const ledger: Ledger = { ...rest.ledger, redis }
  const queues = new LaunchQueues(redis, ledger.keys)
  const open = { config, ledger, queues }
  const version = releaseVersion()
  const metrics = new Metrics(version)
  events.alsoTell(happening => metrics.hear(happening))
  const hub = new EventHub(ledger, () => {
    const reader = connectPromptly(address, 'sendoff-events', longestReading)
    reader.on('error', () => {})
    return reader
  })
  let stopping = false
  const parts: HttpParts = {
    open,
    settings: config.http,
    version,
    events: hub,
    heard: events,
    measure: request => metrics.measure(request),
    metrics: () => metrics.read(open),
    checks: keptFor(lookEvery, () => checksOf(ledger, fitness)),
    isStopping: () => stopping,
    probes: new Probes(),
    drift,
  }
  const leave = async () => {
    await queues.close()
    redis.disconnect()
  }
  try {
    const server = await listen(parts, where, config.http.withoutKey, pages)
    events.httpListens(server.address, config.http.withoutKey)
    return {
      drain: () => {
        stopping = true
        hub.close()
        return parts.probes.told(performance.now())
      },
      stop: async () => {
        stopping = true
        await server.close(grace)
        await leave()
      },
    }
  } catch (error) {
    await leave()
    throw error
  }
}

/** Altcraft that is down is no reason: launches wait for it. */
async function checksOf({ redis, keys, owner = 'http' }: Ledger, fitness: Fitness): Promise<Check[]> {
  try {
    const signal = AbortSignal.timeout(promptness)
    const late = once(signal, 'abort').then(() => {
      throw new Error('late')
    })
    const asked = redis.set(`${keys.process(owner)}:ready`, Date.now(), 'PX', 10_000).then(() => fitness.look(redis))
    const unfit = await Promise.race([asked, late])
    const why = unfit.map(each => each.why).join('; ')
    return [
      { name: 'redis', ok: true },
      { name: 'durability', ok: unfit.length === 0, ...(why === '' ? {} : { why }) },
    ]
  } catch (error) {
    return [{ name: 'redis', ok: false, why: troubleWords(error) }]
  }
}

/** Redis' own words are for the log: whoever asks without a key does not learn where it is and what ails it. */
function troubleWords(error: unknown): string {
  const refusal = /^(MISCONF|READONLY|OOM|NOREPLICAS|NOPERM|CLUSTERDOWN|MASTERDOWN)\b/
  return error instanceof Error && refusal.test(error.message) ? 'Redis refuses to write' : 'Redis does not answer'
}

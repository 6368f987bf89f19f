/** Services that strike themselves at a named point of the protocol, each with the one launch it had in hand. */
import type { Launch } from './ledger.ts'
import { type Child, until } from './processes.ts'
import type { Stage } from './stage.ts'
import { Inconclusive } from './trial.ts'

/** The points of an attempt, in their order; src/launches/fault-point.ts says what each means. */
export const attemptPoints = ['taken', 'claimed', 'connected', 'committed', 'writing', 'answered', 'settled'] as const
export type AttemptPoint = (typeof attemptPoints)[number]

export interface Victim {
  readonly point: AttemptPoint
  readonly service: Child
  /** The key of the launch it was at; undefined where it cannot be told. */
  readonly key: string | undefined
}

/** Of the right to connect; less than `timeouts.connect` and the commit's own time. */
const shortestLease = 5_000

/** One launch at a time, so that a victim leaves exactly one behind. */
function start(stage: Stage, points: readonly AttemptPoint[], signal: 'SIGKILL' | 'SIGSTOP') {
  return points.map(point => ({
    point,
    service: stage.begin({ TEST_SIGNAL_AT: `${point}=${signal}`, SENDOFF_WORKER__CONCURRENCY: '1' }),
  }))
}

/**
 * Starts a victim for each point and waits until each has struck itself; they come back in the points' order. There
 * must be a launch for each. Throws Inconclusive where the machine is too slow for them to strike at about the same time.
 */
export async function strike(
  stage: Stage,
  points: readonly AttemptPoint[],
  signal: 'SIGKILL' | 'SIGSTOP',
): Promise<Victim[]> {
  const started = start(stage, points, signal)
  const struckAt = new Map<Child, number>()
  const struck = () => {
    for (const { service } of started) {
      const isDown = service.ending !== undefined || service.isStopped
      if (isDown && !struckAt.has(service)) struckAt.set(service, Date.now())
    }
    return struckAt.size === started.length
  }
  await until('every victim has struck itself', struck, 60_000)
  const times = [...struckAt.values()]
  // After a lease, one victim meets what another has left behind, and nobody can say what must come of that.
  if (Math.max(...times) - Math.min(...times) > shortestLease) throw new Inconclusive()
  stage.trial.fault(started.length)
  const launches = await stage.launches()
  const owned = started.map(victim => ({ ...victim, key: ownedBy(victim.service, launches) }))
  const active = await stage.redis.client.lrange('{sendoff}:queue:launch-main:active', 0, -1)
  // Who has taken a job and asked nothing is in no record; its job is the one that nobody else is at.
  const [unasked] = active.filter(job => !owned.some(({ key }) => key === job))
  return owned
    .map(victim => ({ ...victim, key: victim.key ?? unasked }))
    .sort((a, b) => attemptPoints.indexOf(a.point) - attemptPoints.indexOf(b.point))
}

function ownedBy({ pid }: Child, launches: readonly Launch[]): string | undefined {
  return launches.find(({ owner }) => owner.split(':')[1] === String(pid))?.key
}

/** What the tests of the API ask about: a schedule, and launches in states in which something can be decided about them. */
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { hourly, scheduleOf } from '../timetable/stage.ts'
import type { HttpStage } from './stage.ts'

const hour = 3_600_000

function launchOf(key: string, over: Partial<NewLaunch> = {}): NewLaunch {
  const due = over.due ?? Date.now()
  const sendUntil = due + 4 * hour
  const policy = { ...defaultPolicy, overlap: 'allow' as const }
  return {
    key,
    account: 'main',
    origin: 'manual',
    request: { id: 90 },
    due,
    sendUntil,
    retryUntil: sendUntil,
    policy,
    ...over,
  }
}

/** `doubtful`: unknown, its quarantine over. `guarded`: held by a guard. `planned`: due in an hour. `foreign`: of another account. */
export async function fill(stage: HttpStage, schedule = scheduleOf('weekly', hourly)): Promise<void> {
  const { ledger } = stage
  await stage.put(schedule)
  const early = Date.now() - 2 * hour
  const unknown = { state: 'unknown', reason: 'store: a test' } as const
  await createLaunch(ledger, launchOf('doubtful', { due: early, missed: unknown, request: { id: 77 } }))
  await createLaunch(ledger, launchOf('dubious', { due: early, missed: unknown, request: { id: 78 } }))
  await createLaunch(
    ledger,
    launchOf('planned', { due: Date.now() + hour, request: { id: 5, content: { city: 'Riga' } } }),
  )
  await createLaunch(ledger, launchOf('foreign', { account: 'other' }))
  const guard = { maxPerDay: 1, since: early, coolDown: hour, onHit: 'hold' } as const
  await createLaunch(ledger, launchOf('guarded', { request: { id: 66 }, guard }))
  await ledger.redis.zadd(ledger.keys.sent('main', 66, 'own'), Date.now() - 60_000, 'before')
  const answer = await claimLaunch(ledger, 'guarded', 'nonce', 'worker', 1_000)
  if (answer.kind === 'claimed') throw new Error('the guard did not hold it')
}

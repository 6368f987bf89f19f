/** What must hold after every step, whatever happened: the rules of docs/launch-lifecycle.md, one check each. */
import { restStates, states } from '../../../src/launches/launch.ts'
import type { Platform } from './platform.ts'
import { type Place, placeOf, type Snapshot } from './snapshot.ts'

export class Violation extends Error {
  override readonly name = 'Violation'
}

/** What people did to a launch that the rules allow for: only they may be wrong. */
export interface Doings {
  /** Releases of a launch that had been started, or still could be. */
  wrongReleases: number
  /** Somebody said that it was launched. */
  attested: boolean
}

export interface Facts {
  readonly now: number
  readonly platform: Platform
  readonly launches: readonly Place[]
  readonly doings: ReadonlyMap<string, Doings>
  /** The launch that a person has retried in this very step. */
  readonly retried: string | undefined
  /** How many may be under way at once; absent where any number may. */
  readonly concurrency: number | undefined
}

const rests = new Set<string>(restStates)
/** In these nothing was started and nothing can be any more, or a second start would be one too many. */
const idle = new Set([
  'planned',
  'claimed',
  'waiting',
  'held',
  'rejected',
  'failed',
  'swallowed',
  'skipped',
  'expired',
  'cancelled',
])
const counted = new Set(['sending', 'launched', 'unknown'])

export function check(before: Snapshot | undefined, after: Snapshot, facts: Facts): void {
  for (const launch of facts.launches) {
    const row = after.launches[launch.key] ?? {}
    checkLaunch(launch.key, row, facts)
    checkIndexes(launch, row, after)
    const former = before?.launches[launch.key]
    if (former?.state !== undefined) checkChange(launch.key, former, row, facts)
  }
  checkLanes(before, after, facts.launches)
  checkFlights(after, facts)
}

function demand(holds: boolean, rule: string, ...details: unknown[]): void {
  if (!holds) throw new Violation(`${rule}: ${details.map(detail => JSON.stringify(detail)).join(' ')}`)
}

type Row = Readonly<Record<string, string>>

function checkLaunch(key: string, row: Row, { now, platform, doings }: Facts): void {
  const { wrongReleases = 0, attested = false } = doings.get(key) ?? {}
  const starts = platform.starts(key)
  const state = row.state ?? ''
  demand(starts <= 1 + wrongReleases, 'I1 at most one start', key, starts, row)
  if (state === 'launched') demand(starts > 0 || attested, 'I2 launched is true', key, row)
  if (idle.has(state) && row.doubt === undefined && wrongReleases === 0) {
    demand(starts === 0, `I3 ${state} was not started`, key, row)
    demand(!platform.mayStillStart(key, now), `I3 ${state} has no request under way`, key, row)
  }
  if (state === 'unknown') demand(row.doubt === '1', 'an unknown launch is in doubt', key, row)
  if (row.doubt === '1') demand(['unknown', 'claimed', 'sending'].includes(state), 'a doubt is not hidden', key, row)
  if (['skipped', 'expired', 'cancelled', 'held', 'rejected', 'failed', 'unknown'].includes(state))
    demand((row.reason ?? '') !== '', 'it says why', key, row)
}

function checkIndexes({ key, account, mailing }: Place, row: Row, after: Snapshot): void {
  const state = row.state ?? ''
  const found = states.filter(each => after.states[each]?.includes(key))
  demand(found.length === 1 && found[0] === state, 'it is in the index of its state alone', key, found, state)
  demand(after.ended.includes(key) === rests.has(state), 'only what rests has ended', key, state)
  const asked = state === 'unknown' && row.recovering === '0'
  demand(key in after.wake !== (rests.has(state) || asked), 'whatever is under way is looked at again', key, row)
  demand(after.waiting.includes(key) === (state === 'waiting'), 'the waiting ones are those that wait', key, state)
  if (state === 'claimed' || state === 'sending')
    demand(after.lanes[placeOf({ key, account, mailing })] === key, 'it holds its lane', key, row, after.lanes)
  const mustCount = counted.has(state) && row['at:sending'] !== undefined
  const mayCount = counted.has(state) || state === 'writtenOff' || (state === 'claimed' && row.doubt === '1')
  demand(!mustCount || after.sent.includes(key), 'the guards count what was sent or may have been', key, row)
  demand(mayCount || !after.sent.includes(key), 'the guards count nothing else', key, row)
}

/** One step makes one change at most of each launch. */
function checkChange(key: string, former: Row, row: Row, { now, retried }: Facts): void {
  const change = `${former.state} to ${row.state}`
  const sameToken = former.token === row.token
  if (former.state === 'sending') {
    demand(sameToken && row.state !== 'claimed' && row.state !== 'planned', 'sending is not taken over', key, change)
    if (row.state === 'sending') demand(row.nonce === former.nonce, 'sending keeps its owner', key)
  }
  if (former.state === 'claimed' && row.state === 'claimed' && Number(former.leaseUntil) > now)
    demand(sameToken, 'a claim is not taken over before its lease is over', key)
  if (rests.has(former.state ?? '') && row.state !== former.state)
    demand(retried === key && row.state === 'planned', 'an end is undone by a person alone', key, change)
  demand(Number(row.token) >= Number(former.token), 'tokens grow', key)
  demand(Number(row.attempts) >= Number(former.attempts), 'attempts grow', key)
}

function checkLanes(before: Snapshot | undefined, after: Snapshot, launches: readonly Place[]): void {
  for (const [place, holder] of Object.entries(after.lanes)) {
    const here = launches.filter(launch => placeOf(launch) === place)
    const busy = here.filter(({ key }) => ['claimed', 'sending'].includes(after.launches[key]?.state ?? ''))
    demand(busy.length <= 1, 'one attempt at a time per mailing', place, busy)
    const former = before?.lanes[place] ?? ''
    const isRead = after.launches[former]?.state === 'unknown' && after.launches[former]?.recovering === '1'
    demand(!isRead || holder === former, 'a launch whose log is read keeps its lane', place, former, holder)
    const state = after.launches[holder]?.state ?? ''
    demand(
      holder === '' || ['claimed', 'sending', 'unknown'].includes(state),
      'a lane is not left behind',
      place,
      holder,
      state,
    )
  }
}

function checkFlights(after: Snapshot, { now, concurrency }: Facts): void {
  if (concurrency === undefined) return
  const flights = Object.entries(after.launches).filter(
    ([, { state, leaseUntil }]) => state === 'sending' || (state === 'claimed' && Number(leaseUntil) >= now),
  )
  demand(flights.length <= concurrency, 'no more are under way than may be', flights)
}

/** Lists of launches as the search asks for them. */
import { type LaunchRow, launchRow } from '../../duty/launch-shape.ts'
import { findLaunches } from '../../duty/launches.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type Caller, maySee } from '../../http/access.ts'
import { type Cursor, readCursor } from '../../launches/cursor.ts'
import type { LaunchFilter } from '../../launches/list.ts'
import { showLaunch } from '../../launches/read.ts'
import type { Search } from '../search.ts'
import type { ListedRow } from '../view/launch-parts.tsx'
import { zonesOf } from './zones.ts'

export interface LaunchesPage {
  readonly search: Search
  readonly rows: readonly ListedRow[]
  /** Of the next page. */
  readonly next: string | null
  /** Whether this is not the first page. */
  readonly deep: boolean
}

const perPage = 50
/** Free text has no index: so many launches are looked through for one page, and then the rest is left to the next. */
const mostLookedThrough = 5_000

/** A page of what the caller may see. */
export async function readLaunches(
  open: OpenLedger,
  caller: Caller,
  search: Search,
  after: string | undefined,
): Promise<LaunchesPage> {
  const cursor = after === undefined ? undefined : readCursor(after)
  const filter = { ...search.filter, ...onlyAccount(caller) }
  const { launches, next } = await lookThrough(
    open,
    filter,
    cursor,
    row => maySee(caller, row.account) && hasAll(row, search.free),
  )
  const [word, other] = search.free
  const named =
    cursor === undefined && word !== undefined && other === undefined
      ? await launchNamed(open, caller, search)
      : undefined
  const all = named === undefined || launches.some(({ key }) => key === named.key) ? launches : [named, ...launches]
  const zones = await zonesOf(
    open.ledger,
    all.map(({ schedule }) => schedule),
  )
  return {
    search,
    rows: all.map(launch => ({ launch, zone: zones.get(launch.schedule ?? '') })),
    next,
    deep: cursor !== undefined,
  }
}

/** The launch whose whole key was typed, however old it is. */
async function launchNamed({ ledger }: OpenLedger, caller: Caller, { text }: Search): Promise<LaunchRow | undefined> {
  const record = await showLaunch(ledger, text.trim())
  return record && maySee(caller, record.account) ? launchRow(record) : undefined
}

function onlyAccount({ accounts }: Caller): LaunchFilter {
  const among = accounts === undefined ? {} : { among: accounts }
  const [only, ...others] = accounts ?? []
  return only === undefined || others.length > 0 ? among : { ...among, account: only }
}

async function lookThrough(
  open: OpenLedger,
  filter: LaunchFilter,
  from: Cursor | undefined,
  passes: (row: LaunchRow) => boolean,
): Promise<{ launches: LaunchRow[]; next: string | null }> {
  const found: LaunchRow[] = []
  let after = from
  for (let looked = 0; looked < mostLookedThrough; ) {
    const page = await findLaunches(open, { filter, limit: perPage - found.length, after, filled: false })
    looked += Math.max(page.launches.length, perPage)
    found.push(...page.launches.filter(passes))
    const next = page.next === null ? undefined : readCursor(page.next)
    if (next === undefined) return { launches: found, next: null }
    after = next
    if (found.length >= perPage) return { launches: found, next: page.next }
    if (looked >= mostLookedThrough) return { launches: found, next: page.next }
  }
  return { launches: found, next: null }
}

function hasAll({ key, error_text, reason, schedule }: LaunchRow, free: readonly string[]): boolean {
  if (free.length === 0) return true
  const text = `${key} ${schedule ?? ''} ${error_text ?? ''} ${reason ?? ''}`.toLowerCase()
  return free.every(each => text.includes(each))
}

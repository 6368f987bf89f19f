/** Reading the ledger: one launch, or the newest of those that a filter lets through. */
import type { State } from './launch.ts'
import type { Ledger } from './ledger.ts'
import { type LaunchRecord, readRecord } from './record.ts'

/** The record of one launch, or undefined where there is none. */
export async function showLaunch(ledger: Ledger, key: string): Promise<LaunchRecord | undefined> {
  return readRecord(await ledger.redis.hgetall(ledger.keys.launch(key)))
}

export interface LaunchFilter {
  readonly state?: State
  readonly schedule?: string
  readonly mailing?: number
  readonly account?: string
  /** Leaves out due times of schedules that are still to come at this instant: they are what the calendar shows. */
  readonly dueBy?: number
}

/** Launches of a mailing that were due from `from` to `to` (epoch milliseconds); the newest `limit` of them. */
export async function launchesOfMailing(
  ledger: Ledger,
  { account, mailing }: { readonly account: string; readonly mailing: number },
  from: number,
  to: number,
  limit: number,
): Promise<LaunchRecord[]> {
  const index = ledger.keys.ofMailing(account, mailing)
  const keys = await ledger.redis.zrevrangebyscore(index, to, from, 'LIMIT', 0, limit)
  return fetchRecords(ledger, keys)
}

/** How many records are fetched in one go. */
const page = 200

/**
 * The newest launches, by due time, that pass the filter; at most `limit`. The narrowest index that the filter names is
 * walked, and the rest of the filter is judged on the records.
 */
export async function listLaunches(
  ledger: Ledger,
  filter: LaunchFilter,
  limit: number,
  accounts: readonly string[],
): Promise<LaunchRecord[]> {
  const found: LaunchRecord[] = []
  const indexes = indexesFor(ledger, filter, accounts)
  for (const index of indexes) {
    let offset = 0
    let taken = 0
    while (taken < limit) {
      const size = Math.min(page, Math.max(limit, 20))
      const keys = await ledger.redis.zrevrange(index, offset, offset + size - 1)
      const records = await fetchRecords(ledger, keys)
      for (const record of records) {
        if (taken < limit && passes(record, filter)) {
          found.push(record)
          taken += 1
        }
      }
      if (keys.length < size) break
      offset += size
    }
  }
  return indexes.length === 1 ? found : found.sort((a, b) => b.due - a.due).slice(0, limit)
}

function indexesFor(ledger: Ledger, filter: LaunchFilter, accounts: readonly string[]): string[] {
  const { keys } = ledger
  const { mailing } = filter
  if (filter.schedule !== undefined) return [keys.ofSchedule(filter.schedule)]
  if (mailing !== undefined) {
    const among = filter.account === undefined ? accounts : [filter.account]
    return among.map(account => keys.ofMailing(account, mailing))
  }
  return [filter.state === undefined ? keys.launches : keys.inState(filter.state)]
}

function passes(record: LaunchRecord, filter: LaunchFilter): boolean {
  return (
    (filter.state === undefined || record.state === filter.state) &&
    (filter.schedule === undefined || record.schedule === filter.schedule) &&
    (filter.mailing === undefined || record.mailing === filter.mailing) &&
    (filter.account === undefined || record.account === filter.account) &&
    (filter.dueBy === undefined ||
      record.due <= filter.dueBy ||
      record.origin !== 'schedule' ||
      (record.state !== 'planned' && record.state !== 'skipped'))
  )
}

async function fetchRecords(ledger: Ledger, keys: readonly string[]): Promise<LaunchRecord[]> {
  const hashes = await Promise.all(keys.map(key => ledger.redis.hgetall(ledger.keys.launch(key))))
  return hashes.flatMap(hash => readRecord(hash) ?? [])
}

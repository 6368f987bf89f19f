/** Reading whole records of the ledger; lists are made in list.ts. */
import type { Ledger } from './ledger.ts'
import { type LaunchRecord, readRecord } from './record.ts'

/** The record of one launch, or undefined where there is none. */
export async function showLaunch(ledger: Ledger, key: string): Promise<LaunchRecord | undefined> {
  return readRecord(await ledger.redis.hgetall(ledger.keys.launch(key)))
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

async function fetchRecords(ledger: Ledger, keys: readonly string[]): Promise<LaunchRecord[]> {
  const hashes = await Promise.all(keys.map(key => ledger.redis.hgetall(ledger.keys.launch(key))))
  return hashes.flatMap(hash => readRecord(hash) ?? [])
}

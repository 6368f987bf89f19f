/**
 * A ledger of so many finished launches, filled fast: one launch of each kind goes through the product's own scripts, and its record is
 * copied inside Redis with another key, due time, mailing and schedule, into every index that names it.
 */
import { claimLaunch } from '../src/launches/claim.ts'
import { commitLaunch } from '../src/launches/commit.ts'
import { createLaunch, type NewLaunch } from '../src/launches/create.ts'
import type { Ledger } from '../src/launches/ledger.ts'
import { defaultPolicy } from '../src/launches/policy.ts'
import { type Settlement, settleLaunch } from '../src/launches/settle.ts'
import type { CommitConnection } from '../src/redis/commit-connection.ts'

/** What the launches are spread over. */
export const spreadOver = { mailings: 1_000, schedules: 100, every: 1_000 } as const
/** Of so many launches one was refused, one is manual, one is of the other account, one belongs to the small batch; primes, so that all of them mix. */
export const rare = { refused: 997, manual: 4_999, other: 9_973, batch: 19_997 } as const

const answers = {
  launched: { outcome: 'launched', error: 0, error_text: 'Successful operation' },
  rejected: { outcome: 'refused', error: 404, error_text: 'Object not found' },
} as const

export function newLaunch(key: string, over: Partial<NewLaunch> = {}): NewLaunch {
  const now = Date.now()
  const until = now + 900_000
  const times = { due: now, sendUntil: until, retryUntil: until }
  const policy = { ...defaultPolicy, overlap: 'allow' } as const
  return {
    key,
    account: 'main',
    origin: 'manual',
    request: { id: 1 },
    ...times,
    policy,
    ...over,
  }
}

/** Takes one launch through the scripts from its claim to its end, without a request. */
export async function finish(
  ledger: Ledger,
  commits: CommitConnection,
  key: string,
  state: keyof typeof answers,
): Promise<void> {
  const answer = await claimLaunch(ledger, key, `bench-${key}`, 'bench:1:abcdef', 60_000)
  if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed but ${answer.kind}`)
  const start = Date.now()
  const durability = { kind: 'reply' } as const
  await commitLaunch(ledger, commits, answer.claim, { start, sendingLasts: 60_000, accept: () => true, durability })
  const reason = state === 'launched' ? 'the platform said success' : 'the platform refused it: 404'
  const end: Settlement['attempt'] = {
    start,
    end: Date.now(),
    reason,
    handed: true,
    status: 200,
    duplicate: false,
    ...answers[state],
  }
  await settleLaunch(ledger, answer.claim, { state, reason, attempt: end })
}

/*
 * ARGV: the two records to copy, as JSON lists of names and values (launched, rejected); first number; how many; due time of number 0; ms between two;
 * how many schedules. Numbers decide what each is: see rare and spreadOver.
 */
const copyLua = `
local P, patterns = ARGV[1], { cjson.decode(ARGV[2]), cjson.decode(ARGV[3]) }
local first, count, base, step = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local schedules = tonumber(ARGV[8])
for n = first, first + count - 1 do
  local refused = n % ${rare.refused} == 7
  local fields, hash = patterns[refused and 2 or 1], {}
  local due, mailing = string.format('%.0f', base + n * step), n % ${spreadOver.mailings} + 1
  local account = n % ${rare.other} == 3 and 'other' or 'main'
  local origin, schedule, key = 'bulk', false, 'big#' .. n
  if n % ${rare.manual} == 11 then origin, key = 'manual', 'manual-' .. n
  elseif n % ${rare.batch} == 13 then key = 'small#' .. n
  elseif n % 2 == 0 then origin, schedule = 'schedule', 'schedule-' .. n % schedules; key = schedule .. '@' .. n end
  local own = { key = key, due = due, notBefore = due, created = due, account = account, mailing = mailing, origin = origin, schedule = schedule }
  for i = 1, #fields, 2 do
    local name = fields[i]
    local value = own[name]
    if value == nil then value = fields[i + 1] end
    if value then hash[#hash + 1] = name; hash[#hash + 1] = value end
  end
  redis.call('HSET', P .. 'launch:' .. key, unpack(hash))
  redis.call('ZADD', P .. 'launches:' .. origin, due, key)
  redis.call('ZADD', P .. 'state:' .. (refused and 'rejected' or 'launched'), due, key)
  redis.call('ZADD', P .. 'mailing:' .. account .. ':' .. mailing, due, key)
  if schedule then redis.call('ZADD', P .. 'schedule:' .. schedule, due, key) end
  if refused then redis.call('ZADD', P .. 'error:404', due, key) end
  redis.call('ZADD', P .. 'ended:' .. origin, due, key)
end
return count
`

const chunk = 2_000

/** Fills an empty ledger; the newest was due now, one each second before it. Every other launch is of a schedule. */
export async function fillLedger(
  ledger: Ledger,
  commits: CommitConnection,
  count: number,
  schedules: number = spreadOver.schedules,
): Promise<void> {
  const { redis, keys } = ledger
  const patterns: string[] = []
  for (const state of ['launched', 'rejected'] as const) {
    await createLaunch(ledger, newLaunch(`pattern-${state}`, { origin: 'schedule', schedule: 'daily-digest' }))
    await finish(ledger, commits, `pattern-${state}`, state)
    patterns.push(JSON.stringify(Object.entries(await redis.hgetall(keys.launch(`pattern-${state}`))).flat()))
  }
  await redis.flushall()
  const base = Date.now() - count * spreadOver.every
  for (let first = 0; first < count; first += chunk) {
    const args = [keys.root, ...patterns, first, Math.min(chunk, count - first), base, spreadOver.every, schedules]
    await redis.eval(copyLua, 1, keys.launch(''), ...args)
  }
}

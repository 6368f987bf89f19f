/** The stored schedules: what is in force, whatever the files say at the moment. Redis holds them, with their watermarks. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { launchRequestSchema } from '../launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import type { Schedule } from './schedule.ts'

const span = { timezone: z.string(), from: z.number().exactOptional(), until: z.number().exactOptional() }
const wall = {
  dst: z
    .object({
      gap: z.enum(['shift', 'skip']).exactOptional(),
      fold: z.enum(['first', 'last', 'both']).exactOptional(),
    })
    .exactOptional(),
  ...span,
}
const when = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('cron'),
    pattern: z.string(),
    seconds: z.boolean().exactOptional(),
    dayMatch: z.enum(['any', 'all']).exactOptional(),
    ...wall,
  }),
  z.object({ kind: z.literal('every'), every: z.number(), anchor: z.number(), ...span }),
  z.object({
    kind: z.literal('at'),
    times: z.array(z.string()),
    ifPast: z.enum(['skip', 'now']).exactOptional(),
    ...wall,
  }),
  z.object({ kind: z.literal('rrule'), rule: z.string(), start: z.string(), ...wall }),
])
const storedSchema = z.object({
  name: z.string(),
  description: z.string().exactOptional(),
  account: z.string(),
  when: z.object({
    timezone: z.string(),
    entries: z.array(when),
    jitter: z.object({ upTo: z.number(), shift: z.number() }).exactOptional(),
    maxRuns: z.number().exactOptional(),
  }),
  launch: launchRequestSchema,
  policy: z.object({
    maxLateness: z.number(),
    misfire: z.enum(['once', 'skip', 'all']),
    overlap: z.enum(['skip', 'queueOne', 'allow']),
    maxPerDay: z.number().exactOptional(),
    coolDown: z.number().exactOptional(),
    onGuard: z.enum(['skip', 'hold']),
    retry: z.object({
      attempts: z.number(),
      initial: z.number(),
      max: z.number(),
      deadline: z.number().exactOptional(),
    }),
  }),
  source: z.object({ file: z.string(), line: z.number() }),
})

export interface StoredSchedule {
  readonly schedule: Schedule
  /** Due times with a nominal time up to and including this instant have been minted; epoch milliseconds. */
  readonly watermark: number
  /** Of the stored text: a script that mints makes sure that the schedule is still this one. */
  readonly digest: string
}

function stored(text: string, watermark: string | null | undefined): StoredSchedule {
  return {
    schedule: storedSchema.parse(JSON.parse(text)),
    watermark: Number(watermark ?? 0),
    digest: createHash('sha1').update(text).digest('hex'),
  }
}

/** All stored schedules, by name. */
export async function storedSchedules(ledger: Ledger): Promise<Map<string, StoredSchedule>> {
  const [texts, watermarks] = await Promise.all([
    ledger.redis.hgetall(ledger.keys.schedules),
    ledger.redis.hgetall(ledger.keys.watermarks),
  ])
  return new Map(Object.entries(texts).map(([name, text]) => [name, stored(text, watermarks[name])]))
}

/** The stored schedules whose next nominal time is not after `until`. */
export async function schedulesDueBy(ledger: Ledger, until: number): Promise<StoredSchedule[]> {
  const names = await ledger.redis.zrangebyscore(ledger.keys.upcoming, '-inf', until)
  if (names.length === 0) return []
  const [texts, watermarks] = await Promise.all([
    ledger.redis.hmget(ledger.keys.schedules, ...names),
    ledger.redis.hmget(ledger.keys.watermarks, ...names),
  ])
  return texts.flatMap((text, index) => (text === null ? [] : [stored(text, watermarks[index])]))
}

/** The text under which a schedule is stored; equal schedules have equal texts, however their files order the keys. */
export function storedText(schedule: Schedule): string {
  return JSON.stringify(storedSchema.parse(schedule))
}

const putScript: Script = {
  name: 'sendoffPutSchedule',
  /*
   * ARGV[3] name  [4] text, or '' to remove the schedule. The change takes effect strictly after now: planned launches of
   * later nominal times that nobody has touched go (the planner makes them anew); what has its nominal time behind it
   * stays as it was declared. The index knows due times only, and none is before its nominal time.
   * Returns the keys of the launches that went.
   */
  lua: /* lua */ `${luaLedger}
local name, text = ARGV[3], ARGV[4]
local at, gone = now(), {}
for _, key in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. name, '(' .. at, '+inf', 'BYSCORE')) do
  local row = read(key, 'state', 'attempts', 'account', 'mailing', 'nominal')
  if row.state == 'planned' and row.attempts == '0' and (not row.nominal or tonumber(row.nominal) > at) then
    redis.call('DEL', P .. 'launch:' .. key)
    redis.call('ZREM', P .. 'launches', key)
    redis.call('ZREM', P .. 'state:planned', key)
    redis.call('ZREM', P .. 'mailing:' .. row.account .. ':' .. row.mailing, key)
    redis.call('ZREM', P .. 'schedule:' .. name, key)
    redis.call('ZREM', P .. 'wake', key)
    gone[#gone + 1] = key
  end
end
if text == '' then
  redis.call('HDEL', P .. 'schedules', name)
  redis.call('HDEL', P .. 'watermarks', name)
  redis.call('ZREM', P .. 'upcoming', name)
else
  redis.call('HSET', P .. 'schedules', name, text)
  redis.call('HSET', P .. 'watermarks', name, at)
  redis.call('ZADD', P .. 'upcoming', at, name)
end
return gone
`,
}

/** Adds, replaces or (schedule undefined) removes a schedule; returns the keys of planned launches that no longer stand. */
export async function putSchedule(ledger: Ledger, name: string, schedule: Schedule | undefined): Promise<string[]> {
  const text = schedule === undefined ? '' : storedText(schedule)
  return z.array(z.string()).parse(await runLedgerScript(ledger, putScript, '', [name, text]))
}

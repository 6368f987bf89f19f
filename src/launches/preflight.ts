/**
 * Preflight: before a launch is due its mailing is looked at in Altcraft, so that a problem is known before the hour. Who is
 * to be looked at is in one index, `preflights`; whoever takes an entry has it alone for a while, so that each due time is
 * looked at and announced once, however many processes there are.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { type State, states } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'
import { type MailingCheck, type Verdict, verdicts } from './mailing-check.ts'

/** A look may take this long, its time-outs included; then another process may take it. Milliseconds. */
const lookLasts = 120_000
/** What was found, and that it was told, is remembered for a day beyond the due time. */
const remembered = 86_400_000

export type Look =
  /** Of a schedule's next due time, whose launch is not made yet: its stored text, and that nominal time. */
  | {
      readonly kind: 'schedule'
      readonly member: string
      readonly lease: number
      readonly text: string
      readonly next: number
    }
  | {
      readonly kind: 'launch'
      readonly member: string
      readonly lease: number
      readonly key: string
      readonly state: State
      readonly account: string
      readonly mailing: number
      readonly due: number
      readonly sendUntil: number
      /** When it was to be looked at first. */
      readonly preflightAt: number
    }

const takeScript: Script = {
  name: 'sendoffTakeLooks',
  /*
   * ARGV[3] how many at most. Returns a flat list of kind, member, lease and six more: of a schedule its text, its next nominal
   * time and four empty ones, of a launch state, account, mailing, due, sendUntil, preflightAt. What is not to be looked at
   * any more leaves the index.
   */
  lua: /* lua */ `${luaLedger}
local at, out = now(), {}
local lease = at + ${lookLasts}
local function push(...) for _, value in ipairs({ ... }) do out[#out + 1] = value end end
for _, member in ipairs(redis.call('ZRANGE', P .. 'preflights', '-inf', at, 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  local kind, name = string.match(member, '^(%a+):(.*)$')
  local taken = false
  if kind == 'schedule' then
    local text, next = redis.call('HGET', P .. 'schedules', name), redis.call('ZSCORE', P .. 'upcoming', name)
    if text and next and tonumber(next) > at then
      push(kind, member, lease, text, next, '', '', '', '')
      taken = true
    end
  else
    local row = read(name, 'state', 'account', 'mailing', 'due', 'sendUntil', 'preflightAt', 'attempts', 'heldBy')
    local held = row.state == 'held' and row.heldBy == 'preflight'
    if (held or row.state == 'planned') and row.attempts == '0' and tonumber(row.sendUntil) >= at then
      push(kind, member, lease, row.state, row.account, row.mailing, row.due, row.sendUntil, row.preflightAt or row.due)
      taken = true
    end
  end
  if taken then redis.call('ZADD', P .. 'preflights', lease, member) else redis.call('ZREM', P .. 'preflights', member) end
end
return out
`,
}

const takenRow = z.tuple([
  z.enum(['schedule', 'launch']),
  z.string(),
  z.coerce.number(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
])

/** Up to `limit` looks whose time has come. Nobody else gets them until they are noted, or the process has vanished. */
export async function takeLooks(ledger: Ledger, limit: number): Promise<Look[]> {
  const flat = z.array(z.coerce.string()).parse(await runLedgerScript(ledger, takeScript, '', [limit]))
  const looks: Look[] = []
  for (let index = 0; index < flat.length; index += 9) {
    const [kind, member, lease, first, second, third, due, sendUntil, preflightAt] = takenRow.parse(
      flat.slice(index, index + 9),
    )
    if (kind === 'schedule') looks.push({ kind, member, lease, text: first, next: Number(second) })
    else {
      looks.push({
        kind,
        member,
        lease,
        key: member.slice('launch:'.length),
        state: z.enum(states).parse(first),
        account: second,
        mailing: Number(third),
        due: Number(due),
        sendUntil: Number(sendUntil),
        preflightAt: Number(preflightAt),
      })
    }
  }
  return looks
}

export interface LookNote extends MailingCheck {
  readonly member: string
  readonly lease: number
  readonly account: string
  readonly mailing: number
  /** The launch that it is looked at for, made or not. */
  readonly key: string
  readonly due: number
  /** When to look again; undefined: not for this launch. */
  readonly again: number | undefined
  /** Whether Altcraft was asked for it; what an earlier look found is not told again. */
  readonly asked: boolean
}

const noteScript: Script = {
  name: 'sendoffNoteLook',
  /*
   * ARGV[3] member  [4] its lease  [5] account  [6] mailing  [7] verdict  [8] why  [9] key  [10] due  [11] look again at, or ''
   * [12] 1 where Altcraft was asked. Returns {what is to be announced: problem, fine or nothing; 1 where a held launch was let go}.
   */
  lua: /* lua */ `${luaLedger}
local member, place, verdict, key, due, asked = ARGV[3], ARGV[5] .. ':' .. ARGV[6], ARGV[7], ARGV[9], tonumber(ARGV[10]), ARGV[12] == '1'
local at, state, announce, released = now(), P .. 'preflight:' .. place, '', 0
-- An edit or another pass of the planner has set a time of its own meanwhile.
if tonumber(redis.call('ZSCORE', P .. 'preflights', member) or '0') == tonumber(ARGV[4]) then
  if ARGV[11] == '' then redis.call('ZREM', P .. 'preflights', member) else redis.call('ZADD', P .. 'preflights', ARGV[11], member) end
end
local over = math.max(at, due) + ${remembered}
if asked then
  local old = redis.call('HMGET', state, 'verdict', 'since')
  local wasWrong = old[1] and old[1] ~= 'fine'
  local since = at
  if wasWrong and verdict ~= 'fine' then since = old[2] end
  redis.call('HSET', state, 'at', at, 'verdict', verdict, 'why', ARGV[8], 'since', since, 'key', key, 'due', due)
  redis.call('PEXPIRE', state, over - at)
  redis.call('ZREMRANGEBYSCORE', P .. 'troubles', '-inf', at)
  if verdict == 'fine' then
    redis.call('ZREM', P .. 'troubles', place)
    if wasWrong then announce = 'fine' end
  else
    redis.call('ZADD', P .. 'troubles', over, place)
    local told = P .. 'told:' .. key
    if redis.call('GET', told) ~= verdict then
      redis.call('SET', told, verdict, 'PX', over - at)
      announce = 'problem'
    end
  end
end
if verdict == 'fine' and string.sub(member, 1, 7) == 'launch:' then
  local row = read(key, 'state', 'heldBy', 'due', 'account', 'mailing', 'origin', 'sendUntil', 'attempts')
  if row.state == 'held' and row.heldBy == 'preflight' then
    local stop = holdOn(row)
    if tonumber(row.sendUntil) < at then overtime(key, row, at)
    elseif stop then hold(key, row, at, stop)
    else
      redis.call('HDEL', P .. 'launch:' .. key, 'heldBy', 'reason')
      enter(key, row, 'planned', at, at)
      released = 1
    end
  end
end
return { announce, released }
`,
}

const notedSchema = z.tuple([z.enum(['problem', 'fine', '']), z.number()])

/** Writes down what a look found. Returns what is to be announced, once among all processes, and whether a held launch may go. */
export async function noteLook(
  ledger: Ledger,
  note: LookNote,
): Promise<{ readonly announce: 'problem' | 'fine' | undefined; readonly released: boolean }> {
  const { member, lease, account, mailing, verdict, why, key, due, again, asked } = note
  const args = [member, lease, account, mailing, verdict, why, key, due, again ?? '', asked ? 1 : 0]
  const [announce, released] = notedSchema.parse(await runLedgerScript(ledger, noteScript, '', args))
  return { announce: announce === '' ? undefined : announce, released: released === 1 }
}

const lastLookSchema = z.object({
  at: z.coerce.number(),
  verdict: z.enum(verdicts),
  why: z.string(),
  since: z.coerce.number(),
  key: z.string(),
  due: z.coerce.number(),
})

/** What the last look at a mailing found. `since`: how long that has been so; `key`, `due`: the launch it was made for. */
export interface LastLook {
  readonly at: number
  readonly verdict: Verdict
  readonly why: string
  readonly since: number
  readonly key: string
  readonly due: number
}

/** The last look at a mailing; undefined where nobody has looked within a day. */
export async function lastLook(ledger: Ledger, account: string, mailing: number): Promise<LastLook | undefined> {
  const hash = await ledger.redis.hgetall(ledger.keys.preflight(account, mailing))
  return hash.at === undefined ? undefined : lastLookSchema.parse(hash)
}

/** The mailings that were not fine when last looked at, for due times of the last day and later; at most `limit`. */
export async function openTroubles(ledger: Ledger, limit: number, now: number): Promise<LastLook[]> {
  const places = await ledger.redis.zrangebyscore(ledger.keys.troubles, now, '+inf', 'LIMIT', 0, limit)
  const looks = await Promise.all(
    places.map(place => {
      const [account = '', mailing] = place.split(':')
      return lastLook(ledger, account, Number(mailing))
    }),
  )
  return looks.filter(look => look !== undefined)
}

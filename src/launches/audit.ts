/** The audit: an append-only stream of what people and the service decided. Who, when, what, about what, why, before, after. */
import { keptEvents } from './event-stream.ts'
import type { Ledger } from './ledger.ts'

/**
 * Adds to a script that begins with `luaLedger`: `audit(who, what, subject, why, before, after)`, for the stream, and
 * `note(key, who, what, why)`, for the story of one launch on its own record.
 */
export const luaAudit = /* lua */ `
local function accountOf(subject)
  local kind, rest = string.match(subject, '^(%a+):([^:]+)')
  if kind == 'account' or kind == 'mailing' then return rest end
  if kind == 'batch' then return redis.call('HGET', P .. 'batch:' .. rest, 'account') end
  if kind ~= 'schedule' then return redis.call('HGET', P .. 'launch:' .. subject, 'account') end
  local text = redis.call('HGET', P .. 'schedules', rest)
  -- A text that somebody has broken keeps nobody from deciding about it.
  local fine, schedule = pcall(cjson.decode, text or '')
  local account = fine and type(schedule) == 'table' and schedule.account
  return type(account) == 'string' and account or nil
end

local function audit(who, what, subject, why, before, after)
  local account = accountOf(subject) or ''
  redis.call('XADD', P .. 'audit', '*', 'at', now(), 'who', who, 'what', what, 'subject', subject, 'why', why,
    'before', before, 'after', after, 'account', account)
  -- Whoever watches sees decisions too, by whatever door they came.
  local event = { 'event', 'decided', 'at', now(), 'who', who, 'what', what, 'subject', subject, 'why', why }
  if account ~= '' then event[#event + 1] = 'account'; event[#event + 1] = account end
  redis.call('XADD', P .. 'events', 'MAXLEN', '~', ${keptEvents}, '*', unpack(event))
end

local function note(key, who, what, why)
  local hash = P .. 'launch:' .. key
  local number = redis.call('HINCRBY', hash, 'notes', 1)
  redis.call('HSET', hash, 'note:' .. number, cjson.encode({ at = now(), who = who, what = what, why = why }))
end
`

export interface AuditEntry {
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly who: string
  readonly what: string
  /** A launch key, the scope of a hold, or `schedule:<name>`. */
  readonly subject: string
  readonly why: string
  readonly before: string
  readonly after: string
  /** The account that it was about then, where it was about one: a schedule may have moved since. */
  readonly account: string | undefined
}

/**
 * The newest entries first, at most `limit`; with a subject, only those about it; with the id of an entry, only older ones; with
 * accounts, only what was about one of them when it was decided.
 */
export async function readAudit(
  ledger: Ledger,
  limit: number,
  subject?: string | ((subject: string) => boolean),
  olderThan?: string,
  accounts?: readonly string[],
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = []
  // Nothing is older than the first id there can be, and Redis takes it for no end of a range.
  if (olderThan !== undefined && /^0+-0+$/.test(olderThan)) return found
  let end = olderThan === undefined ? '+' : `(${olderThan}`
  while (found.length < limit) {
    const page = await ledger.redis.xrevrange(ledger.keys.audit, end, '-', 'COUNT', 500)
    for (const [id, fields] of page) {
      const entry = auditEntry(id, fields)
      const isMeant = isAbout(entry.subject, subject)
      if (found.length < limit && isMeant && (accounts?.includes(entry.account ?? '') ?? true)) found.push(entry)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < 500) break
    end = `(${last[0]}`
  }
  return found
}

function isAbout(subject: string, asked: string | ((subject: string) => boolean) | undefined): boolean {
  if (asked === undefined) return true
  return typeof asked === 'string' ? subject === asked : asked(subject)
}

function auditEntry(id: string, fields: readonly string[]): AuditEntry {
  const field = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
  return {
    id,
    at: Number(field('at')),
    who: field('who'),
    what: field('what'),
    subject: field('subject'),
    why: field('why'),
    before: field('before'),
    after: field('after'),
    account: fields.includes('account') ? field('account') || undefined : undefined,
  }
}

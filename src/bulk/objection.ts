/** Why rows become no batch as they are: they are one, or would mail the same people again without a person saying so. */
import { z } from 'zod'
import { manualCoolDown } from '../launches/guards.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import { type BatchDeclaration, type BatchState, batchStates } from './batch.ts'
import type { RowsSeen } from './rows-seen.ts'

/** So many sends are told one by one. */
const mostTold = 5

/** What to do where the rows repeat what was submitted or sent before. */
export type SameRows =
  | { readonly kind: 'refuse' }
  /** A person has said so, and named what would be repeated: ids of batches, and when (UTC, HH:MM) something last went. */
  | { readonly kind: 'confirmed'; readonly repeats: readonly string[] }
  /** A schedule launches the same file again and again. */
  | { readonly kind: 'intended' }

/** A mailing that went to an audience of the rows; `at` in epoch milliseconds. */
export interface Send {
  readonly mailing: number
  /** `own`, `list-7` or `segment-7`. */
  readonly audience: string
  readonly at: number
}

export type Objection =
  /** These rows are this batch already; nothing is launched a second time. */
  | { readonly kind: 'again'; readonly id: string; readonly state: BatchState }
  /** These rows were submitted under another name; `id` is the newest batch that has them. */
  | { readonly kind: 'otherName'; readonly id: string; readonly state: BatchState }
  /** Other rows were submitted under this name, perhaps this file before it was mended; `id` is the newest such batch. */
  | { readonly kind: 'sameName'; readonly id: string; readonly state: BatchState }
  /** The id that the declaration gives is taken by other rows. */
  | { readonly kind: 'otherRows'; readonly id: string; readonly state: BatchState }
  /** What the rows launch went to the same people within the cool-down of launches by hand: the last sends, and how many `more`. */
  | {
      readonly kind: 'sentLately'
      readonly sends: readonly Send[]
      readonly more: number
      /** What a person says to mail them again: when the last of them went. */
      readonly confirmation: string
    }

/**
 * Adds `objection(id, name, account, digest, said, pairs, at)` to a script that begins with `luaLedger`: nil, or a reply for
 * `objectionSchema`. said: 'intended', or a JSON list of ids and times that a person has named; pairs: a JSON list of
 * [mailing, audience]. A named batch covers all that it has sent, a named time all that went up to it.
 */
export const luaObjection = /* lua */ `
local function newestIn(key) return redis.call('ZRANGE', key, 0, 0, 'REV')[1] end

local function sentLately(account, pairs, said, at)
  local sends = {}
  for _, pair in ipairs(pairs) do
    local sent = P .. 'sent:' .. account .. ':' .. string.format('%d', pair[1]) .. ':' .. pair[2]
    local found = redis.call('ZRANGE', sent, '+inf', '(' .. (at - ${manualCoolDown}), 'BYSCORE', 'REV', 'WITHSCORES')
    for i = 1, #found, 2 do
      local batch = batchOf(found[i])
      if not (batch and said[batch]) then
        sends[#sends + 1] = { string.format('%d', pair[1]), pair[2], found[i + 1] }
        break
      end
    end
  end
  if #sends == 0 then return nil end
  table.sort(sends, function(a, b) return tonumber(a[3]) > tonumber(b[3]) end)
  local minute = math.floor(tonumber(sends[1][3]) / 60000) % 1440
  local confirmation = string.format('%02d:%02d', math.floor(minute / 60), minute % 60)
  if said[confirmation] then return nil end
  local told = {}
  for i = 1, math.min(#sends, ${mostTold}) do told[i] = sends[i] end
  return { 'sentLately', confirmation, #sends - #told, told }
end

local function objection(id, name, account, digest, words, pairs, at)
  local known = redis.call('HMGET', P .. 'batch:' .. id, 'state', 'digest')
  if known[1] then return { known[2] == digest and 'again' or 'otherRows', id, known[1] } end
  if words == 'intended' then return nil end
  local said = {}
  for _, word in ipairs(cjson.decode(words)) do said[word] = true end
  local function refused(kind, other)
    if other and not said[other] then return { kind, other, redis.call('HGET', P .. 'batch:' .. other, 'state') } end
  end
  return refused('otherName', newestIn(P .. 'batch-digest:' .. digest))
    or refused('sameName', newestIn(P .. 'batch-named:' .. account .. ':' .. name))
    or sentLately(account, cjson.decode(pairs), said, at)
end
`

const sendSchema = z
  .tuple([z.coerce.number(), z.string(), z.coerce.number()])
  .transform(([mailing, audience, at]): Send => ({ mailing, audience, at }))

/** What `objection` of `luaObjection` replies. */
export const objectionSchema = z.union([
  z
    .tuple([z.enum(['again', 'otherName', 'sameName', 'otherRows']), z.string(), z.enum(batchStates)])
    .transform(([kind, id, state]): Objection => ({ kind, id, state })),
  z
    .tuple([z.literal('sentLately'), z.string(), z.number(), z.array(sendSchema)])
    .transform(([kind, confirmation, more, sends]): Objection => ({ kind, confirmation, more, sends })),
])

/** Id, name, account, digest, said and pairs, as `objection` wants them. */
export function objectionArguments(
  { id, name, account }: BatchDeclaration,
  seen: RowsSeen,
  sameRows: SameRows,
): [id: string, name: string, account: string, digest: string, said: string, pairs: string] {
  const { digest, pairs } = seen
  const said =
    sameRows.kind === 'intended' ? 'intended' : JSON.stringify(sameRows.kind === 'confirmed' ? sameRows.repeats : [])
  return [id ?? `${name}-${digest.slice(0, 8)}`, name, account, digest, said, JSON.stringify(pairs)]
}

const lookScript: Script = {
  name: 'sendoffLookAtRows',
  // ARGV[3] to [8]: objectionArguments. Changes nothing; returns the objection, or nil.
  lua: /* lua */ `${luaLedger}${luaObjection}
return objection(ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], now()) or false
`,
}

/** What would be said of the rows that were seen, were they submitted now; undefined for nothing. Changes nothing. */
export async function objectionTo(
  ledger: Ledger,
  declaration: BatchDeclaration,
  seen: RowsSeen,
  sameRows: SameRows,
): Promise<Objection | undefined> {
  const reply = await runLedgerScript(ledger, lookScript, '', objectionArguments(declaration, seen, sameRows))
  return objectionSchema.nullable().parse(reply) ?? undefined
}

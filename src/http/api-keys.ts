/**
 * API keys: `sendoff_<id>_<secret>`. Redis has a digest alone, so whoever reads Redis cannot ask for launches.
 * The secret is 256 random bits: nobody can try them all, so a plain SHA-256 is enough, where a password would need a slow hash.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { iso, isoOrNull } from '../duty/launch-shape.ts'
import { luaAudit } from '../launches/audit.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import type { Decision } from '../timetable/pausing.ts'
import { type Role, roles } from './doors.ts'

const storedSchema = z.object({
  name: z.string(),
  role: z.enum(roles),
  /** Names of the accounts that it is for; absent: all. */
  accounts: z.array(z.string()).optional(),
  /** Epoch milliseconds. */
  created: z.number(),
  by: z.string(),
  expires: z.number().optional(),
  digest: z.string(),
})
type StoredKey = z.infer<typeof storedSchema>

/** A key without what proves it. */
export interface ApiKey extends Omit<StoredKey, 'digest'> {
  readonly id: string
}

export interface NewKey {
  readonly name: string
  readonly role: Role
  readonly accounts?: readonly string[] | undefined
  /** Epoch milliseconds. */
  readonly expires?: number | undefined
}

/** What a key may be called. */
export const keyName = /^[a-z][a-z0-9-]{0,62}$/

const createScript: Script = {
  name: 'sendoffCreateKey',
  // ARGV[3] id  [4] the key as JSON  [5] name  [6] who  [7] why  [8] what it may do, in words. 1, or 0 where the name is taken.
  lua: /* lua */ `${luaLedger}${luaAudit}
for _, text in ipairs(redis.call('HVALS', P .. 'api-keys')) do
  if cjson.decode(text).name == ARGV[5] then return 0 end
end
redis.call('HSET', P .. 'api-keys', ARGV[3], ARGV[4])
audit(ARGV[6], 'create key', 'key:' .. ARGV[5], ARGV[7], '', ARGV[8])
return 1
`,
}

const revokeScript: Script = {
  name: 'sendoffRevokeKey',
  // ARGV[3] name  [4] who  [5] why. 1, or 0 where there is none of that name.
  lua: /* lua */ `${luaLedger}${luaAudit}
local all = redis.call('HGETALL', P .. 'api-keys')
for i = 1, #all, 2 do
  local key = cjson.decode(all[i + 1])
  if key.name == ARGV[3] then
    redis.call('HDEL', P .. 'api-keys', all[i])
    audit(ARGV[4], 'revoke key', 'key:' .. ARGV[3], ARGV[5], key.role, '')
    return 1
  end
end
return 0
`,
}

/** Makes a key and returns it, for this one time; undefined where the name is taken. `now` in epoch milliseconds. */
export async function createKey(
  ledger: Ledger,
  { name, role, accounts, expires }: NewKey,
  { by, why }: Decision,
  now: number,
): Promise<string | undefined> {
  const id = randomBytes(6).toString('hex')
  const secret = randomBytes(32).toString('hex')
  const key: StoredKey = {
    name,
    role,
    ...(accounts === undefined ? {} : { accounts: [...accounts] }),
    created: now,
    by,
    ...(expires === undefined ? {} : { expires }),
    digest: digestOf(secret).toString('hex'),
  }
  const may = accounts === undefined ? role : `${role} of ${accounts.join(', ')}`
  const args = [id, JSON.stringify(key), name, by, why, may]
  const created = (await runLedgerScript(ledger, createScript, '', args)) === 1
  return created ? `sendoff_${id}_${secret}` : undefined
}

/** All keys in the order of their names, expired ones too. */
export async function listKeys({ redis, keys }: Ledger): Promise<ApiKey[]> {
  const stored = await redis.hgetall(keys.apiKeys)
  return Object.entries(stored)
    .map(([id, text]) => withoutDigest(id, storedSchema.parse(JSON.parse(text))))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Ends a key at once. False where there is none of that name. */
export async function revokeKey(ledger: Ledger, name: string, { by, why }: Decision): Promise<boolean> {
  return (await runLedgerScript(ledger, revokeScript, '', [name, by, why])) === 1
}

/** The key that this text proves, unless it has expired or was revoked. `now` in epoch milliseconds. */
export async function keyOf({ redis, keys }: Ledger, text: string, now: number): Promise<ApiKey | undefined> {
  const [, id, secret] = /^sendoff_([0-9a-f]{12})_([0-9a-f]{64})$/.exec(text) ?? []
  if (id === undefined || secret === undefined) return undefined
  const found = await redis.hget(keys.apiKeys, id)
  if (found === null) return undefined
  const stored = storedSchema.parse(JSON.parse(found))
  const expected = Buffer.from(stored.digest, 'hex')
  const given = digestOf(secret)
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined
  if (stored.expires !== undefined && stored.expires <= now) return undefined
  return withoutDigest(id, stored)
}

/** The key of this id, unless it has expired or was revoked. `now` in epoch milliseconds. */
export async function keyWithId({ redis, keys }: Ledger, id: string, now: number): Promise<ApiKey | undefined> {
  const found = await redis.hget(keys.apiKeys, id)
  if (found === null) return undefined
  const stored = storedSchema.parse(JSON.parse(found))
  return stored.expires !== undefined && stored.expires <= now ? undefined : withoutDigest(id, stored)
}

function withoutDigest(id: string, { digest: _, ...key }: StoredKey): ApiKey {
  return { id, ...key }
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** A key as people are shown it. */
export interface ShownKey {
  readonly name: string
  readonly role: Role
  /** null: all. */
  readonly accounts: string[] | null
  readonly created: string
  readonly by: string
  readonly expires: string | null
}

export function keyRow({ name, role, accounts, created, by, expires }: ApiKey): ShownKey {
  return {
    name,
    role,
    accounts: accounts === undefined ? null : [...accounts],
    created: iso(created),
    by,
    expires: isoOrNull(expires),
  }
}

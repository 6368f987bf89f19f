/**
 * The proof that an installation drops repeats of a start: what a probe found, when, where and who asked. Recovery sends an
 * identical request again only where such a proof holds, or where the account says so itself.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

const proofSchema = z.object({
  /** Epoch milliseconds, by the clock of the Redis server. */
  at: z.number(),
  /** The base URL that was probed: another installation proves nothing about this one. */
  baseUrl: z.string(),
  /** What the answer proves, and what not. */
  sentence: z.string(),
  by: z.string(),
})
export type Proof = z.infer<typeof proofSchema>

/** Longer than any installation goes without a change, shorter than anybody remembers one. */
export const proofLasts = 30 * 86_400_000
/** A proof may be read by a process whose clock is a little behind the one that wrote it. */
const clockTolerance = 60_000

const storeScript: Script = {
  name: 'sendoffStoreProof',
  // ARGV[3] account  [4] the proof as JSON, or '' to withdraw what there is  [5] who  [6] why. Returns 1 where it changed anything.
  lua: /* lua */ `${luaLedger}${luaAudit}
local before = redis.call('HGET', P .. 'proofs', ARGV[3]) or ''
if before == ARGV[4] then return 0 end
local what = 'proof stored'
if ARGV[4] == '' then
  what = 'proof withdrawn'
  redis.call('HDEL', P .. 'proofs', ARGV[3])
else
  redis.call('HSET', P .. 'proofs', ARGV[3], ARGV[4])
end
audit(ARGV[5], what, 'account:' .. ARGV[3], ARGV[6], before, ARGV[4])
return 1
`,
}

/** Stores the proof in the place of any earlier one; on the audit. */
export async function storeProof(ledger: Ledger, account: string, proof: Proof): Promise<void> {
  const args = [account, JSON.stringify(proof), proof.by, proof.sentence]
  await runLedgerScript(ledger, storeScript, '', args)
}

/** Withdraws the proof because a later probe contradicts it; on the audit. False where there was none. */
export async function withdrawProof(ledger: Ledger, account: string, why: string, by: string): Promise<boolean> {
  return (await runLedgerScript(ledger, storeScript, '', [account, '', by, why])) === 1
}

/** The stored proof of an account; one that cannot be read counts as none. */
export async function readProof(ledger: Ledger, account: string): Promise<Proof | undefined> {
  const text = await ledger.redis.hget(ledger.keys.proofs, account)
  return text === null ? undefined : proofSchema.safeParse(jsonIn(text)).data
}

/** Whether the proof may be relied on at `now` (epoch milliseconds): of this very base URL, and not older than 30 days. */
export function proofHolds(proof: Proof, baseUrl: string, now: number): boolean {
  const age = now - proof.at
  return proof.baseUrl === baseUrl && age <= proofLasts && age >= -clockTolerance
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

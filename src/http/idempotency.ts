/**
 * Idempotency-Key: what was asked once is carried out once and answered again, for 24 hours. The key gives the launch its launch key
 * too, so even where this record of it is lost with the process that wrote it, or two carry it out at the same time, the ledger
 * refuses the second launch.
 */
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Identity } from '../launches/by-hand.ts'
import { type Ledger, ledgerArguments, luaLedger } from '../launches/ledger.ts'
import { runScript, type Script } from '../redis/script.ts'
import { Problem } from './problem.ts'

const kept = 24 * 3_600_000
/** Whoever has not answered for so long is gone; longer than any request may take. Milliseconds. */
const patience = 60_000

const beginScript: Script = {
  name: 'sendoffBeginOnce',
  /*
   * KEYS[1] the record. ARGV[3] digest of the request  [4] nonce of who carries it out  [5] how long it is kept  [6] patience.
   * {'begin', when it was first asked for}, {'answered', the answer}, {'running', ''} or {'reused', ''}.
   */
  lua: /* lua */ `${luaLedger}
local at, text = now(), redis.call('GET', KEYS[1])
if not text then
  local new = { request = ARGV[3], nonce = ARGV[4], first = at, begun = at }
  redis.call('SET', KEYS[1], cjson.encode(new), 'PX', ARGV[5])
  return { 'begin', string.format('%.0f', at) }
end
local row = cjson.decode(text)
if row.request ~= ARGV[3] then return { 'reused', '' } end
if row.answer then return { 'answered', row.answer } end
if row.nonce ~= '' and row.begun + tonumber(ARGV[6]) > at then return { 'running', '' } end
row.nonce, row.begun = ARGV[4], at
redis.call('SET', KEYS[1], cjson.encode(row), 'KEEPTTL')
return { 'begin', string.format('%.0f', row.first) }
`,
}

const endScript: Script = {
  name: 'sendoffEndOnce',
  // KEYS[1] the record. ARGV[3] nonce  [4] the answer, or '' where it came to nothing and may be tried again. 1, or 0 where it is another's.
  lua: /* lua */ `${luaLedger}
local text = redis.call('GET', KEYS[1])
local row = text and cjson.decode(text)
if not row or row.nonce ~= ARGV[3] then return 0 end
row.nonce = ''
if ARGV[4] ~= '' then row.answer = ARGV[4] end
redis.call('SET', KEYS[1], cjson.encode(row), 'KEEPTTL')
return 1
`,
}

export interface Once {
  /** The Idempotency-Key as it was sent. */
  readonly key: string | undefined
  /** Whose it is. */
  readonly caller: string
  /** Method and address. */
  readonly target: string
  readonly body: unknown
}

const beginAnswer = z.tuple([z.enum(['begin', 'answered', 'running', 'reused']), z.string()])

/**
 * Carries out `act` unless that was done before. `again`: the answer is the one of before. What `act` throws is thrown, and the
 * request may be tried again under the same key. Throws Problem where the key is missing, was used for something else, or is in use.
 */
export async function onceOnly<Schema extends z.ZodType>(
  ledger: Ledger,
  once: Once,
  schema: Schema,
  act: (identity: Identity) => Promise<z.output<Schema>>,
): Promise<{ readonly answer: z.output<Schema>; readonly again: boolean }> {
  if (once.key === undefined) {
    const detail = 'Send the header Idempotency-Key with a text that is new for every new intention, such as a UUID'
    throw new Problem('missingIdempotencyKey', detail)
  }
  const digest = digestOf([once.caller, once.target, once.key])
  const record = ledger.keys.idempotency(digest)
  const nonce = randomUUID()
  const args = [...ledgerArguments(ledger), digestOf(once.body), nonce, kept, patience]
  const [kind, text] = beginAnswer.parse(await runScript(ledger.redis, beginScript, record, args))
  switch (kind) {
    case 'answered':
      return { answer: schema.parse(JSON.parse(text)), again: true }
    case 'reused':
      throw new Problem('idempotencyKeyReused', 'This Idempotency-Key was used with another body; take a new one')
    case 'running':
      throw new Problem('inProgress', 'A request with this Idempotency-Key is under way', {}, { 'retry-after': '1' })
    case 'begin': {
      const end = (answer: string) =>
        runScript(ledger.redis, endScript, record, [...ledgerArguments(ledger), nonce, answer])
      try {
        const answer = await act({ at: Number(text), tail: digest.slice(0, 12) })
        await end(JSON.stringify(answer))
        return { answer, again: false }
      } catch (error) {
        // Who asks again after this finds its own launch, if there is one: the time of the first asking stays.
        await end('').catch(() => {})
        throw error
      }
    }
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/**
 * Idempotency-Key: what was asked once is carried out once and answered again, for 24 hours. What makes a launch gets its launch key
 * from it too, so even where this record of it is lost with the process that wrote it, or two carry it out at the same time, the
 * ledger refuses the second launch. What decides about a launch that there is already has no such guard: where nobody can say
 * whether it was carried out, it is not carried out again under this key.
 */
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { iso } from '../duty/launch-shape.ts'
import type { Identity } from '../launches/by-hand.ts'
import { type Ledger, ledgerArguments, luaLedger } from '../launches/ledger.ts'
import { UnfitRedis } from '../redis/fitness.ts'
import { runScript, type Script } from '../redis/script.ts'
import { canonicalJson } from './canonical-json.ts'
import { Problem } from './problem.ts'

const kept = 24 * 3_600_000
/** Whoever has not said for so long that it is at work is gone. Milliseconds. */
const patience = 60_000
/** Whoever carries something out says so this often, however long it takes. Milliseconds. */
const sayEvery = 15_000

const beginScript: Script = {
  name: 'sendoffBeginOnce',
  /*
   * KEYS[1] the record. ARGV[3] digest of the request  [4] nonce of who carries it out  [5] how long it is kept  [6] patience
   * [7] 1 where whoever was at it may have carried it out, and nobody may do so again.
   * {'begin', when it was first asked for}, {'answered', the answer}, {'unsure', when it was begun}, {'running', ''} or {'reused', ''}.
   */
  lua: /* lua */ `${luaLedger}
local at, text = now(), redis.call('GET', KEYS[1])
if not text then
  local new = { request = ARGV[3], nonce = ARGV[4], first = at, begun = at, heard = at }
  redis.call('SET', KEYS[1], cjson.encode(new), 'PX', ARGV[5])
  return { 'begin', string.format('%.0f', at) }
end
local row = cjson.decode(text)
if row.request ~= ARGV[3] then return { 'reused', '' } end
if row.answer then return { 'answered', row.answer } end
if row.nonce ~= '' and row.heard + tonumber(ARGV[6]) > at then return { 'running', '' } end
if row.unsure or (row.nonce ~= '' and ARGV[7] == '1') then return { 'unsure', string.format('%.0f', row.begun) } end
row.nonce, row.begun, row.heard = ARGV[4], at, at
redis.call('SET', KEYS[1], cjson.encode(row), 'KEEPTTL')
return { 'begin', string.format('%.0f', row.first) }
`,
}

const sayScript: Script = {
  name: 'sendoffAtWork',
  // KEYS[1] the record. ARGV[3] nonce of who is still carrying it out.
  lua: /* lua */ `${luaLedger}
local text = redis.call('GET', KEYS[1])
local row = text and cjson.decode(text)
if not row or row.nonce ~= ARGV[3] then return 0 end
row.heard = now()
redis.call('SET', KEYS[1], cjson.encode(row), 'KEEPTTL')
return 1
`,
}

const endScript: Script = {
  name: 'sendoffEndOnce',
  /*
   * KEYS[1] the record. ARGV[3] nonce  [4] the answer, or '' where there is none  [5] 1 where it may have been carried out all the
   * same. Without either it came to nothing and may be tried again. 1, or 0 where the record is another's.
   */
  lua: /* lua */ `${luaLedger}
local text = redis.call('GET', KEYS[1])
local row = text and cjson.decode(text)
if not row or row.nonce ~= ARGV[3] then return 0 end
row.nonce = ''
if ARGV[4] ~= '' then row.answer = ARGV[4] end
if ARGV[5] == '1' then row.unsure = true end
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
  /** As it was understood: two bodies of one meaning are one. */
  readonly body: unknown
  /** What carrying it out a second time would be: `harmless` where it finds the launch of the first, else `another` decision. */
  readonly twice: 'harmless' | 'another'
}

const beginAnswer = z.tuple([z.enum(['begin', 'answered', 'unsure', 'running', 'reused']), z.string()])

/**
 * Carries out `act` unless that was done before. `again`: the answer is the one of before. What `act` throws is thrown; the request
 * may be tried again under the same key where nothing was done, or doing it twice is harmless. Throws Problem where the key is
 * missing, was used for something else, is in use, or nobody knows what became of the request that came with it.
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
  const digest = digestOf(JSON.stringify([once.caller, once.target, once.key]))
  const work = new Work(ledger, ledger.keys.idempotency(digest))
  const [kind, text] = await work.begin(digestOf(canonicalJson(once.body)), once.twice)
  switch (kind) {
    case 'answered':
      return { answer: schema.parse(JSON.parse(text)), again: true }
    case 'reused':
      throw new Problem('idempotencyKeyReused', 'This Idempotency-Key was used with another body; take a new one')
    case 'running':
      throw new Problem('inProgress', 'A request with this Idempotency-Key is under way', {}, { 'retry-after': '1' })
    case 'unsure': {
      const detail = `A request with this Idempotency-Key was begun at ${iso(Number(text))}, and what became of it is not known: it may have been carried out. Look at what it is about; to ask once more, take a new key`
      throw new Problem('outcomeUnknown', detail)
    }
    case 'begin':
      return {
        answer: await work.done(once.twice, () => act({ at: Number(text), tail: digest.slice(0, 12) })),
        again: false,
      }
  }
}

/** One carrying out of what was asked with a key. */
class Work {
  readonly #ledger: Ledger
  readonly #record: string
  readonly #nonce = randomUUID()

  constructor(ledger: Ledger, record: string) {
    this.#ledger = ledger
    this.#record = record
  }

  async begin(request: string, twice: Once['twice']) {
    return beginAnswer.parse(
      await this.#run(beginScript, request, this.#nonce, kept, patience, twice === 'another' ? 1 : ''),
    )
  }

  /** Says that it is at work for as long as `act` takes, and what came of it. */
  async done<Answer>(twice: Once['twice'], act: () => Promise<Answer>): Promise<Answer> {
    const saying = setInterval(() => void this.#run(sayScript, this.#nonce).catch(() => {}), sayEvery).unref()
    try {
      const answer = await act()
      // What is done is done, also where it cannot be written down: who asks again finds its launch, or is told that nobody knows.
      await this.#end(JSON.stringify(answer), false)
      return answer
    } catch (error) {
      // Who asks again after a refusal, or for a launch of its own, tries anew: the time of the first asking stays.
      await this.#end('', twice === 'another' && !isRefusal(error))
      throw error
    } finally {
      clearInterval(saying)
    }
  }

  async #end(answer: string, unsure: boolean): Promise<void> {
    await this.#run(endScript, this.#nonce, answer, unsure ? 1 : '').catch(() => {})
  }

  #run(script: Script, ...args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.#ledger.redis, script, this.#record, [...ledgerArguments(this.#ledger), ...args])
  }
}

/** Whether it was refused before anything was done. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem || error instanceof UnfitRedis
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

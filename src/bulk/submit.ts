/**
 * Submitting: rows are staged in Redis chunk by chunk while they are read, and become a batch by one script at the end, when
 * their digest, and so their identity, is known. Nothing is fed before that. What an interrupted submit had staged is not
 * sent again; what a bad row ends is dropped.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { faultPoint } from '../launches/fault-point.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import { type BatchDeclaration, declaredFields } from './batch.ts'
import { type Chunk, chunkDigest, packChunk } from './chunks.ts'
import { luaObjection, type Objection, objectionArguments, objectionSchema, type SameRows } from './objection.ts'
import type { Row } from './row.ts'
import { RowsSeen } from './rows-seen.ts'

/** What is staged and goes on with nobody is gone after this. Seconds. */
const stagedLasts = 86_400

export type SubmitAnswer =
  /** `staged`: rows of it that an interrupted submit had sent already. */
  | { readonly kind: 'submitted'; readonly id: string; readonly rows: number; readonly staged: number }
  | Objection
  | { readonly kind: 'empty' }
  /** These are not the rows that a person was shown; nothing was submitted. */
  | { readonly kind: 'changed' }
  /** Another submit under this name staged at the same time; nothing was submitted. */
  | { readonly kind: 'disturbed' }

const sealScript: Script = {
  name: 'sendoffSealBatch',
  /*
   * ARGV[3] to [8]: objectionArguments  [9] staging name  [10] rows  [11] chunks  [12] SHA-1 of the chunk digests in order
   * [13] declared fields as a JSON list. Returns {'submitted'}, {'disturbed'} or an objection. What is staged must be, chunk for
   * chunk, what this submitter has read.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaObjection}
local id, digest, staged = ARGV[3], ARGV[6], P .. 'batch-staged:' .. ARGV[9]
local batch, at = P .. 'batch:' .. id, now()
local refusal = objection(id, ARGV[4], ARGV[5], digest, ARGV[7], ARGV[8], at)
if refusal then
  redis.call('DEL', staged)
  return refusal
end
local hashes = {}
for i = 0, ARGV[11] - 1 do hashes[#hashes + 1] = redis.call('HGET', staged, 'h' .. i) or '' end
if redis.call('HLEN', staged) ~= 2 * ARGV[11] or redis.sha1hex(table.concat(hashes, ' ')) ~= ARGV[12] then return { 'disturbed' } end
redis.call('RENAME', staged, batch .. ':rows')
redis.call('PERSIST', batch .. ':rows')
redis.call('HSET', batch, 'id', id, 'digest', digest, 'state', 'running', 'total', ARGV[10], 'chunks', ARGV[11], 'cursor', 0,
  'created', at, unpack(cjson.decode(ARGV[13])))
redis.call('ZADD', P .. 'batches', at, id)
redis.call('SADD', P .. 'batches:open', id)
redis.call('ZADD', P .. 'batch-digest:' .. digest, at, id)
redis.call('ZADD', P .. 'batch-named:' .. ARGV[5] .. ':' .. ARGV[4], at, id)
local said = redis.call('HMGET', batch, 'by', 'why', 'source')
audit(said[1], 'batch submit', 'batch:' .. id, said[2] or '', '', ARGV[10] .. ' rows of ' .. said[3])
return { 'submitted' }
`,
}

const sealAnswer = z.union([
  z.tuple([z.literal('submitted')]).transform(([kind]) => ({ kind })),
  z.tuple([z.literal('disturbed')]).transform(([kind]) => ({ kind })),
  objectionSchema,
])

/**
 * Stages the rows and makes them a batch. What the iterable throws ends the submit: what was staged is dropped, and it is
 * thrown again. What Redis throws leaves it staged: the same submit, run again, goes on from there. `shown`: the rows that a
 * person has said yes to; no others become a batch.
 */
export async function submitBatch(
  ledger: Ledger,
  declaration: BatchDeclaration,
  rows: AsyncIterable<Row>,
  sameRows: SameRows = { kind: 'refuse' },
  shown?: RowsSeen,
): Promise<SubmitAnswer> {
  const staging = new Staging(ledger, declaration.id ?? declaration.name)
  const seen = new RowsSeen(declaration.account)
  const source = faithfully(rows)
  try {
    await staging.begin()
    for await (const chunk of seen.chunks(source)) await staging.put(chunk)
  } catch (error) {
    if (source.failed) await staging.drop()
    throw error
  }
  if (shown && (shown.rows !== seen.rows || shown.digest !== seen.digest)) {
    await staging.drop()
    return { kind: 'changed' }
  }
  if (seen.rows === 0) {
    await staging.drop()
    return { kind: 'empty' }
  }
  const chunks = await staging.end()
  const identity = objectionArguments(declaration, seen, sameRows)
  const fields = JSON.stringify(declaredFields(declaration))
  const args = [...identity, staging.name, seen.rows, chunks.count, chunks.digest, fields]
  const answer = sealAnswer.parse(await runLedgerScript(ledger, sealScript, '', args))
  faultPoint('sealed')
  if (answer.kind !== 'submitted') return answer
  return { kind: 'submitted', id: identity[0], rows: seen.rows, staged: staging.skipped }
}

/** The rows, and whether it was their source that failed. */
function faithfully(rows: AsyncIterable<Row>): AsyncIterable<Row> & { readonly failed: boolean } {
  let failed = false
  return {
    get failed() {
      return failed
    },
    async *[Symbol.asyncIterator]() {
      try {
        yield* rows
      } catch (error) {
        failed = true
        throw error
      }
    },
  }
}

/** What one submit puts aside under its name. */
class Staging {
  readonly name: string
  /** Rows that were there already. */
  skipped = 0
  readonly #ledger: Ledger
  readonly #key: string
  readonly #digests: string[] = []
  #known: readonly (string | null)[] = []
  /** One chunk travels while the next is read. */
  #sent: Promise<unknown> = Promise.resolve()

  constructor(ledger: Ledger, name: string) {
    this.#ledger = ledger
    this.name = name
    this.#key = ledger.keys.batchStaged(name)
  }

  async begin(): Promise<void> {
    const { redis } = this.#ledger
    const count = Math.ceil((await redis.hlen(this.#key)) / 2)
    if (count === 0) return
    this.#known = await redis.hmget(this.#key, ...Array.from({ length: count }, (_, number) => `h${number}`))
  }

  async put({ number, rows, text }: Chunk): Promise<void> {
    const digest = chunkDigest(text)
    this.#digests.push(digest)
    if (this.#known[number] === digest) {
      this.skipped += rows
      return
    }
    const packed = packChunk(text)
    await this.#sent
    if (this.#digests.length > 1) faultPoint('staged')
    const { redis } = this.#ledger
    // A chunk and its digest in one command: there is never one without the other.
    const written = redis
      .pipeline()
      .hset(this.#key, String(number), packed, `h${number}`, digest)
      .expire(this.#key, stagedLasts)
      .exec()
    this.#sent = written.then(failOnError)
    // What goes wrong is thrown by the next step that waits for it.
    this.#sent.catch(() => {})
  }

  /** Waits for the last chunk, and takes away what an earlier, longer file of this name had staged beyond it. */
  async end(): Promise<{ count: number; digest: string }> {
    await this.#sent
    const count = this.#digests.length
    const beyond = this.#known.flatMap((_, number) => (number < count ? [] : [String(number), `h${number}`]))
    if (beyond.length > 0) await this.#ledger.redis.hdel(this.#key, ...beyond)
    return { count, digest: createHash('sha1').update(this.#digests.join(' ')).digest('hex') }
  }

  async drop(): Promise<void> {
    await this.#sent.catch(() => {})
    await this.#ledger.redis.del(this.#key)
  }
}

function failOnError(replies: [error: Error | null, reply: unknown][] | null): void {
  for (const [error] of replies ?? []) if (error) throw error
}

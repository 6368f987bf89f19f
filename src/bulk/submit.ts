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
import { type BatchDeclaration, type BatchState, batchStates, declaredFields } from './batch.ts'
import { type Chunk, chunkDigest, chunksOf, packChunk } from './chunks.ts'
import type { Row } from './row.ts'

/** What is staged and goes on with nobody is gone after this. Seconds. */
const stagedLasts = 86_400

/** What to do where a batch of the same rows exists under another name. */
export type SameRows =
  | { readonly kind: 'refuse' }
  /** A person has said so, and named the newest batch with these rows. */
  | { readonly kind: 'confirmed'; readonly id: string }
  /** A schedule launches the same file again and again. */
  | { readonly kind: 'intended' }

export type SubmitAnswer =
  /** `staged`: rows of it that an interrupted submit had sent already. */
  | { readonly kind: 'submitted'; readonly id: string; readonly rows: number; readonly staged: number }
  /** These rows are this batch already; nothing is launched a second time. */
  | { readonly kind: 'again'; readonly id: string; readonly state: BatchState }
  /** These rows were submitted under another name; `id` is the newest batch that has them. */
  | { readonly kind: 'otherName'; readonly id: string; readonly state: BatchState }
  /** The id that the declaration gives is taken by other rows. */
  | { readonly kind: 'otherRows'; readonly id: string; readonly state: BatchState }
  | { readonly kind: 'empty' }
  /** Another submit under this name staged at the same time; nothing was submitted. */
  | { readonly kind: 'disturbed' }

const sealScript: Script = {
  name: 'sendoffSealBatch',
  /*
   * ARGV[3] batch id  [4] staging name  [5] digest of the rows  [6] rows  [7] chunks  [8] SHA-1 of the chunk digests in order
   * [9] refuse, intended or the id of the batch that a person confirmed  [10] declared fields as a JSON list
   * Returns {'submitted'}, {'again' | 'otherName' | 'otherRows', id, state} or {'disturbed'}. What is staged must be, chunk for chunk, what this
   * submitter has read.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local id, staged, digest = ARGV[3], P .. 'batch-staged:' .. ARGV[4], ARGV[5]
local batch, at = P .. 'batch:' .. id, now()
local known = redis.call('HMGET', batch, 'state', 'digest')
if known[1] then
  redis.call('DEL', staged)
  return { known[2] == digest and 'again' or 'otherRows', id, known[1] }
end
local first = redis.call('HGET', P .. 'batch-digests', digest)
if first and ARGV[9] ~= 'intended' and ARGV[9] ~= first then
  redis.call('DEL', staged)
  return { 'otherName', first, redis.call('HGET', P .. 'batch:' .. first, 'state') }
end
local hashes = {}
for i = 0, ARGV[7] - 1 do hashes[#hashes + 1] = redis.call('HGET', staged, 'h' .. i) or '' end
if redis.call('HLEN', staged) ~= 2 * ARGV[7] or redis.sha1hex(table.concat(hashes, ' ')) ~= ARGV[8] then return { 'disturbed' } end
redis.call('RENAME', staged, batch .. ':rows')
redis.call('PERSIST', batch .. ':rows')
redis.call('HSET', batch, 'id', id, 'digest', digest, 'state', 'running', 'total', ARGV[6], 'chunks', ARGV[7], 'cursor', 0,
  'created', at, unpack(cjson.decode(ARGV[10])))
redis.call('ZADD', P .. 'batches', at, id)
redis.call('SADD', P .. 'batches:open', id)
redis.call('HSET', P .. 'batch-digests', digest, id)
local said = redis.call('HMGET', batch, 'by', 'why', 'source')
audit(said[1], 'batch submit', 'batch:' .. id, said[2] or '', '', ARGV[6] .. ' rows of ' .. said[3])
return { 'submitted' }
`,
}

const sealAnswer = z.union([
  z.tuple([z.enum(['submitted', 'disturbed'])]),
  z.tuple([z.enum(['again', 'otherName', 'otherRows']), z.string(), z.enum(batchStates)]),
])

/**
 * Stages the rows and makes them a batch. What the iterable throws ends the submit: what was staged is dropped, and it is
 * thrown again. What Redis throws leaves it staged: the same submit, run again, goes on from there.
 */
export async function submitBatch(
  ledger: Ledger,
  declaration: BatchDeclaration,
  rows: AsyncIterable<Row>,
  sameRows: SameRows = { kind: 'refuse' },
): Promise<SubmitAnswer> {
  const staging = new Staging(ledger, declaration.id ?? declaration.name)
  const hash = createHash('sha256').update(declaration.account)
  let total = 0
  const source = faithfully(rows)
  try {
    await staging.begin()
    for await (const chunk of chunksOf(source)) {
      hash.update('\n').update(chunk.text)
      total += chunk.rows
      await staging.put(chunk)
    }
  } catch (error) {
    if (source.failed) await staging.drop()
    throw error
  }
  if (total === 0) {
    await staging.drop()
    return { kind: 'empty' }
  }
  const digest = hash.digest('hex')
  const id = declaration.id ?? `${declaration.name}-${digest.slice(0, 8)}`
  const chunks = await staging.end()
  const confirmed = sameRows.kind === 'confirmed' ? sameRows.id : sameRows.kind
  const fields = JSON.stringify(declaredFields(declaration))
  const args = [id, staging.name, digest, total, chunks.count, chunks.digest, confirmed, fields]
  const [kind, existing, state] = sealAnswer.parse(await runLedgerScript(ledger, sealScript, '', args))
  faultPoint('sealed')
  switch (kind) {
    case 'submitted':
      return { kind, id, rows: total, staged: staging.skipped }
    case 'disturbed':
      return { kind }
    case 'again':
    case 'otherName':
    case 'otherRows':
      return { kind, id: existing, state }
  }
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

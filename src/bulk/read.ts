/** Reading batches: one with its account, its problems, and every row with what became of it. */
import { z } from 'zod'
import { type State, states } from '../launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import { serverNow } from '../timetable/planner.ts'
import { type BatchCounts, type BatchRecord, isInWindow, readBatch } from './batch.ts'
import { unpackChunk } from './chunks.ts'
import { countsAnswer, luaCounts } from './counts.ts'
import { etaOf, type FeedFacts, factsOf, feeding } from './feeding.ts'
import { stopsOf } from './stops.ts'

export interface BatchView {
  readonly batch: BatchRecord
  readonly counts: BatchCounts
  /** Rows that are to be tried again and have not been. */
  readonly again: number
  /** Rows that ended in a minute lately; undefined where nobody knows yet. */
  readonly perMinute: number | undefined
  /** Why no row of it can be released now, where none can: `held` the account is stopped, `hours` they are closed, `full` the window is. */
  readonly waits: 'held' | 'hours' | 'pace' | 'full' | undefined
  /** When it will be done at this rate, closed hours not reckoned; epoch milliseconds. */
  readonly eta: number | undefined
}

const viewScript: Script = {
  name: 'sendoffViewBatch',
  // ARGV[3] batch id. {the hash as a flat list, counts, rows to be tried again}, all of one moment; nil where there is none.
  lua: /* lua */ `${luaLedger}${luaCounts}
local batch = P .. 'batch:' .. ARGV[3]
local hash = redis.call('HGETALL', batch)
if #hash == 0 then return false end
return { hash, counts(batch), redis.call('ZCARD', batch .. ':again') }
`,
}

const viewAnswer = z.tuple([z.array(z.string()), countsAnswer, z.number()]).nullable()

/** One batch, or undefined where there is none of this id. */
export async function showBatch(ledger: Ledger, id: string): Promise<BatchView | undefined> {
  const answer = viewAnswer.parse(await runLedgerScript(ledger, viewScript, '', [id]))
  if (!answer) return undefined
  const [flat, counts, again] = answer
  const hash: Record<string, string> = {}
  for (let index = 0; index < flat.length; index += 2) hash[flat[index] ?? ''] = flat[index + 1] ?? ''
  const batch = readBatch(hash)
  if (!batch) return undefined
  const now = await serverNow(ledger)
  const window = windowCount(counts)
  const { account: stop } = await stopsOf(ledger, batch.account)
  const facts = factsOf(batch, { window, again, stop, open: batch.open }, now)
  const isRunning = batch.state === 'running'
  const rate = isRunning ? facts.rate : undefined
  const eta = isRunning ? etaOf(counts.unreleased + window + again, rate, batch.perMinute, now) : undefined
  return {
    batch,
    counts,
    again,
    perMinute: rate === undefined ? undefined : rate * 60,
    waits: waitsOf(facts, now),
    eta,
  }
}

function waitsOf(facts: FeedFacts, now: number): BatchView['waits'] {
  const step = feeding(facts, now)
  return step.kind === 'release' || step.why === 'state' || step.why === 'empty' ? undefined : step.why
}

function windowCount({ released }: BatchCounts): number {
  return states.reduce((sum, state) => sum + (isInWindow(state) ? (released[state] ?? 0) : 0), 0)
}

/**
 * Ids that this word may mean: the id itself, or every batch of this name, the newest first. People say the name; two files
 * under one name are two batches.
 */
export async function batchesNamed(ledger: Ledger, word: string): Promise<string[]> {
  const { redis, keys } = ledger
  if ((await redis.exists(keys.batch(word))) === 1) return [word]
  const ids = await redis.zrevrange(keys.batches, 0, -1)
  return ids.filter(id => id.startsWith(`${word}-`) && /^[0-9a-f]{8}$/.test(id.slice(word.length + 1)))
}

export interface BatchProblem {
  readonly state: State
  /** Altcraft's `error`, where an answer had one. */
  readonly error: number | undefined
  /** The beginning of `error_text`, or the reason where there was no answer. */
  readonly text: string
  readonly rows: number
}

const problemSchema = z.tuple([z.enum(states), z.string(), z.string()])

/** What is wrong with rows that ended badly or are unknown, the most frequent first; at most `limit` kinds. */
export async function problemsOf(ledger: Ledger, id: string, limit: number): Promise<BatchProblem[]> {
  const flat = await ledger.redis.zrevrange(ledger.keys.batchProblems(id), 0, limit - 1, 'WITHSCORES')
  const problems: BatchProblem[] = []
  for (let index = 0; index < flat.length; index += 2) {
    const [state, error, text] = problemSchema.parse(JSON.parse(flat[index] ?? ''))
    problems.push({ state, error: error === '' ? undefined : Number(error), text, rows: Number(flat[index + 1]) })
  }
  return problems
}

export interface RowResult {
  /** 1-based, as in the file. */
  readonly number: number
  readonly key: string
  readonly launchKey: string
  readonly mailing: number
  /**
   * The state of its launch. `unreleased`: it has none yet; `cancelled` also where it never will; `forgotten`: retention has
   * taken its record away.
   */
  readonly state: State | 'unreleased' | 'forgotten'
  readonly error: number | undefined
  readonly error_text: string | undefined
  readonly reason: string | undefined
  readonly attempts: number
}

const resultFields = ['state', 'error', 'error_text', 'reason', 'attempts'] as const
const resultSchema = z.tuple([
  z.enum(states).nullable(),
  z.coerce.number().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.coerce.number(),
])

/** Every row of the batch, in the order of its file; holds a few hundred at a time. Rows released meanwhile may be either. */
export async function* resultsOf(ledger: Ledger, id: string): AsyncGenerator<RowResult> {
  const { redis, keys } = ledger
  let number = 0
  for (let chunk = 0; ; chunk++) {
    const packed = await redis.hgetBuffer(keys.batchRows(id), String(chunk))
    if (packed === null) return
    const rows = unpackChunk(packed)
    // Read anew for each chunk: it is released meanwhile.
    const [cursor, state] = await redis.hmget(keys.batch(id), 'cursor', 'state')
    const released = rows.slice(0, Math.max(0, Number(cursor) - number))
    const found = await Promise.all(
      released.map(({ key }) => redis.hmget(keys.launch(`${id}#${key}`), ...resultFields)),
    )
    for (const [index, { key, request }] of rows.entries()) {
      number += 1
      const row = { number, key, launchKey: `${id}#${key}`, mailing: request.id }
      yield { ...row, ...resultOf(found[index], state === 'cancelled') }
    }
  }
}

function resultOf(fields: readonly (string | null)[] | undefined, isCancelled: boolean) {
  const none = { error: undefined, error_text: undefined, reason: undefined, attempts: 0 }
  if (!fields) return { state: isCancelled ? ('cancelled' as const) : ('unreleased' as const), ...none }
  const [state, error, error_text, reason, attempts] = resultSchema.parse(fields)
  if (state === null) return { state: 'forgotten' as const, ...none }
  return {
    state,
    // Redis says null where a field is absent.
    error: error ?? undefined,
    error_text: error_text ?? undefined,
    reason: reason ?? undefined,
    attempts,
  }
}

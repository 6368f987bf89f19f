/** `bulk pause|resume|cancel|retry`: what a person decides about a batch. */
import type { BatchCounts } from '../bulk/batch.ts'
import { cancelBatch } from '../bulk/cancel.ts'
import { type NotAsAsked, pauseBatch, resumeBatch } from '../bulk/pausing.ts'
import { retryBatch } from '../bulk/retry.ts'
import { endedRows } from '../duty/batch-shape.ts'
import { retryable } from '../duty/batches.ts'
import { serverNow } from '../timetable/planner.ts'
import { digits } from './batch-view.ts'
import { batchToDecide } from './bulk-list.ts'
import { askBeforeLaunch, askFor } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { person } from './person.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface DecisionFlags extends GlobalFlags {
  readonly reason: string
  readonly json: boolean
}

interface RetryFlags extends GlobalFlags {
  readonly reason?: string
  readonly failed: boolean
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

export async function pauseCommand(word: string, flags: DecisionFlags): Promise<void> {
  const decision = decisionOf(flags.reason)
  await withLedger(flags, async ({ ledger }) => {
    const { batch } = await batchToDecide(ledger, word)
    const answer = await pauseBatch(ledger, batch.id, decision)
    if (answer.kind !== 'paused') throw notAsAsked(answer, batch.id, 'paused')
    say(flags, { id: batch.id, ...account(answer.counts) }, `${batch.id} is paused. ${accountInWords(answer.counts)}`)
  })
}

export async function resumeCommand(
  word: string,
  flags: DecisionFlags & { readonly unsureUntil?: number },
): Promise<void> {
  const decision = decisionOf(flags.reason)
  await withLedger(flags, async ({ ledger, queues }) => {
    const { batch } = await batchToDecide(ledger, word)
    const answer = await resumeBatch(ledger, queues, batch.id, decision, await serverNow(ledger), flags.unsureUntil)
    if (answer.kind === 'forgot') throw usage(forgotten(batch.id, answer))
    if (answer.kind !== 'resumed') throw notAsAsked(answer, batch.id, 'resumed')
    say(flags, { id: batch.id, rows: answer.rows }, `${batch.id} goes on.`)
  })
}

function forgotten(id: string, { released, total }: { readonly released: number; readonly total: number }): string {
  return `the store was set back: it knows of ${digits(released)} of ${digits(total)} rows of ${id}, and those after them may have been sent. Look into Altcraft which is the last that was, and add --unsure-until ROW: rows up to that number are not sent but unknown, until its log or a person decides; 0 says that none was`
}

export async function cancelCommand(word: string, flags: DecisionFlags & { readonly yes: boolean }): Promise<void> {
  const decision = decisionOf(flags.reason)
  await withLedger(flags, async ({ ledger }) => {
    const view = await batchToDecide(ledger, word)
    const { id } = view.batch
    const left = view.counts.total - endedRows(view.counts)
    await confirmed(flags.yes, `calls off up to ${digits(left)} rows of ${id} for good`, id)
    const answer = await cancelBatch(ledger, id, decision)
    if (answer.kind !== 'cancelled') throw notAsAsked(answer, id, 'cancelled')
    const { calledOff, counts } = answer
    say(
      flags,
      { id, calledOff, ...account(counts) },
      `${id} is cancelled: ${digits(calledOff)} rows were called off. ${accountInWords(counts)} sendoff bulk results ${id} names each.`,
    )
  })
}

/** Returns the exit code. */
export async function retryCommand(word: string, flags: RetryFlags): Promise<number> {
  if (!flags.failed) throw usage('say that failed rows are meant, with --failed; unknown rows are never tried again')
  const why = flags.reason ?? ''
  if (!flags.dryRun && why.trim() === '') throw usage('--reason must say why')
  return withLedger(flags, async ({ ledger }) => {
    const view = await batchToDecide(ledger, word)
    const { id } = view.batch
    const { rows, unknown } = retryable(view)
    if (flags.dryRun || rows === 0) {
      say(flags, { id, rows, unknown }, `${rowsInWords(rows)} of ${id} would be tried again.`)
      return tellUnknown(unknown, id)
    }
    await askBeforeLaunch(flags, `${rowsInWords(rows)} of batch ${id} again`, id)
    const answer = await retryBatch(ledger, id, decisionOf(why))
    if (answer.kind !== 'again') throw notAsAsked(answer, id, 'tried again')
    say(flags, { id, rows: answer.rows, unknown }, `${rowsInWords(answer.rows)} of ${id} will be tried again.`)
    return tellUnknown(unknown, id)
  })
}

function tellUnknown(unknown: number, id: string): number {
  if (unknown === 0) return 0
  process.stderr.write(
    `${digits(unknown)} unknown ${unknown === 1 ? 'row is' : 'rows are'} never tried again: sendoff bulk results ${id} --state unknown, then sendoff launches resolve.\n`,
  )
  return 0
}

/** What was sent, is being sent and is left. */
function account(counts: BatchCounts) {
  const { released } = counts
  return {
    rows: counts.total,
    launched: released.launched ?? 0,
    sending: released.sending ?? 0,
    unknown: released.unknown ?? 0,
    unreleased: counts.unreleased,
    counts: released,
  }
}

function accountInWords(counts: BatchCounts): string {
  const { launched, sending, unknown } = account(counts)
  const doubt = unknown > 0 ? `, of ${digits(unknown)} it is unknown` : ''
  const under =
    sending > 0
      ? `, ${digits(sending)} ${sending === 1 ? 'is' : 'are'} being sent and will end by ${sending === 1 ? 'itself' : 'themselves'}`
      : ''
  return `Of ${digits(counts.total)} rows ${digits(launched)} were launched${doubt}${under}.`
}

function notAsAsked(answer: NotAsAsked, id: string, asked: string): CommandEnding {
  switch (answer.kind) {
    case 'unknown':
      return usage(`there is no batch ${id}`)
    case 'refused': {
      const why = answer.reason === '' ? '' : ` (${answer.reason})`
      return new CommandEnding(exitCodes.failed, `${id} cannot be ${asked}: it is ${answer.state}${why}`)
    }
  }
}

async function confirmed(yes: boolean, facts: string, word: string): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw usage(`this ${facts}, and there is no terminal to ask. Add --yes.`)
  await askFor(word, `This ${facts}`, 'nothing was called off')
}

function decisionOf(reason: string) {
  const why = reason.trim()
  if (why === '') throw usage('--reason must say why')
  return { by: person(), why }
}

function rowsInWords(rows: number): string {
  return `${digits(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}

function say(flags: { readonly json: boolean }, answer: object, words: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : words}\n`)
}

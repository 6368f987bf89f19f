/** `bulk pause|resume|cancel|retry`: what a person decides about a batch. */
import type { NotAsAsked } from '../bulk/pausing.ts'
import { type BatchRow, endedRows, retryable } from '../duty/batch-shape.ts'
import { digits } from './batch-view.ts'
import { batchToDecide } from './bulk-list.ts'
import { askBeforeLaunch, askFor } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type OfficeFlags, withOffice } from './office.ts'

interface DecisionFlags extends OfficeFlags {
  readonly reason: string
  readonly json: boolean
}

interface RetryFlags extends OfficeFlags {
  readonly reason?: string
  readonly failed: boolean
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

export async function pauseCommand(word: string, flags: DecisionFlags): Promise<void> {
  const why = reasonIn(flags.reason)
  await withOffice(flags, async office => {
    const { id } = await batchToDecide(office, word)
    const answer = await office.pauseBatch(id, why)
    if (answer.kind !== 'decided') throw notAsAsked(answer, id, 'paused')
    say(flags, { id, ...account(answer.batch) }, `${id} is paused. ${accountInWords(answer.batch)}`)
  })
}

export async function resumeCommand(
  word: string,
  flags: DecisionFlags & { readonly unsureUntil?: number },
): Promise<void> {
  const why = reasonIn(flags.reason)
  await withOffice(flags, async office => {
    const { id } = await batchToDecide(office, word)
    const answer = await office.resumeBatch(id, why, flags.unsureUntil)
    if (answer.kind === 'forgot') throw usage(forgotten(id, answer))
    if (answer.kind !== 'decided') throw notAsAsked(answer, id, 'resumed')
    say(flags, { id, rows: answer.rows }, `${id} goes on.`)
  })
}

function forgotten(id: string, { released, total }: { readonly released: number; readonly total: number }): string {
  return `the store was set back: it knows of ${digits(released)} of ${digits(total)} rows of ${id}, and those after them may have been sent. Look into Altcraft which is the last that was, and add --unsure-until ROW: rows up to that number are not sent but unknown, until its log or a person decides; 0 says that none was`
}

export async function cancelCommand(word: string, flags: DecisionFlags & { readonly yes: boolean }): Promise<void> {
  const why = reasonIn(flags.reason)
  await withOffice(flags, async office => {
    const { id, rows, counts } = await batchToDecide(office, word)
    const left = rows - endedRows({ released: counts })
    await confirmed(flags.yes, `calls off up to ${digits(left)} rows of ${id} for good`, id)
    const answer = await office.cancelBatch(id, why)
    if (answer.kind !== 'decided') throw notAsAsked(answer, id, 'cancelled')
    const { rows: calledOff, batch } = answer
    say(
      flags,
      { id, calledOff, ...account(batch) },
      `${id} is cancelled: ${digits(calledOff)} rows were called off. ${accountInWords(batch)} sendoff bulk results ${id} names each.`,
    )
  })
}

/** Returns the exit code. */
export async function retryCommand(word: string, flags: RetryFlags): Promise<number> {
  if (!flags.failed) throw usage('say that failed rows are meant, with --failed; unknown rows are never tried again')
  const why = flags.reason?.trim() ?? ''
  if (!flags.dryRun && why === '') throw usage('--reason must say why')
  return withOffice(flags, async office => {
    const batch = await batchToDecide(office, word)
    const { id } = batch
    const { rows, unknown } = retryable(batch)
    if (flags.dryRun || rows === 0) {
      say(flags, { id, rows, unknown }, `${rowsInWords(rows)} of ${id} would be tried again.`)
      return tellUnknown(unknown, id)
    }
    await askBeforeLaunch(flags, `${rowsInWords(rows)} of batch ${id} again`, id)
    const answer = await office.retryBatch(id, why)
    if (answer.kind !== 'decided') throw notAsAsked(answer, id, 'tried again')
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
function account({ rows, counts, unreleased }: BatchRow) {
  const { launched = 0, sending = 0, unknown = 0 } = counts
  return { rows, launched, sending, unknown, unreleased, counts }
}

function accountInWords(batch: BatchRow): string {
  const { rows, launched, sending, unknown } = account(batch)
  const doubt = unknown > 0 ? `, of ${digits(unknown)} it is unknown` : ''
  const under =
    sending > 0
      ? `, ${digits(sending)} ${sending === 1 ? 'is' : 'are'} being sent and will end by ${sending === 1 ? 'itself' : 'themselves'}`
      : ''
  return `Of ${digits(rows)} rows ${digits(launched)} were launched${doubt}${under}.`
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

function reasonIn(text: string): string {
  const why = text.trim()
  if (why === '') throw usage('--reason must say why')
  return why
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

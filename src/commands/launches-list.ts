import { type Cursor, cursorText, readCursor } from '../launches/cursor.ts'
import { type Origin, origins, type State, states } from '../launches/launch.ts'
import { type LaunchFilter, listFrom } from '../launches/list.ts'
import { showLaunch } from '../launches/read.ts'
import type { ListedLaunch } from '../launches/record.ts'
import { readSpanEnd } from '../timetable/moment.ts'
import { serverNow } from '../timetable/planner.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { answerCell, launchLines, launchRow, launchWhole, table } from './launch-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface ListFlags extends GlobalFlags {
  readonly state?: string
  readonly schedule?: string
  readonly mailing?: number
  readonly account?: string
  readonly batch?: string
  readonly origin?: string
  readonly error?: number
  readonly from?: string
  readonly to?: string
  readonly after?: string
  readonly limit: number
  readonly json: boolean
}

/** `launches list`: the newest first, filtered. Throws CommandEnding with code 2, and all that is wrong with the options. */
export async function listCommand(flags: ListFlags): Promise<void> {
  const { filter: chosen, after } = asked(flags)
  await withLedger(flags, async ({ config, ledger }) => {
    const coming = chosen.state === 'planned' || chosen.state === 'skipped'
    const filter = coming ? chosen : { ...chosen, dueBy: await serverNow(ledger) }
    const accounts = Object.keys(config.accounts)
    const { records, next } = await listFrom(ledger, filter, { limit: flags.limit, accounts, ...(after && { after }) })
    if (flags.json) write(JSON.stringify(records.map(launchRow), null, 2))
    else if (records.length > 0) write(tableOf(records))
    const found = records.length === 0 && !flags.json ? 'No launches.\n' : ''
    process.stderr.write(next ? `There are more: the same options with --after ${cursorText(next)}\n` : found)
  })
}

function tableOf(records: readonly ListedLaunch[]): string {
  const rows = records.map(record => [
    new Date(record.due).toISOString().slice(0, 19).replace('T', ' '),
    record.state,
    String(record.mailing),
    record.key,
    String(record.attempts),
    answerCell(record),
  ])
  return table(['DUE (UTC)', 'STATE', 'MAILING', 'LAUNCH', 'ATTEMPTS', 'ANSWER OR REASON'], rows)
}

/** `launches show KEY`. */
export async function showCommand(key: string, flags: GlobalFlags & { readonly json: boolean }): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const record = await showLaunch(ledger, key)
    if (!record)
      throw new CommandEnding(exitCodes.failed, `there is no launch ${key}; sendoff launches list shows the newest`)
    write(flags.json ? JSON.stringify(launchWhole(record), null, 2) : launchLines(record))
  })
}

/** Reads the options that commander does not judge. */
function asked(flags: ListFlags): { readonly filter: LaunchFilter; readonly after: Cursor | undefined } {
  const problems: string[] = []
  const oneOf = <Word extends State | Origin>(name: string, text: string | undefined, words: readonly Word[]) => {
    const word = words.find(known => known === text)
    if (text !== undefined && word === undefined) problems.push(`--${name} ${text} is not one of ${words.join(', ')}`)
    return word
  }
  // Without an offset it is UTC, as the list shows it: the host's own zone must not decide.
  const instant = (name: string, text: string | undefined) => {
    const reading = text === undefined ? undefined : readSpanEnd(text, 'UTC')
    if (typeof reading === 'string') problems.push(`--${name} ${reading}`)
    return typeof reading === 'string' ? undefined : reading
  }
  const { schedule, mailing, account, batch, error } = flags
  const state = oneOf('state', flags.state, states)
  const origin = oneOf('origin', flags.origin, origins)
  const [from, to] = [instant('from', flags.from), instant('to', flags.to)]
  const after = flags.after === undefined ? undefined : readCursor(flags.after)
  if (flags.after !== undefined && after === undefined) {
    problems.push(`--after ${flags.after} is not a place that sendoff launches list has named`)
  }
  if (batch !== undefined && origin !== undefined && origin !== 'bulk') {
    problems.push(`--batch ${batch} has no launches with --origin ${origin}: rows of a batch are bulk`)
  }
  if (from !== undefined && to !== undefined && from >= to) problems.push('--from must be before --to')
  if (problems.length > 0) throw new CommandEnding(exitCodes.usage, problems.join('\n'))
  const filter = {
    ...(state && { state }),
    ...(origin && { origin }),
    ...(schedule !== undefined && { schedule }),
    ...(mailing !== undefined && { mailing }),
    ...(account !== undefined && { account }),
    ...(batch !== undefined && { batch }),
    ...(error !== undefined && { error }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
  return { filter, after }
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

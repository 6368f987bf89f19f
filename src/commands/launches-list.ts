import type { LaunchRow } from '../duty/launch-shape.ts'
import { type Cursor, readCursor } from '../launches/cursor.ts'
import { type Origin, origins, type State, states } from '../launches/launch.ts'
import type { LaunchFilter } from '../launches/list.ts'
import { readSpanEnd } from '../timetable/moment.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { answerCell, launchLines, table } from './launch-view.ts'
import { type OfficeFlags, withOffice } from './office.ts'

interface ListFlags extends OfficeFlags {
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
  const { filter, after } = asked(flags)
  await withOffice(flags, async office => {
    const { launches, next } = await office.launches(filter, flags.limit, after)
    if (flags.json) write(JSON.stringify(launches, null, 2))
    else if (launches.length > 0) write(tableOf(launches))
    const found = launches.length === 0 && !flags.json ? 'No launches.\n' : ''
    process.stderr.write(next === null ? found : `There are more: the same options with --after ${next}\n`)
  })
}

function tableOf(launches: readonly LaunchRow[]): string {
  const rows = launches.map(launch => [
    launch.due.slice(0, 19).replace('T', ' '),
    launch.state,
    String(launch.mailing),
    launch.key,
    String(launch.attempts),
    answerCell(launch),
  ])
  return table(['DUE (UTC)', 'STATE', 'MAILING', 'LAUNCH', 'ATTEMPTS', 'ANSWER OR REASON'], rows)
}

/** `launches show KEY`. */
export async function showCommand(key: string, flags: OfficeFlags & { readonly json: boolean }): Promise<void> {
  await withOffice(flags, async office => {
    const launch = await office.launch(key)
    if (!launch)
      throw new CommandEnding(exitCodes.failed, `there is no launch ${key}; sendoff launches list shows the newest`)
    write(flags.json ? JSON.stringify(launch, null, 2) : launchLines(launch))
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

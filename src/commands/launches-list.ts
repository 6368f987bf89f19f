import { type State, states } from '../launches/launch.ts'
import { type LaunchFilter, listLaunches, showLaunch } from '../launches/read.ts'
import { serverNow } from '../timetable/planner.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { answerCell, launchLines, launchRow, launchWhole, table } from './launch-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface ListFlags extends GlobalFlags {
  readonly state?: string
  readonly schedule?: string
  readonly mailing?: number
  readonly account?: string
  readonly limit: number
  readonly json: boolean
}

/** `launches list`: the newest first, filtered. */
export async function listCommand(flags: ListFlags): Promise<void> {
  const chosen = filterOf(flags)
  await withLedger(flags, async ({ config, ledger }) => {
    const coming = flags.state === 'planned' || flags.state === 'skipped'
    const filter = coming ? chosen : { ...chosen, dueBy: await serverNow(ledger) }
    const records = await listLaunches(ledger, filter, flags.limit, Object.keys(config.accounts))
    if (flags.json) return write(JSON.stringify(records.map(launchRow), null, 2))
    if (records.length === 0) return void process.stderr.write('No launches.\n')
    const rows = records.map(record => [
      new Date(record.due).toISOString().slice(0, 19).replace('T', ' '),
      record.state,
      String(record.mailing),
      record.key,
      String(record.attempts),
      answerCell(record),
    ])
    write(table(['DUE (UTC)', 'STATE', 'MAILING', 'LAUNCH', 'ATTEMPTS', 'ANSWER OR REASON'], rows))
  })
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

function filterOf(flags: ListFlags): LaunchFilter {
  const state = states.find(known => known === flags.state)
  if (flags.state !== undefined && state === undefined) {
    throw new CommandEnding(exitCodes.usage, `--state ${flags.state} is not one of ${states.join(', ')}`)
  }
  const { schedule, mailing, account } = flags
  return defined({ state, schedule, mailing, account })
}

function defined(filter: {
  state: State | undefined
  schedule: string | undefined
  mailing: number | undefined
  account: string | undefined
}): LaunchFilter {
  return {
    ...(filter.state === undefined ? {} : { state: filter.state }),
    ...(filter.schedule === undefined ? {} : { schedule: filter.schedule }),
    ...(filter.mailing === undefined ? {} : { mailing: filter.mailing }),
    ...(filter.account === undefined ? {} : { account: filter.account }),
  }
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

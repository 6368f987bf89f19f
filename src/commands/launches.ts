import { Command, InvalidArgumentError } from 'commander'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff launches list                          the newest 20
  sendoff launches list --state unknown          what needs a decision
  sendoff launches list --schedule weekly-digest --json
  sendoff launches list --state rejected --error 404 --from 2026-11-23T00:00Z
  sendoff launches show weekly-digest@20261123T0900
`

const peopleExamples = `Examples:
  sendoff launches resolve KEY --launched --reason "seen in the mailing's report"
  sendoff launches resolve KEY --not-launched --reason "report is empty" --relaunch --send-until 2026-11-23T11:00+03:00
  sendoff launches resolve KEY --write-off --reason "too late to matter"
  sendoff launches retry KEY --reason "tariff was raised"
  sendoff launches release KEY --confirm-duplicate 08:40 --reason "the first one had no link"
  sendoff launches release KEY --reason "it will be active in a minute"
  sendoff launches cancel KEY --reason "wrong audience"
`

/** A whole number of at least 1, or a usage error. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 is needed')
  return Number(text)
}

function wholeNumber(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number is needed')
  return Number(text)
}

/** `sendoff launches list|show|resolve|retry|release|cancel`. */
export function launchesCommand(): Command {
  const launches = new Command('launches')
    .description('what was launched, and what came of it')
    .addHelpText('before', examples)
  launches
    .command('list')
    .description('the newest launches first; due times still to come with --state planned, or see preview')
    .option('--state <state>', 'only launches in this state')
    .option('--schedule <name>', 'only launches of this schedule')
    .option('--mailing <id>', 'only launches of this mailing', positiveInteger)
    .option('--account <name>', 'only launches of this account')
    .option('--batch <id>', 'only rows of this batch')
    .option('--origin <origin>', 'only launches that a schedule, a bulk or a manual launch made')
    .option('--error <n>', 'only launches whose last answer had this error', wholeNumber)
    .option('--from <time>', 'due at this time or later: with Z or an offset, UTC without')
    .option('--to <time>', 'due before this time')
    .option('--after <cursor>', 'the next page: the place that the page before named')
    .option('--limit <n>', 'at most so many', positiveInteger, 20)
    .addOption(urlOption())
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { listCommand } = await import('./launches-list.ts')
      await listCommand(command.optsWithGlobals())
    })
  launches
    .command('show <key>')
    .description('one launch with its attempts, times and request')
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (key: string, _options, command: Command) => {
      const { showCommand } = await import('./launches-list.ts')
      await showCommand(key, command.optsWithGlobals())
    })
  launches
    .command('resolve <key>')
    .description('end the doubt about an unknown launch: say what happened')
    .option('--launched', 'it was launched', false)
    .option('--not-launched', 'it was not launched', false)
    .option('--write-off', 'nobody will know; leave it', false)
    .option('--relaunch', 'with --not-launched: launch it again', false)
    .option('--at <time>', 'with --relaunch: when, with Z or an offset (default: now)')
    .option('--send-until <time>', 'with --relaunch: the last moment at which it may still go out')
    .requiredOption('--reason <text>', 'how you know; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', peopleExamples)
    .action(async (key: string, _options, command: Command) => {
      const { resolveCommand } = await import('./launches-decide.ts')
      await resolveCommand(key, command.optsWithGlobals())
    })
  launches
    .command('retry <key>')
    .description('try a failed, rejected or swallowed launch again, never an unknown one')
    .option('--send-until <time>', 'the last moment at which it may go out (default: 15 minutes from now)')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', peopleExamples)
    .action(async (key: string, _options, command: Command) => {
      const { retryCommand } = await import('./launches-decide.ts')
      await retryCommand(key, command.optsWithGlobals())
    })
  launches
    .command('release <key>')
    .description(
      'let go a launch that a guard holds, although its mailing went to the same audience, or that preflight holds',
    )
    .option('--confirm-duplicate <HH:MM>', 'of a guard: when, in UTC, the mailing last went to this audience')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', peopleExamples)
    .action(async (key: string, _options, command: Command) => {
      const { releaseCommand } = await import('./launches-decide.ts')
      await releaseCommand(key, command.optsWithGlobals())
    })
  launches
    .command('cancel <key>')
    .description('call off a launch that has not been sent')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', peopleExamples)
    .action(async (key: string, _options, command: Command) => {
      const { cancelCommand } = await import('./launches-decide.ts')
      await cancelCommand(key, command.optsWithGlobals())
    })
  return launches
}

import { Command, InvalidArgumentError, Option } from 'commander'
import { positiveInteger } from './launches.ts'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff calendar                                  30 days of what is in force, with pauses and skips
  sendoff calendar --files --days 7                 of what jobs/ declares, without Redis
  sendoff calendar --from 2027-03-26 --days 4       over the change of clocks
  sendoff calendar --ics > sendoff.ics
`

const mostDays = 366

function dayCount(text: string): number {
  const days = positiveInteger(text)
  if (days > mostDays) throw new InvalidArgumentError(`at most ${mostDays}`)
  return days
}

/** `sendoff calendar`: all schedules side by side. */
export function calendarCommand(): Command {
  return new Command('calendar')
    .description('what all schedules will launch, what is left out and why, and what meets what')
    .option('--days <n>', 'how many days, 366 at most', dayCount, 30)
    .option('--from <time>', 'from this time on: with Z or an offset, UTC without (default: now)')
    .option('--account <name>', 'only schedules of this account')
    .option('--schedule <name>', 'only this schedule')
    .option(
      '--files',
      'what the files declare instead of what is stored; needs no Redis, knows no pauses and skips',
      false,
    )
    .addOption(urlOption())
    .addOption(new Option('--json', 'an array of objects on standard output').conflicts('ics').default(false))
    .addOption(new Option('--ics', 'an iCalendar file on standard output').default(false))
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { showCalendar } = await import('./show-calendar.ts')
      await showCalendar(command.optsWithGlobals())
    })
}

import { Command, Option } from 'commander'
import { positiveInteger } from './launches.ts'

const examples = `Examples:
  sendoff preview                                   the next due times of every schedule in jobs/
  sendoff preview weekly-digest --next 10 --lang ru
  sendoff preview --cron "0 9 * * 1" --timezone Europe/Riga
  sendoff preview --rrule "FREQ=MONTHLY;BYDAY=-1FR" --start 2026-01-30T18:00 --timezone Europe/Riga
  sendoff preview weekly-digest --from 2027-03-27T00:00:00Z --json
`

/** `sendoff preview`: due times, by the engine that fires. Needs no Redis. */
export function previewCommand(): Command {
  return new Command('preview')
    .description('when schedules will fire: in words, in their zone and in UTC')
    .argument('[schedule...]', 'names of schedules; all where none is given')
    .option('--cron <pattern>', 'a cron pattern instead of schedules from files')
    .option('--rrule <rule>', 'a recurrence rule (RFC 5545) instead of schedules from files')
    .option('--start <local>', 'the local time that --rrule begins at, where the rule has no DTSTART')
    .option('--timezone <zone>', 'the IANA zone of --cron or --rrule')
    .option('--seconds', 'the pattern of --cron has six fields, seconds first', false)
    .addOption(
      new Option(
        '--day-match <how>',
        'where a pattern restricts day of month and weekday: fire on any or on all',
      ).choices(['any', 'all']),
    )
    .option('--from <iso>', 'due times after this instant (default: now)')
    .option('--next <n>', 'how many of each', positiveInteger, 5)
    .addOption(new Option('--lang <language>', 'the language of the description').choices(['en', 'ru']).default('en'))
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (schedules: string[], _options, command: Command) => {
      const { preview } = await import('./preview-due-times.ts')
      await preview(schedules, command.optsWithGlobals())
    })
}

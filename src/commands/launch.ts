import { Command } from 'commander'
import { positiveInteger } from './launches.ts'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff launch 90 --account main                          asks, then launches mailing 90 now
  sendoff launch 90 --account main --list 5 --limit 300 --yes
  sendoff launch 90 --account main --content '{"city":"Riga"}' --attach price.pdf --yes --wait
  sendoff launch 90 --account main --at 2026-12-24T09:00+01:00 --yes --reason "Christmas, asked by CRM"

Exit code with --wait: 0 launched, 7 unknown or swallowed, 8 held, 1 any other end.
`

/** `sendoff launch MAILING`: one launch, now or at a time, through the same queue, ledger and guards as any other. */
export function launchCommand(): Command {
  return new Command('launch')
    .description('launch one mailing, now or at a time')
    .argument('<mailing>', 'the id of the mailing in Altcraft', positiveInteger)
    .option('--account <name>', 'the account it belongs to (may be left out where only one is configured)')
    .option('--list <id>', 'launch to this profile database instead of the own audience', positiveInteger)
    .option('--segment <id>', 'launch to this segment instead of the own audience', positiveInteger)
    .option('--limit <n>', 'mail at most so many recipients', positiveInteger)
    .option('--content <json>', "values for the template, a JSON object; may hold dates: {{ due | date:'yyyy-MM-dd' }}")
    .option('--attach <file...>', 'files to attach')
    .option('--at <time>', 'when to launch: a time with Z or an offset, or local with --timezone')
    .option('--timezone <zone>', 'the IANA zone of --at, and of dates in --content')
    .option('--reason <text>', 'why; kept on the record')
    .option(
      '--confirm-duplicate <HH:MM>',
      'the mailing went to the same audience at that time (UTC) within a day: mail them again',
    )
    .option('-y, --yes', 'do not ask', false)
    .option('--wait', 'wait until it is known what came of it', false)
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (mailing: number, _options, command: Command) => {
      const { launchNow } = await import('./launch-now.ts')
      process.exitCode = await launchNow(mailing, command.optsWithGlobals())
    })
}

import { Command } from 'commander'

const examples = `Examples:
  crontab -l | sendoff import crontab - --timezone Europe/Riga > jobs/from-cron.yaml
  sendoff import crontab /etc/crontab --user-column --timezone Europe/Riga --out jobs/from-cron.yaml
`

/** `sendoff import crontab`: schedule files from what a team has. */
export function importCommand(): Command {
  const root = new Command('import')
    .description('make schedule files from what you have')
    .addHelpText('before', examples)
  root
    .command('crontab <file>')
    .description('make a schedule file from the lines of a crontab that start mailings with curl; - for standard input')
    .option('--account <name>', 'the account of the schedules', 'main')
    .option('--timezone <zone>', 'the IANA zone of the machine that runs cron; CRON_TZ in the file goes before it')
    .option('--user-column', 'a user stands between time and command, as in /etc/crontab', false)
    .option('--out <file>', 'a new file for the schedules (default: standard output)')
    .addHelpText('before', examples)
    .action(async (file: string, _options, command: Command) => {
      const { importFile } = await import('./import-file.ts')
      await importFile(file, command.optsWithGlobals())
    })
  return root
}

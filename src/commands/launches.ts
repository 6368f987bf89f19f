import { Command, InvalidArgumentError } from 'commander'

const examples = `Examples:
  sendoff launches list                          the newest 20
  sendoff launches list --state unknown          what needs a decision
  sendoff launches list --schedule weekly-digest --json
  sendoff launches show weekly-digest@20261123T0900
`

/** A whole number of at least 1, or a usage error. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 is needed')
  return Number(text)
}

/** `sendoff launches list|show`. */
export function launchesCommand(): Command {
  const launches = new Command('launches')
    .description('what was launched, and what came of it')
    .addHelpText('before', examples)
  launches
    .command('list')
    .description('the newest launches first')
    .option('--state <state>', 'only launches in this state')
    .option('--schedule <name>', 'only launches of this schedule')
    .option('--mailing <id>', 'only launches of this mailing', positiveInteger)
    .option('--account <name>', 'only launches of this account')
    .option('--limit <n>', 'at most so many', positiveInteger, 20)
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { listCommand } = await import('./launches-list.ts')
      await listCommand(command.optsWithGlobals())
    })
  launches
    .command('show <key>')
    .description('one launch with its attempts, times and request')
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (key: string, _options, command: Command) => {
      const { showCommand } = await import('./launches-list.ts')
      await showCommand(key, command.optsWithGlobals())
    })
  return launches
}

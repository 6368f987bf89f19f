import { Command, Option } from 'commander'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff keys create grafana --role viewer --reason "dashboards"
  sendoff keys create crm --role launcher --account main --expires 2027-12-31T00:00Z --reason "launches from CRM"
  sendoff keys list
  sendoff keys revoke crm --reason "left the company"
`

/** `sendoff keys create|list|revoke`: who may ask over HTTP, and for what. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('the API keys of the HTTP API').addHelpText('before', examples)
  keys
    .command('create <name>')
    .description('make a key; it is printed once, on standard output, and stored nowhere')
    .addOption(
      new Option('--role <role>', 'what it may do; each may do what those before it may')
        .choices(['viewer', 'operator', 'launcher', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--account <name...>', 'only for these accounts')
    .option('--expires <time>', 'when it ends by itself: with Z or an offset, UTC without')
    .requiredOption('--reason <text>', 'what for; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { createKeyCommand } = await import('./keys-decide.ts')
      await createKeyCommand(name, command.optsWithGlobals())
    })
  keys
    .command('list')
    .description('the keys, without what proves them')
    .addOption(urlOption())
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { listKeysCommand } = await import('./keys-decide.ts')
      await listKeysCommand(command.optsWithGlobals())
    })
  keys
    .command('revoke <name>')
    .description('end a key at once')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { revokeKeyCommand } = await import('./keys-decide.ts')
      await revokeKeyCommand(name, command.optsWithGlobals())
    })
  return keys
}

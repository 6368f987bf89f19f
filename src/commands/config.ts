import { Command } from 'commander'

const examples = `Examples:
  sendoff config show                     the configuration as it works out
  sendoff config show --sources           and where each value comes from
  sendoff config show --sources --json
`

/** `sendoff config show`: the merged configuration, secrets as dots. */
export function configCommand(): Command {
  const show = new Command('show')
    .description('print the configuration with defaults, file, .env, environment and flags merged')
    .option('--sources', 'where each value comes from', false)
    .option('--json', 'JSON instead of YAML', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { showConfig } = await import('./show-config.ts')
      showConfig(command.optsWithGlobals())
    })
  return new Command('config').description('look at the configuration').addHelpText('before', examples).addCommand(show)
}

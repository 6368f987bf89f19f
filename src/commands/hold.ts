import { Command } from 'commander'
import { positiveInteger } from './launches.ts'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff hold on --reason "wrong price in the template"              nothing leaves any more
  sendoff hold on --account main --reason "tariff is being changed"
  sendoff hold status
  sendoff hold off --account main --reason "done"
  sendoff hold off --account main --cause breaker --reason "the proxy is up again"
`

/** `sendoff hold on|off|status`: stops that are checked right before a request may leave. */
export function holdCommand(): Command {
  const hold = new Command('hold')
    .description('stop launches everywhere, for an account or for a mailing')
    .addHelpText('before', examples)
  for (const [name, description] of [
    ['on', 'stop'],
    ['off', 'end a stop; what it held goes out if there is still time'],
  ] as const) {
    const command = hold
      .command(name)
      .description(description)
      .requiredOption('--reason <text>', 'why; kept on the record')
      .option('--account <name>', 'only this account')
      .option('--mailing <id>', 'only this mailing of the account', positiveInteger)
      .addOption(urlOption())
      .addHelpText('before', examples)
      .action(async (_options, command: Command) => {
        const { holdSwitch } = await import('./hold-switch.ts')
        await holdSwitch(name, command.optsWithGlobals())
      })
    if (name === 'off')
      command.option('--cause <cause>', 'the stop of this cause: person, token, rights, store or clock, or breaker')
  }
  hold
    .command('status')
    .description('the stops in force, and the breakers that are open')
    .addOption(urlOption())
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { holdStatus } = await import('./hold-switch.ts')
      await holdStatus(command.optsWithGlobals())
    })
  return hold
}

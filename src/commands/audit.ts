import { Command } from 'commander'
import { positiveInteger } from './launches.ts'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff audit                                          the newest decisions
  sendoff audit --subject weekly-digest@20261123T0900    those about one launch
  sendoff audit --subject schedule:weekly-digest         its pauses
  sendoff audit --json --limit 1000
`

/** `sendoff audit`: who decided what, when and why. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('what people and the service decided, the newest first')
    .option('--subject <name>', 'only what is about this launch key, this scope of a hold, or schedule:NAME')
    .option('--limit <n>', 'at most so many', positiveInteger, 20)
    .addOption(urlOption())
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { auditList } = await import('./audit-list.ts')
      await auditList(command.optsWithGlobals())
    })
}

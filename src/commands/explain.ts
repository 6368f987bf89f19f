import { Command } from 'commander'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff explain weekly-digest@20261123T0900     why it did, or did not, go out
  sendoff explain weekly-digest@20261123T0900 --json
`

/** `sendoff explain KEY`: the whole story of one launch. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('the whole story of one launch: who planned it, attempts, answers, evidence, decisions')
    .argument('<key>', 'the key of the launch, as launches list shows it')
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (key: string, _options, command: Command) => {
      const { explain } = await import('./explain-launch.ts')
      await explain(key, command.optsWithGlobals())
    })
}

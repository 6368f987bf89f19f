import { Command } from 'commander'

const examples = `Examples:
  sendoff apply                             show the plan, ask, apply it
  sendoff apply --plan 5d1c9a0b1c2d         apply what sendoff plan showed, or nothing
  sendoff apply --yes --confirm-remove old-digest
`

/** `sendoff apply`: brings the stored schedules into step with the files. */
export function applyCommand(): Command {
  return new Command('apply')
    .description('make the stored schedules say what the files say')
    .option('--plan <hash>', 'only if the plan is still this one; its first 8 digits are enough')
    .option('--confirm-remove <name...>', 'schedules that the plan removes; each has to be named')
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { applyFiles } = await import('./apply-files.ts')
      await applyFiles(command.optsWithGlobals())
    })
}

import { Command } from 'commander'

const examples = `Examples:
  sendoff plan                  what sendoff apply would change, and which due times
  sendoff plan --json
  sendoff plan --exit-code      ends with 3 where there is something to apply
`

/** `sendoff plan`: the difference between the files and the stored schedules. Changes nothing. */
export function planCommand(): Command {
  return new Command('plan')
    .description('what apply would change: schedules, and their due times of the next 30 days')
    .option('--exit-code', 'end with 3 where there is something to apply', false)
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { showPlan } = await import('./show-plan.ts')
      process.exitCode = await showPlan(command.optsWithGlobals())
    })
}

import { Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../files/duration.ts'

const examples = `Examples:
  sendoff demo                 until Ctrl-C
  sendoff demo --for 20s       ends by itself with a table of what came of every launch
`

/** `sendoff demo`: a private Redis, the stand-in for Altcraft, the service and sample schedules, in a folder of its own. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('see it work, without an account and without a Redis of yours')
    .option('--for <duration>', 'end by itself after so long, like 20s', durationOption)
    .addHelpText('before', examples)
    .action(async ({ for: lasts }: { for?: number }) => {
      const { runDemo } = await import('./run-demo.ts')
      process.exitCode = await runDemo(lasts)
    })
}

function durationOption(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('a duration is needed, like 20s or 5m')
  return ms
}

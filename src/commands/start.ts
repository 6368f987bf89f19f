import { Command } from 'commander'
import { exitCodes } from './ending.ts'

const examples = `Examples:
  sendoff start --apply                 run what jobs/ declares
  REDIS_URL=redis://10.0.0.5 sendoff start
  sendoff start | grep unknown
`

/** `sendoff start`: planner and workers in one process, until SIGTERM or SIGINT. */
export function startCommand(): Command {
  return new Command('start')
    .description('run the schedules and send what is due')
    .option('--apply', 'first bring the stored schedules into step with the files', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { runService } = await import('./run-service.ts')
      const { config, jobs, apply } = command.optsWithGlobals<{ config?: string; jobs?: string; apply: boolean }>()
      process.exitCode = await runService({ flags: { config, jobs }, apply, interrupted: exitCodes.interrupted })
    })
}

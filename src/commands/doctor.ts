import { Command } from 'commander'

const examples = `Examples:
  sendoff doctor                                        is everything as it should be? nothing is launched
  sendoff doctor --account main --json
  sendoff doctor --probe-deduplication --account main   does Altcraft drop repeats? asks first
`

const after = `
The probe sends two identical starts of mailing 2147483647, which cannot exist. Where the second answer is marked as a repeat,
the proof is stored for 30 days, and launches in doubt are settled by an identical repeat (deduplication: probed).

Exit code: 0 nothing is bad, or proven; 1 something is bad, or not proven; 2 a wrong command line or file; 5 no Redis.
`

/** `sendoff doctor`: looks at everything that launches depend on, and says what to do. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check Node, files, Redis, workers and accounts; says what to do')
    .option('--account <name>', 'only this account')
    .option('--probe-deduplication', 'find out whether Altcraft drops repeats of a start, and store the proof', false)
    .option('-y, --yes', 'do not ask before the probe', false)
    .option('--json', 'an array of checks, or what came of the probe, on standard output', false)
    .addHelpText('before', examples)
    .addHelpText('after', after)
    .action(async (_options, command: Command) => {
      const flags = command.optsWithGlobals()
      if (flags.probeDeduplication === true) {
        const { runProbe } = await import('./run-probe.ts')
        process.exitCode = await runProbe(command.optsWithGlobals())
      } else {
        const { runDoctor } = await import('./run-doctor.ts')
        process.exitCode = await runDoctor(command.optsWithGlobals())
      }
    })
}

import { Command } from 'commander'

const examples = `Examples:
  sendoff validate                            config/sendoff.yaml and every file in jobs/
  sendoff validate jobs/weekly-digest.yaml    this file, against the accounts of the configuration
  generate-schedules | sendoff validate -     standard input
  sendoff validate --json                     problems as an array, for machines
`

/** `sendoff validate`: everything wrong with what is declared, with positions. Needs no Redis. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check the configuration and schedule files; ends with 2 where something is wrong')
    .argument('[file...]', 'schedule files, folders of them, or - for standard input (default: jobs/)')
    .option('--json', 'an array of problems on standard output', false)
    .addHelpText('before', examples)
    .action(async (files: string[], _options, command: Command) => {
      const { validate } = await import('./validate-files.ts')
      await validate(files, command.optsWithGlobals())
    })
}

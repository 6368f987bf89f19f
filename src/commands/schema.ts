import { Argument, Command } from 'commander'

const examples = `Examples:
  sendoff schema schedules > config/schedules.schema.json
  sendoff schema config > config/config.schema.json

Editors that know the YAML language server use a schema named in the first line of a file:
  # yaml-language-server: $schema=../config/schedules.schema.json
`

/** `sendoff schema`: JSON Schema (draft-07) of what may be written in files, from the schemas that read them. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of schedule files or of the configuration')
    .addArgument(new Argument('<what>', 'which files').choices(['schedules', 'config']))
    .addHelpText('before', examples)
    .action(async (what: string) => {
      const { publishedShape } = await import('../files/shape.ts')
      const { configSchema } = await import('../config/config.ts')
      const { scheduleFileSchema } = await import('../timetable/schedule-schema.ts')
      const shape =
        what === 'config'
          ? publishedShape(configSchema, 'Sendoff configuration')
          : publishedShape(scheduleFileSchema, 'Sendoff schedule file')
      process.stdout.write(`${JSON.stringify(shape, null, 2)}\n`)
    })
}

import { Argument, Command } from 'commander'

const examples = `Examples:
  sendoff schema schedules > config/schedules.schema.json
  sendoff schema config > config/config.schema.json
  sendoff schema api > openapi.json

Editors that know the YAML language server use a schema named in the first line of a file:
  # yaml-language-server: $schema=../config/schedules.schema.json
`

/** `sendoff schema`: JSON Schema (draft-07) of what may be written in files, or OpenAPI 3.1, from the schemas that judge both. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of schedule files or of the configuration, or the OpenAPI document')
    .addArgument(new Argument('<what>', 'of what').choices(['schedules', 'config', 'api']))
    .addHelpText('before', examples)
    .action(async (what: string) => {
      if (what === 'api') {
        const { apiDocument } = await import('../http/document.ts')
        const { releaseVersion } = await import('../http/version.ts')
        return void process.stdout.write(`${JSON.stringify(apiDocument(releaseVersion()), null, 2)}\n`)
      }
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

/** How a file becomes a batch, as people declare it: the same keys as flags and in a `bulk:` block. */
import { z } from 'zod'
import { didYouMean } from '../files/suggestion.ts'
import { rowFormats, targetNamed } from '../launches/row-field.ts'

const columns = z.record(z.string(), z.string().min(1)).superRefine((map, context) => {
  for (const name of Object.keys(map)) {
    if (targetNamed(name) !== undefined) continue
    const message = `${JSON.stringify(name.slice(0, 60))} ${noField}${didYouMean(name, fieldNames)}`
    context.addIssue({ code: 'custom', path: [name], message })
  }
})

const fieldNames = ['id', 'override_source_type', 'override_source_id', 'override_limit', 'attach']
const noField = `is no field of a launch: use ${fieldNames.join(', ')} or content.NAME`

export const paceInput = z.strictObject({
  perMinute: z.int().min(1).max(1_000_000).optional().meta({ description: 'Rows that begin in a minute at most.' }),
  concurrency: z.int().min(1).max(1_000).optional().meta({ description: 'Rows under way at once at most.' }),
})

export const stopAfterInput = z.strictObject({
  consecutive: z.int().min(1).optional().meta({ description: 'Pause after so many failures in a row.' }),
  failures: z.int().min(1).optional().meta({ description: 'Pause after so many failures in all.' }),
  percent: z.number().gt(0).max(100).optional().meta({
    description: 'Pause when so many percent of the rows that ended have failed; looked at once twenty have ended.',
  }),
})

/** How the rows are read. */
export const rowsInput = {
  format: z.enum(rowFormats).optional().meta({ description: 'Default: what the name of the file says.' }),
  delimiter: z
    .string()
    .regex(/^[^"\r\n]$/, 'is not a delimiter: it must be one character, and no quote or line break')
    .optional()
    .meta({
      expects: 'one character',
      description: 'What separates the cells of CSV. Default: the comma, semicolon or tab that the header has most of.',
    }),
  key: z.string().min(1).optional().meta({
    description: 'The column that makes a row unique. Without it equal rows are an error.',
  }),
  columns: columns.optional().meta({
    description:
      'Field of the launch (id, content.city) → column of the file. Columns named like a field need no entry.',
  }),
  ignore: z.array(z.string()).optional().meta({ description: 'Columns that are not read.' }),
  partial: z.boolean().optional().meta({
    description:
      'true: bad rows are reported and left out. Default false: a file with a bad row is refused as a whole.',
  }),
}

export const bulkInput = z.strictObject({
  source: z
    .string()
    .min(1)
    .refine(path => path !== '-', 'must be a file: nobody pipes one into a schedule')
    .meta({ description: 'The file of rows, found from the folder of schedule files.' }),
  ...rowsInput,
  sourceType: z.enum(['list', 'segment']).optional().meta({
    description: 'What override_source_id of the rows is, where no column says it.',
  }),
  pace: paceInput.optional().meta({ description: 'How fast the rows go. Default: as fast as the account allows.' }),
  stopAfter: stopAfterInput.optional().meta({ description: 'When the batch pauses by itself.' }),
})

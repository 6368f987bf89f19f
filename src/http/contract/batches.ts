/** Batches over HTTP: what may be asked and what is answered. */
import { createRoute, z } from '@hono/zod-openapi'
import { batchRowSchema, batchWholeSchema, resultStates } from '../../duty/batch-shape.ts'
import { at, body, cursor, decimal, failures, idempotencyHeader, json, limit, reason, whole } from './route.ts'

const idParam = z.object({
  id: z
    .string()
    .min(1)
    .max(300)
    .meta({ description: 'The id of the batch.', param: { name: 'id', in: 'path' } }),
})

export const batchesSchema = z
  .object({
    batches: z.array(batchRowSchema),
    next: z.string().nullable().meta({ description: 'Where the next page begins; null on the last.' }),
  })
  .meta({ id: 'Batches' })

const listBatches = createRoute({
  ...at('listBatches'),
  request: {
    query: z.strictObject({
      after: cursor.optional(),
      limit,
      called: z
        .string()
        .min(1)
        .max(300)
        .optional()
        .meta({ description: 'Only the batch of this id, or those of this name; all on one page.' }),
    }),
  },
  responses: {
    200: json(batchesSchema, 'A page, the newest first'),
    ...failures,
  },
})

/** A number from 1. */
const positive = (most = Number.MAX_SAFE_INTEGER) => whole(z.int().min(1).max(most))
const list = z.string().max(2_000)
const text = z.string().min(1).max(300)

export const submitQuery = z.strictObject({
  account: text,
  name: text.meta({ description: 'The name of the batch: small letters, digits and hyphens.' }),
  key: text.optional().meta({ description: 'The column that makes a row unique. Without it equal rows are an error.' }),
  delimiter: text.optional().meta({ description: 'Of CSV: one character; what the header has most of without it.' }),
  columns: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: 'Field of the launch → column, a JSON object: {"content.city":"town"}.' }),
  ignore: list.optional().meta({ description: 'Columns that are not read, with commas between them.' }),
  partial: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Leave out bad rows instead of refusing the file.' }),
  launch: z.string().max(60_000).optional().meta({
    description: 'What holds for rows that do not say otherwise: a LaunchRequest as JSON, any of its members.',
  }),
  perMinute: positive(1_000_000).optional(),
  concurrency: positive(1_000).optional(),
  stopAfterConsecutive: positive().optional().meta({ description: 'Pause after so many failures in a row.' }),
  stopAfterFailures: positive().optional().meta({ description: 'Pause after so many failures.' }),
  stopAfterPercent: decimal(z.number().gt(0).max(100))
    .optional()
    .meta({ description: 'Pause when so many percent of at least 20 rows failed.' }),
  hours: list.optional().meta({
    description: 'Only in these hours: "MON-FRI 09:00-18:00", with semicolons between several. Needs timezone.',
  }),
  timezone: text.optional().meta({ description: 'The IANA zone of the hours.' }),
  maxLateness: text.optional().meta({ description: 'How long after its turn a row may still go out; 15m without it.' }),
  confirmDuplicate: text.optional().meta({
    description:
      'Launch again what is repeated: the id of the batch that the refusal names, or the time of the last send; several with commas.',
  }),
  source: text
    .optional()
    .meta({ description: 'Where the rows come from, in words for people; `an upload` without it.' }),
  reason: reason.optional(),
})

export const submittedSchema = z
  .object({
    batch: batchRowSchema,
    bad: z.int().meta({ description: 'Bad rows that were left out.' }),
    again: z.boolean().meta({ description: 'These rows were this batch already; nothing is launched a second time.' }),
    staged: z.int().meta({ description: 'Rows of it that had come with an interrupted submit.' }),
  })
  .meta({ id: 'BatchSubmitted' })

const rows = z.string().meta({ description: 'The file.' })

const submitBatch = createRoute({
  ...at('submitBatch'),
  request: {
    query: submitQuery,
    body: {
      required: true,
      content: {
        'text/csv': { schema: rows },
        'application/x-ndjson': { schema: rows },
        'application/json': { schema: z.array(z.record(z.string(), z.unknown())).meta({ description: 'A row each.' }) },
      },
    },
  },
  responses: {
    200: json(submittedSchema, 'It was submitted before'),
    201: json(submittedSchema, 'It is submitted'),
    ...failures,
  },
})

const showBatch = createRoute({
  ...at('showBatch'),
  request: { params: idParam },
  responses: { 200: json(batchWholeSchema, 'The batch'), ...failures },
})

const batchResults = createRoute({
  ...at('batchResults'),
  request: { params: idParam, query: z.strictObject({ state: z.enum(resultStates).optional() }) },
  responses: {
    200: {
      description:
        'A JSON object a line, in the order of the file: row, key, launch, mailing, state, error, error_text, reason, attempts',
      content: { 'application/x-ndjson': { schema: z.string() } },
    },
    ...failures,
  },
})

const decision = { params: idParam, body: body(z.strictObject({ reason })) }
export const batchChangedSchema = z
  .object({ batch: batchRowSchema, rows: z.int().meta({ description: 'How many rows that was about.' }) })
  .meta({ id: 'BatchChanged' })
const changed = json(batchChangedSchema, 'The batch as it is now')

const pauseBatch = createRoute({ ...at('pauseBatch'), request: decision, responses: { 200: changed, ...failures } })
const resumption = z.strictObject({
  reason,
  unsureUntil: z.int().min(0).optional().meta({
    description:
      'Needed after the store was set back: rows up to this number may have been sent. They become unknown instead of being sent; 0 says that none was.',
  }),
})
const resumeBatch = createRoute({
  ...at('resumeBatch'),
  request: { params: idParam, body: body(resumption) },
  responses: { 200: changed, ...failures },
})
const cancelBatch = createRoute({ ...at('cancelBatch'), request: decision, responses: { 200: changed, ...failures } })
const retryBatch = createRoute({
  ...at('retryBatch'),
  request: { ...decision, headers: idempotencyHeader },
  responses: { 200: changed, ...failures },
})

export const batchRoutes = {
  listBatches,
  submitBatch,
  showBatch,
  batchResults,
  pauseBatch,
  resumeBatch,
  cancelBatch,
  retryBatch,
}

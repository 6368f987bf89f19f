/** Launches over HTTP: what may be asked and what is answered. */
import { createRoute, z } from '@hono/zod-openapi'
import { explanationSchema } from '../../duty/explain.ts'
import { launchRowSchema, launchWholeSchema, wholeFields } from '../../duty/launch-shape.ts'
import { origins, states } from '../../launches/launch.ts'
import {
  at,
  body,
  confirmDuplicate,
  cursor,
  failures,
  idempotencyHeader,
  instant,
  json,
  keyParam,
  limit,
  reason,
  whole,
} from './route.ts'

export const launchPageSchema = z
  .object({
    launches: z.array(launchRowSchema),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Where the next page begins; null on the last. A page may be short.' }),
  })
  .meta({ id: 'LaunchPage' })

export const launchQuery = z.strictObject({
  state: z.enum(states).optional(),
  schedule: z.string().optional(),
  mailing: whole(z.int().min(1)).optional(),
  account: z.string().optional(),
  batch: z.string().optional(),
  origin: z.enum(origins).optional(),
  error: whole(z.int()).optional().meta({ description: '`error` of the last answer.' }),
  from: instant.optional().meta({ description: 'Due at this time or later.' }),
  text: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'In the key, the reason or error_text; a page searches a bounded way and may be short.' }),
  to: instant.optional().meta({ description: 'Due before this time.' }),
  after: cursor.optional(),
  limit,
})

const listLaunches = createRoute({
  ...at('listLaunches'),
  request: { query: launchQuery },
  responses: { 200: json(launchPageSchema, 'A page'), ...failures },
})

/** The parameters of the call as Altcraft names them. What they may hold is checked again by the schema of launches. */
const requestShape = z
  .strictObject({
    id: z.int().positive().meta({ description: 'The mailing.' }),
    override_source_type: z.enum(['list', 'segment']).optional(),
    override_source_id: z.int().positive().optional(),
    override_limit: z.int().positive().optional(),
    content: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "May hold dates: {{ due | date:'yyyy-MM-dd' }}; say the timezone then." }),
    attach: z.array(z.unknown()).optional().meta({ description: "Altcraft's own form: header and data." }),
  })
  .meta({ id: 'LaunchRequest' })

export const newLaunchSchema = z
  .strictObject({
    account: z.string(),
    request: requestShape,
    at: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'When: with Z or an offset, or local with timezone. Now without it.' }),
    timezone: z.string().max(100).optional().meta({ description: 'IANA zone of `at`, and of dates in the content.' }),
    confirmDuplicate: confirmDuplicate.optional(),
    reason: reason.optional(),
  })
  .meta({ id: 'NewLaunch' })

/** With the times between which it may go out, so that nobody has to ask again for them. */
const changedLaunchSchema = launchRowSchema
  .extend({ notBefore: wholeFields.notBefore, sendUntil: wholeFields.sendUntil })
  .meta({ id: 'ChangedLaunch' })

export const madeSchema = z
  .object({
    launch: changedLaunchSchema,
    workers: z.int().meta({ description: 'Workers that would send it; with 0 it expires unless one is started.' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'LaunchMade' })

const createLaunch = createRoute({
  ...at('createLaunch'),
  request: { headers: idempotencyHeader, body: body(newLaunchSchema) },
  responses: { 201: json(madeSchema, 'The launch is planned'), ...failures },
})

const showLaunch = createRoute({
  ...at('showLaunch'),
  request: { params: keyParam },
  responses: { 200: json(launchWholeSchema, 'The launch'), ...failures },
})

const explainLaunch = createRoute({
  ...at('explainLaunch'),
  request: { params: keyParam },
  responses: { 200: json(explanationSchema, 'Its story'), ...failures },
})

export const changedSchema = z.object({ launch: changedLaunchSchema }).meta({ id: 'LaunchChanged' })
const changed = json(changedSchema, 'The launch as it is now')

const retryLaunch = createRoute({
  ...at('retryLaunch'),
  request: {
    params: keyParam,
    headers: idempotencyHeader,
    body: body(
      z.strictObject({
        reason,
        sendUntil: instant
          .optional()
          .meta({ description: 'The last moment at which it may go out; in 15 minutes without it.' }),
      }),
    ),
  },
  responses: { 200: changed, ...failures },
})

export const resolutionSchema = z
  .discriminatedUnion('as', [
    z.strictObject({ as: z.literal('launched'), reason }),
    z.strictObject({ as: z.literal('notLaunched'), reason }),
    z.strictObject({ as: z.literal('writtenOff'), reason }),
    z.strictObject({
      as: z.literal('relaunch'),
      reason,
      at: instant.optional().meta({ description: 'When; now without it.' }),
      sendUntil: instant.meta({
        description: 'The last moment at which it may go out: a late mailing is worse than none.',
      }),
    }),
  ])
  .meta({ id: 'Resolution' })

const resolveLaunch = createRoute({
  ...at('resolveLaunch'),
  request: { params: keyParam, headers: idempotencyHeader, body: body(resolutionSchema) },
  responses: { 200: changed, ...failures },
})

const releaseLaunch = createRoute({
  ...at('releaseLaunch'),
  request: {
    params: keyParam,
    headers: idempotencyHeader,
    body: body(z.strictObject({ reason, confirmDuplicate: confirmDuplicate.optional() })),
  },
  responses: { 200: changed, ...failures },
})

const cancelLaunch = createRoute({
  ...at('cancelLaunch'),
  request: { params: keyParam, body: body(z.strictObject({ reason })) },
  responses: { 200: changed, ...failures },
})

export const launchRoutes = {
  listLaunches,
  createLaunch,
  showLaunch,
  explainLaunch,
  retryLaunch,
  resolveLaunch,
  releaseLaunch,
  cancelLaunch,
}

/** Schedules over HTTP: what may be asked and what is answered. */
import { createRoute, z } from '@hono/zod-openapi'
import { scheduleRowSchema, scheduleWholeSchema } from '../../duty/schedules.ts'
import { launchPageSchema, madeSchema } from './launches.ts'
import {
  at,
  body,
  confirmDuplicate,
  cursor,
  failures,
  idempotencyHeader,
  json,
  limit,
  nameParam,
  reason,
  whole,
} from './route.ts'

export const schedulesSchema = z.object({ schedules: z.array(scheduleRowSchema) }).meta({ id: 'Schedules' })

const listSchedules = createRoute({
  ...at('listSchedules'),
  request: { query: z.strictObject({ account: z.string().optional() }) },
  responses: { 200: json(schedulesSchema, 'In the order of names'), ...failures },
})

const showSchedule = createRoute({
  ...at('showSchedule'),
  request: {
    params: nameParam,
    query: z.strictObject({
      count: whole(z.int().min(1).max(100)).default(5).meta({ description: 'Due times, launches and decisions.' }),
    }),
  },
  responses: { 200: json(scheduleWholeSchema, 'The schedule'), ...failures },
})

const scheduleHistory = createRoute({
  ...at('scheduleHistory'),
  request: { params: nameParam, query: z.strictObject({ after: cursor.optional(), limit }) },
  responses: { 200: json(launchPageSchema, 'A page'), ...failures },
})

const time = z.string().min(1).max(100)

export const pausedSchema = z
  .object({
    schedule: z.string(),
    until: z.iso.datetime().nullable(),
    sending: z.array(z.string()).meta({ description: 'Launches that had begun and go on.' }),
    changed: z.boolean().meta({ description: 'It was paused already; reason and end are the new ones.' }),
  })
  .meta({ id: 'Paused' })

const pauseSchedule = createRoute({
  ...at('pauseSchedule'),
  request: {
    params: nameParam,
    body: body(
      z.strictObject({
        reason,
        until: time
          .optional()
          .meta({ description: 'When it ends by itself: local in its zone, or with Z or an offset.' }),
      }),
    ),
  },
  responses: { 200: json(pausedSchema, 'It is paused'), ...failures },
})

export const resumedSchema = z.object({ schedule: z.string() })

const resumeSchedule = createRoute({
  ...at('resumeSchedule'),
  request: { params: nameParam, body: body(z.strictObject({ reason })) },
  responses: { 200: json(resumedSchema, 'It goes on'), ...failures },
})

const dueTimeBody = body(
  z.strictObject({ reason, at: time.meta({ description: 'Which: local in its zone, or with Z or an offset.' }) }),
)
export const dueTimeSchema = z.object({ key: z.string(), due: z.iso.datetime() }).meta({ id: 'DecidedDueTime' })
const dueTime = json(dueTimeSchema, 'The due time')

const skipDueTime = createRoute({
  ...at('skipDueTime'),
  request: { params: nameParam, body: dueTimeBody },
  responses: { 200: dueTime, ...failures },
})

const unskipDueTime = createRoute({
  ...at('unskipDueTime'),
  request: { params: nameParam, body: dueTimeBody },
  responses: { 200: dueTime, ...failures },
})

const runSchedule = createRoute({
  ...at('runSchedule'),
  request: {
    params: nameParam,
    headers: idempotencyHeader,
    body: body(z.strictObject({ reason, confirmDuplicate: confirmDuplicate.optional() })),
  },
  responses: { 201: json(madeSchema, 'The launch is planned'), ...failures },
})

export const scheduleRoutes = {
  listSchedules,
  showSchedule,
  scheduleHistory,
  pauseSchedule,
  resumeSchedule,
  skipDueTime,
  unskipDueTime,
  runSchedule,
}

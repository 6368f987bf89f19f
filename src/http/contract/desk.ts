/** Calendar, stops, audit, accounts and events over HTTP: what may be asked and what is answered. */
import { createRoute, z } from '@hono/zod-openapi'
import { accountRowSchema } from '../../duty/accounts.ts'
import { auditRowSchema } from '../../duty/audit-shape.ts'
import { calendarRowSchema } from '../../duty/calendar-shape.ts'
import { holdRowSchema, stopCauses } from '../../duty/holds.ts'
import { at, body, failures, instant, json, limit, reason, whole } from './route.ts'

export const calendarSchema = z.object({ rows: z.array(calendarRowSchema) }).meta({ id: 'Calendar' })

const calendar = createRoute({
  ...at('calendar'),
  request: {
    query: z.strictObject({
      from: instant.optional().meta({ description: 'Now without it.' }),
      days: whole(z.int().min(1).max(92)).default(30),
      account: z.string().optional(),
      schedule: z.string().optional(),
    }),
  },
  responses: {
    200: json(calendarSchema, 'In order'),
    ...failures,
  },
})

export const holdsSchema = z.object({ holds: z.array(holdRowSchema) }).meta({ id: 'Holds' })

const listHolds = createRoute({ ...at('listHolds'), responses: { 200: json(holdsSchema, 'The stops'), ...failures } })

const scope = {
  account: z.string().optional().meta({ description: 'Only this account; everything without it.' }),
  mailing: z.int().positive().optional().meta({ description: 'Only this mailing of the account.' }),
}
type Scope = { readonly account?: string | undefined; readonly mailing?: number | undefined }
const isOneScope = ({ account, mailing }: Scope) => mailing === undefined || account !== undefined
const needsAccount = { path: ['mailing'], error: 'needs account' }

export const stoppedSchema = z.object({
  scope: z.string(),
  fresh: z.boolean().meta({ description: 'false where it was stopped already.' }),
})
export const releasedSchema = z
  .object({
    scope: z.string(),
    kind: z.enum(['released', 'closed']).meta({ description: '`closed`: it was an open breaker.' }),
    ended: holdRowSchema.nullable().meta({ description: 'The stop that has ended, where it was in force.' }),
    released: z.int().meta({ description: 'Launches that it held and that go on.' }),
    stillStopped: z.array(holdRowSchema),
  })
  .meta({ id: 'Released' })

const setHold = createRoute({
  ...at('setHold'),
  request: { body: body(z.strictObject({ ...scope, reason }).refine(isOneScope, needsAccount)) },
  responses: {
    200: json(stoppedSchema, 'It is stopped'),
    ...failures,
  },
})

const endHold = createRoute({
  ...at('endHold'),
  request: {
    body: body(
      z
        .strictObject({
          ...scope,
          cause: z.enum(stopCauses).optional().meta({ description: 'Which, where the scope is stopped for several.' }),
          reason,
        })
        .refine(isOneScope, needsAccount),
    ),
  },
  responses: {
    200: json(releasedSchema, 'It is no longer stopped'),
    ...failures,
  },
})

export const auditPageSchema = z
  .object({ entries: z.array(auditRowSchema), next: z.string().nullable() })
  .meta({ id: 'AuditPage' })

const audit = createRoute({
  ...at('audit'),
  request: {
    query: z.strictObject({
      subject: z
        .string()
        .optional()
        .meta({ description: 'A launch key, the scope of a stop, `schedule:<name>` or `key:<name>`.' }),
      after: z
        .string()
        .regex(/^\d{1,15}-\d{1,10}$/, 'is no place in the audit')
        .optional()
        .meta({ description: '`next` of the page before.' }),
      limit,
    }),
  },
  responses: { 200: json(auditPageSchema, 'The newest first'), ...failures },
})

export const accountsSchema = z.object({ accounts: z.array(accountRowSchema) }).meta({ id: 'Accounts' })
const listAccounts = createRoute({
  ...at('listAccounts'),
  responses: { 200: json(accountsSchema, 'All'), ...failures },
})

const events = createRoute({
  ...at('events'),
  request: {
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{1,15}-\d{1,10}$/, 'is no id of an event')
        .optional()
        .meta({ description: 'Go on after this event; only what happens from now on without it.' }),
    }),
  },
  responses: {
    200: {
      description:
        'Server-sent events: `id`, `event` (the name of the happening) and `data` (its fields as JSON). `event: gap` says that older ones than asked for are gone.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...failures,
  },
})

export const deskRoutes = { calendar, listHolds, setHold, endHold, audit, listAccounts, events }

/** What all routes of the OpenAPI document have in common. */
import { z } from '@hono/zod-openapi'
import { type Door, type DoorName, doors } from '../doors.ts'
import { problemSchema } from '../problem.ts'

/** The parts of a route that the table of doors says. */
export function at<const Name extends DoorName>(name: Name) {
  const door: Door = doors[name]
  const { method, path, summary } = doors[name]
  return {
    method,
    path,
    summary,
    description: accessWords(door),
    tags: [door.tag],
    operationId: name,
    ...(door.role === 'anyone' ? { security: [] } : {}),
  }
}

function accessWords({ role, beyond, whole }: Door): string {
  const parts = [role === 'anyone' ? 'No key is needed.' : `Least role: ${role}.`]
  if (beyond !== undefined) parts.push(`For ${beyond.what}: ${beyond.role}.`)
  if (whole) parts.push('Not for keys of single accounts.')
  return parts.join(' ')
}

/** A good answer with a body of this schema. */
export function json<const Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** Every other answer. */
export const failures = {
  default: { description: 'A problem', content: { 'application/problem+json': { schema: problemSchema } } },
} as const

/** A request body; nothing beside what it describes is accepted. */
export function body<const Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const
}

export const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .meta({
      description:
        'Required. Any text that is new for every new intention: the same request with the same key is carried out once within 24 hours, and answered again.',
    }),
})

export const reason = z.string().trim().min(1).max(1_000).meta({ description: 'Why; kept on the record.' })

export const confirmDuplicate = z
  .string()
  .regex(/^\d\d:\d\d$/, 'must be a time such as 08:40')
  .meta({ description: 'When (UTC, HH:MM) the mailing last went to the same audience: mail them again.' })

export const instant = z.iso.datetime({
  offset: true,
  error: 'must be a time with Z or an offset: 2026-12-24T09:00:00+01:00',
})

export const keyParam = z.object({
  key: z
    .string()
    .min(1)
    .max(300)
    .meta({ description: 'The launch key.', param: { name: 'key', in: 'path' } }),
})
export const nameParam = z.object({
  name: z
    .string()
    .min(1)
    .max(300)
    .meta({ description: 'The name.', param: { name: 'name', in: 'path' } }),
})

/** A whole number of a query as `schema` wants it: only digits are one, and no empty text, blanks, 1e3 or 0x10. */
export function whole<const Schema extends z.ZodType>(schema: Schema) {
  return number(schema, /^-?\d{1,15}$/, 'must be a whole number, in digits alone')
}

/** The same where it may have places after a point. */
export function decimal<const Schema extends z.ZodType>(schema: Schema) {
  return number(schema, /^-?\d{1,15}(\.\d{1,6})?$/, 'must be a number, in digits and at most one point')
}

function number<const Schema extends z.ZodType>(schema: Schema, form: RegExp, sentence: string) {
  return z.preprocess((text, context) => {
    if (typeof text !== 'string') return text
    if (form.test(text)) return Number(text)
    context.addIssue({ code: 'custom', message: sentence })
    return z.NEVER
  }, schema)
}

/** How many entries a page has. */
export const limit = whole(z.int().min(1).max(500)).default(50)

/** Query parameters that lists of launches take. */
export const cursor = z.string().min(1).max(1_000).meta({ description: '`next` of the page before.' })

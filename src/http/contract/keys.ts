/** API keys over HTTP: what may be asked and what is answered. */
import { createRoute, z } from '@hono/zod-openapi'
import { keyName } from '../api-keys.ts'
import { roles } from '../doors.ts'
import { at, body, failures, instant, json, nameParam, reason } from './route.ts'

const keyRowSchema = z
  .object({
    name: z.string(),
    role: z.enum(roles),
    accounts: z.array(z.string()).nullable().meta({ description: 'null: all.' }),
    created: z.iso.datetime(),
    by: z.string(),
    expires: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' })

export const keysSchema = z.object({ keys: z.array(keyRowSchema) })
export const newKeySchema = z.object({
  name: z.string(),
  key: z.string().meta({ description: 'Shown this once.' }),
})

const listKeys = createRoute({
  ...at('listKeys'),
  responses: { 200: json(keysSchema, 'In the order of names'), ...failures },
})

const createKey = createRoute({
  ...at('createKey'),
  request: {
    body: body(
      z
        .strictObject({
          name: z.string().regex(keyName, 'must begin with a letter; small letters, digits and hyphens'),
          role: z.enum(roles),
          accounts: z.array(z.string()).min(1).optional().meta({ description: 'All without it.' }),
          expires: instant.optional(),
          reason,
        })
        .meta({ id: 'NewApiKey' }),
    ),
  },
  responses: {
    201: json(newKeySchema, 'The key'),
    ...failures,
  },
})

const revokeKey = createRoute({
  ...at('revokeKey'),
  request: { params: nameParam, query: z.strictObject({ reason }) },
  responses: { 204: { description: 'It opens nothing any more' }, ...failures },
})

export const keyRoutes = { listKeys, createKey, revokeKey }

/** The service itself over HTTP: whether it lives, whether it can work, what it is. */
import { createRoute, z } from '@hono/zod-openapi'
import { at, failures, json } from './route.ts'

const liveSchema = z.object({ status: z.literal('alive') })

const livez = createRoute({ ...at('livez'), responses: { 200: json(liveSchema, 'It lives'), ...failures } })

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'not ready']),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), why: z.string().optional() })),
  })
  .meta({ id: 'Readiness' })

const readyz = createRoute({
  ...at('readyz'),
  responses: { 200: json(readinessSchema, 'Ready'), 503: json(readinessSchema, 'Not ready'), ...failures },
})

const versionSchema = z.object({ name: z.literal('sendoff'), version: z.string(), node: z.string() })
const version = createRoute({ ...at('version'), responses: { 200: json(versionSchema, 'The release'), ...failures } })

const document = createRoute({
  ...at('document'),
  responses: { 200: json(z.record(z.string(), z.unknown()), 'OpenAPI 3.1'), ...failures },
})

const metrics = createRoute({
  ...at('metrics'),
  responses: {
    200: { description: 'Text of Prometheus', content: { 'text/plain': { schema: z.string() } } },
    ...failures,
  },
})

export const serviceRoutes = { livez, readyz, version, document, metrics }

/** The OpenAPI document, from the same schemas that judge requests. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { batchRoutes } from './contract/batches.ts'
import { deskRoutes } from './contract/desk.ts'
import { keyRoutes } from './contract/keys.ts'
import { launchRoutes } from './contract/launches.ts'
import { scheduleRoutes } from './contract/schedules.ts'
import { serviceRoutes } from './contract/service.ts'

/** Every route, by the name of its door. */
const routes = { ...serviceRoutes, ...launchRoutes, ...scheduleRoutes, ...batchRoutes, ...deskRoutes, ...keyRoutes }

const description =
  'Launches Altcraft broadcast mailings. Errors are problems (RFC 9457) whose `code` stays; docs/http-api.md lists them.'

/** OpenAPI 3.1. */
export function apiDocument(version: string) {
  const { openAPIRegistry: registry, ...app } = new OpenAPIHono()
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer', description: 'An API key.' })
  for (const route of Object.values(routes)) registry.registerPath(route)
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Sendoff', version, description },
    security: [{ key: [] }],
  })
}

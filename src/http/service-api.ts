/** The service itself over HTTP. */
import type { Api } from './app.ts'
import { serviceRoutes as routes } from './contract/service.ts'
import { apiDocument } from './document.ts'
import type { HttpParts } from './parts.ts'

export function addService(api: Api, parts: HttpParts): void {
  const { version } = parts
  api.openapi(routes.livez, context => context.json({ status: 'alive' as const }, 200))
  api.openapi(routes.readyz, async context => {
    const others = await parts.checks()
    const isStopping = parts.isStopping()
    parts.probes.asked(performance.now(), isStopping)
    const checks = [{ name: 'stopping', ok: !isStopping }, ...others]
    const ready = checks.every(({ ok }) => ok)
    return context.json(
      { status: ready ? ('ready' as const) : ('not ready' as const), checks: [...checks] },
      ready ? 200 : 503,
    )
  })
  api.openapi(routes.version, context =>
    context.json({ name: 'sendoff' as const, version, node: process.versions.node }, 200),
  )
  const document = JSON.stringify(apiDocument(version))
  api.get(routes.document.path, context => context.body(document, 200, { 'content-type': 'application/json' }))
  api.openapi(routes.metrics, async context => {
    const { type, text } = await parts.metrics()
    return context.text(text, 200, { 'content-type': type })
  })
}

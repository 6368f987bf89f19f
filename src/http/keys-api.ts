/** API keys over HTTP. */
import { isConfigured } from '../duty/accounts.ts'
import { serverNow } from '../timetable/planner.ts'
import { createKey, keyRow, listKeys, revokeKey } from './api-keys.ts'
import type { Api } from './app.ts'
import { keyRoutes as routes } from './contract/keys.ts'
import type { HttpParts } from './parts.ts'
import { flawed, Problem } from './problem.ts'

export function addKeys(api: Api, { open }: HttpParts): void {
  const { ledger } = open
  api.openapi(routes.listKeys, async context => context.json({ keys: (await listKeys(ledger)).map(keyRow) }, 200))
  api.openapi(routes.createKey, async context => {
    const { name, role, accounts, expires: until, reason: why } = context.req.valid('json')
    const now = await serverNow(ledger)
    const expires = until === undefined ? undefined : Date.parse(until)
    if (expires !== undefined && expires <= now) throw flawed('expires', 'has passed')
    const unknown = accounts?.find(account => !isConfigured(open, account))
    if (unknown !== undefined) throw flawed('accounts', `${unknown} is not configured`)
    const key = await createKey(ledger, { name, role, accounts, expires }, { by: context.var.caller.by, why }, now)
    if (key === undefined)
      throw new Problem('refused', `There is a key ${name} already`, { refusal: { kind: 'taken' } })
    return context.json({ name, key }, 201)
  })
  api.openapi(routes.revokeKey, async context => {
    const { name } = context.req.valid('param')
    const decision = { by: context.var.caller.by, why: context.req.valid('query').reason }
    if (!(await revokeKey(ledger, name, decision))) throw new Problem('notFound', `There is no key ${name}`)
    return context.body(null, 204)
  })
}

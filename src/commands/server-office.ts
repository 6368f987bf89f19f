/** Answers from a server over HTTP; what is decided is decided by its API key. */
import type { z } from 'zod'
import { accountsSchema, auditPageSchema } from '../http/contract/desk.ts'
import type { Office } from './office.ts'
import { serverBatches } from './server/batches.ts'
import { ServerCall } from './server/call.ts'
import { serverDesk } from './server/desk.ts'
import { largestPage, serverLaunches } from './server/launches.ts'
import { serverSchedules } from './server/schedules.ts'

/** `patience`: for one answer, in milliseconds. Throws CommandEnding where the address or the key cannot be used. */
export function serverOffice(url: string, patience = 60_000): Office {
  const server = new ServerCall(url, patience)
  const accounts = async () => (await server.get('accounts', accountsSchema)).accounts
  return {
    ...serverLaunches(server),
    ...serverSchedules(server),
    ...serverBatches(server),
    ...serverDesk(server),
    audit: (limit, subject) => auditOf(server, limit, subject),
    accounts: async () => (await accounts()).map(({ name }) => name),
    workers: async account => (await accounts()).find(({ name }) => name === account)?.workers ?? 0,
    now: async () => Date.now(),
  }
}

async function auditOf(server: ServerCall, limit: number, subject: string | undefined) {
  const entries: z.output<typeof auditPageSchema>['entries'] = []
  for (let after: string | undefined; ; ) {
    const page = String(Math.min(limit - entries.length, largestPage))
    const query = new URLSearchParams({ limit: page, ...(subject && { subject }), ...(after && { after }) })
    const found = await server.get(`audit?${query}`, auditPageSchema)
    entries.push(...found.entries)
    if (found.next === null || entries.length >= limit) return entries
    after = found.next
  }
}

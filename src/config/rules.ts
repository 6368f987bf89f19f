/** What no single key of the configuration can show: rules between keys. Works on data that may be wrong elsewhere. Pure. */

import { formatDuration } from '../files/duration.ts'
import type { Finding } from '../files/finding.ts'
import { keysOf, valueAt } from '../files/value.ts'
import { accountSchema } from './account.ts'
import { baseUrlProblems } from './base-url.ts'
import { calendarFlaws } from './calendar-rules.ts'
import { chosenName, configSchema } from './config.ts'
import { isLoopback, readListen } from './listen.ts'

/** Every breach of a rule between keys, of the merged configuration before it is checked. */
export function brokenRules(merged: unknown): Finding[] {
  const ofAccounts = keysOf(valueAt(merged, ['accounts'])).flatMap(name => {
    const account = valueAt(merged, ['accounts', name])
    return [
      ...nameFlaws(name, 'accounts', 'an account'),
      ...addressFlaws(account, name),
      ...timeoutFlaws(account, name, valueAt(merged, ['worker'])),
    ]
  })
  const calendars = valueAt(merged, ['calendars'])
  const ofCalendars = keysOf(calendars).flatMap(name => [
    ...nameFlaws(name, 'calendars', 'a calendar'),
    ...calendarFlaws(calendars, name),
  ])
  return [...ofAccounts, ...ofCalendars, ...keylessFlaws(valueAt(merged, ['http']))]
}

/** Whoever reaches a port that is open to others could launch. */
function keylessFlaws(http: unknown): Finding[] {
  const withoutKey = valueAt(http, ['withoutKey'])
  const listen = valueAt(http, ['listen'])
  const address = typeof listen === 'string' ? readListen(listen) : undefined
  if (withoutKey === undefined || withoutKey === 'off' || (address !== undefined && isLoopback(address.host))) return []
  const where = listen === undefined ? 'http.listen is not set' : `http.listen is ${JSON.stringify(listen)}`
  const sentence = `requests without a key are answered on a loopback address alone, and ${where}; write off, or listen on 127.0.0.1:8377`
  return [{ path: ['http', 'withoutKey'], sentence }]
}

function nameFlaws(name: string, map: string, what: string): Finding[] {
  if (chosenName.test(name)) return []
  const sentence = `${JSON.stringify(name)} is not ${what} name: begin with a letter; small letters, digits and hyphens`
  return [{ path: [map, name], about: [map], spot: 'key', sentence }]
}

function addressFlaws(account: unknown, name: string): Finding[] {
  const baseUrl = valueAt(account, ['baseUrl'])
  if (typeof baseUrl !== 'string') return []
  const allowHttp = accountSchema.shape.allowHttp.safeParse(valueAt(account, ['allowHttp']))
  const problems = baseUrlProblems(baseUrl, allowHttp.success ? allowHttp.data : [])
  return problems.map(sentence => ({ path: ['accounts', name, 'baseUrl'], sentence }))
}

function timeoutFlaws(account: unknown, name: string, worker: unknown): Finding[] {
  const timeouts = accountSchema.shape.timeouts.safeParse(valueAt(account, ['timeouts']))
  if (!timeouts.success) return []
  const { headers, total } = timeouts.data
  const path = ['accounts', name, 'timeouts', 'total']
  const flaws: Finding[] = []
  if (total < headers) {
    const sentence = `must be at least as long as headers (${formatDuration(headers)}), got ${formatDuration(total)}`
    flaws.push({ path, sentence })
  }
  const drain = configSchema.shape.worker.safeParse(worker)
  if (drain.success && drain.data.drainTimeout <= total) {
    const declared = valueAt(worker, ['drainTimeout']) !== undefined
    const pause = formatDuration(drain.data.drainTimeout)
    const sentence = `worker.drainTimeout (${pause}) is not longer than accounts.${name}.timeouts.total (${formatDuration(total)}): a stopping process would give up on requests under way`
    flaws.push({ path: declared ? ['worker', 'drainTimeout'] : path, about: [], severity: 'warning', sentence })
  }
  return flaws
}

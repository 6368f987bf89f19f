/** What no single key of the configuration can show: rules between keys. Works on data that may be wrong elsewhere. Pure. */

import { formatDuration } from '../files/duration.ts'
import type { Finding } from '../files/finding.ts'
import { keysOf, valueAt } from '../files/value.ts'
import { accountSchema } from './account.ts'
import { baseUrlProblems } from './base-url.ts'
import { configSchema } from './config.ts'

/** Every breach of a rule between keys, of the merged configuration before it is checked. */
export function brokenRules(merged: unknown): Finding[] {
  return keysOf(valueAt(merged, ['accounts'])).flatMap(name => {
    const account = valueAt(merged, ['accounts', name])
    return [...addressFlaws(account, name), ...timeoutFlaws(account, name, valueAt(merged, ['worker']))]
  })
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
    const sentence = `is not shorter than worker.drainTimeout (${formatDuration(drain.data.drainTimeout)}): a stopping process would give up on requests under way`
    flaws.push({ path, severity: 'warning', sentence: `${formatDuration(total)} ${sentence}` })
  }
  return flaws
}

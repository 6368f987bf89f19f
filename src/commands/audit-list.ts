import { readAudit } from '../launches/audit.ts'
import { table } from './launch-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

/** `sendoff audit`. */
export async function auditList(
  flags: GlobalFlags & { readonly subject?: string; readonly limit: number; readonly json: boolean },
): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const entries = await readAudit(ledger, flags.limit, flags.subject)
    if (flags.json) {
      const shown = entries.map(entry => ({ ...entry, at: new Date(entry.at).toISOString() }))
      return void process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
    }
    if (entries.length === 0) return void process.stderr.write('Nothing was decided.\n')
    const rows = entries.map(entry => [
      new Date(entry.at).toISOString(),
      entry.who,
      entry.what,
      entry.subject,
      `${stateWord(entry.before)} -> ${stateWord(entry.after)}`,
      entry.why,
    ])
    process.stdout.write(`${table(['AT', 'WHO', 'WHAT', 'ABOUT', 'CHANGE', 'WHY'], rows)}\n`)
  })
}

/** A stop and a pause are kept whole in the audit; in the table they are one word. */
function stateWord(text: string): string {
  if (!text.startsWith('{')) return text || '-'
  return text.includes('"cause"') ? 'held' : 'paused'
}

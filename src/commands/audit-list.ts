import { table } from './launch-view.ts'
import { type OfficeFlags, withOffice } from './office.ts'

/** `sendoff audit`. */
export async function auditList(
  flags: OfficeFlags & { readonly subject?: string; readonly limit: number; readonly json: boolean },
): Promise<void> {
  await withOffice(flags, async office => {
    const entries = await office.audit(flags.limit, flags.subject)
    if (flags.json) return void process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`)
    if (entries.length === 0) return void process.stderr.write('Nothing was decided.\n')
    const rows = entries.map(({ at, who, what, subject, before, after, why }) => [
      at,
      who,
      what,
      subject,
      `${stateWord(before)} -> ${stateWord(after)}`,
      why,
    ])
    process.stdout.write(`${table(['AT', 'WHO', 'WHAT', 'ABOUT', 'CHANGE', 'WHY'], rows)}\n`)
  })
}

/** A stop and a pause are kept whole in the audit; in the table they are one word. */
function stateWord(text: string): string {
  if (!text.startsWith('{')) return text || '-'
  return text.includes('"cause"') ? 'held' : 'paused'
}

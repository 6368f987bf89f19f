/** The rows of a batch that are due last. */
import { launchRow } from '../../duty/launch-shape.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { listLaunches } from '../../launches/list.ts'
import type { ListedRow } from '../view/launch-parts.tsx'

const rowsShown = 20
/** Rows released together are due together, and the ledger has those in the order of their keys as text: r-9 before r-30. */
const rowsRead = 300

export async function newestRows({ config, ledger }: OpenLedger, id: string): Promise<ListedRow[]> {
  const rows = await listLaunches(ledger, { batch: id }, rowsRead, Object.keys(config.accounts))
  return rows
    .toSorted(newestFirst)
    .slice(0, rowsShown)
    .map(launch => ({ launch: launchRow(launch), zone: undefined }))
}

const { compare } = new Intl.Collator('en', { numeric: true })

/** By due time, then by the numbers in the key; both descending. */
export function newestFirst(
  a: { readonly due: number; readonly key: string },
  b: { readonly due: number; readonly key: string },
): number {
  return b.due - a.due || compare(b.key, a.key)
}

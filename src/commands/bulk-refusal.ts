/** Why `bulk submit` makes no batch of the rows, in words. */
import type { Objection } from '../bulk/objection.ts'
import { sendsInWords } from '../bulk/sends-in-words.ts'
import { digits } from './batch-view.ts'
import { usage } from './bulk-declared.ts'
import type { CommandEnding } from './ending.ts'
import type { BatchOffice } from './office/batches.ts'

/** The ending for rows that may not become a batch under this name. */
export async function refusalOf(
  office: Pick<BatchOffice, 'batchRow'>,
  objection: Exclude<Objection, { readonly kind: 'again' }>,
  name: string,
): Promise<CommandEnding> {
  switch (objection.kind) {
    case 'otherName': {
      const { id, state } = objection
      return usage(
        `these rows were submitted before, as ${id} (${state}). To launch all of them a second time, add --confirm-duplicate ${id}`,
      )
    }
    case 'sameName': {
      const { id, state } = objection
      const batch = await office.batchRow(id)
      const total = batch?.rows ?? 0
      const launched = batch?.counts.launched ?? 0
      return usage(
        `the batch ${id} (${state}) of the name ${name} has ${rowsInWords(total)}, ${digits(launched)} ${launched === 1 ? 'was' : 'were'} launched; this file has other rows, and would launch all of its rows, those too. To launch only what is missing, submit a file of just those rows under another --name. To launch all of this one, add --confirm-duplicate ${id}`,
      )
    }
    case 'otherRows':
      return usage(`the batch ${objection.id} (${objection.state}) has other rows; choose another name with --name`)
    case 'sentLately':
      return usage(
        `${sendsInWords(objection.sends, objection.more)}. To mail the same people again, add --confirm-duplicate ${objection.confirmation}`,
      )
  }
}

/** `1 row`, `3,000 rows`. */
export function rowsInWords(rows: number): string {
  return `${digits(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

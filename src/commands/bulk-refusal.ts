/** Why `bulk submit` makes no batch of the rows, in words. */
import type { Objection, Send } from '../bulk/objection.ts'
import { showBatch } from '../bulk/read.ts'
import type { Ledger } from '../launches/ledger.ts'
import { digits } from './batch-view.ts'
import { usage } from './bulk-declared.ts'
import type { CommandEnding } from './ending.ts'

/** The ending for rows that may not become a batch under this name. */
export async function refusalOf(
  ledger: Ledger,
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
      const counts = (await showBatch(ledger, id))?.counts
      const total = counts?.total ?? 0
      const launched = counts?.released.launched ?? 0
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

/** `mailing 90 went to segment 7 at 2026-11-24T11:20:00.000Z; …; and 4 more before`, the last first. */
function sendsInWords(sends: readonly Send[], more: number): string {
  const told = sends.map(({ mailing, audience, at }) => {
    const whom = audience === 'own' ? 'its own audience' : audience.replace('-', ' ')
    return `mailing ${mailing} went to ${whom} at ${new Date(at).toISOString()}`
  })
  return [...told, ...(more === 0 ? [] : [`and ${digits(more)} more before`])].join('; ')
}

/** `1 row`, `3,000 rows`. */
export function rowsInWords(rows: number): string {
  return `${digits(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

import { cancelBatch } from '../../bulk/cancel.ts'
import { listBatches } from '../../bulk/list.ts'
import { objectionTo } from '../../bulk/objection.ts'
import { pauseBatch, resumeBatch } from '../../bulk/pausing.ts'
import { batchesNamed, problemsOf, resultsOf, showBatch } from '../../bulk/read.ts'
import { retryBatch } from '../../bulk/retry.ts'
import { submitBatch } from '../../bulk/submit.ts'
import { batchRow, batchWhole, problemsShown, resultRows } from '../../duty/batch-shape.ts'
import { mustBeFit, type OpenLedger } from '../../duty/open-ledger.ts'
import { serverNow } from '../../timetable/planner.ts'
import type { BatchDecided, BatchOffice } from '../office/batches.ts'
import { person } from '../person.ts'

export function ledgerBatches(open: OpenLedger): BatchOffice {
  const { ledger, queues } = open
  const decided = async (id: string, rows: number): Promise<BatchDecided> => {
    const view = await showBatch(ledger, id)
    return view ? { kind: 'decided', batch: batchRow(view), rows } : { kind: 'unknown' }
  }
  return {
    batches: async limit => (await listBatches(ledger, limit)).map(batchRow),
    batchesCalled: word => batchesNamed(ledger, word),
    batchRow: async id => {
      const view = await showBatch(ledger, id)
      return view && batchRow(view)
    },
    batch: async id => {
      const view = await showBatch(ledger, id)
      return view && batchWhole(view, await problemsOf(ledger, id, problemsShown))
    },
    results: (id, state) => resultRows(resultsOf(ledger, id), state),
    pauseBatch: async (id, why) => {
      const answer = await pauseBatch(ledger, id, { by: person(), why })
      return answer.kind === 'paused' ? decided(id, answer.counts.unreleased) : answer
    },
    resumeBatch: async (id, why, unsureUntil) => {
      const now = await serverNow(ledger)
      const answer = await resumeBatch(ledger, queues, id, { by: person(), why }, now, unsureUntil)
      return answer.kind === 'resumed' ? decided(id, answer.rows) : answer
    },
    cancelBatch: async (id, why) => {
      const answer = await cancelBatch(ledger, id, { by: person(), why })
      return answer.kind === 'cancelled' ? decided(id, answer.calledOff) : answer
    },
    retryBatch: async (id, why) => {
      const answer = await retryBatch(ledger, id, { by: person(), why })
      return answer.kind === 'again' ? decided(id, answer.rows) : answer
    },
    objection: async (declaration, seen, sameRows) => {
      await mustBeFit(open, declaration.account)
      return objectionTo(ledger, declaration, seen, sameRows)
    },
    submit: async ({ declaration, rows, sameRows, shown }) => {
      await mustBeFit(open, declaration.account)
      return submitBatch(ledger, declaration, rows, sameRows, shown)
    },
  }
}

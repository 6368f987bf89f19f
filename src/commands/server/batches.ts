import { type BatchRow, batchWholeSchema } from '../../duty/batch-shape.ts'
import { batchChangedSchema, batchesSchema } from '../../http/contract/batches.ts'
import type { BatchDecided, BatchOffice } from '../office/batches.ts'
import { type Answer, isMissing, refusalIn, type ServerCall } from './call.ts'
import { largestPage } from './launches.ts'
import { resultsFrom } from './results.ts'
import { submitTo } from './submit.ts'

export function serverBatches(server: ServerCall): BatchOffice {
  const called = async (word: string, limit: number) => {
    const query = new URLSearchParams({ called: word, limit: String(limit) })
    return (await server.get(`batches?${query}`, batchesSchema)).batches
  }
  const decide = (id: string, what: string, body: object) =>
    server.decide('POST', `${pathOf(id)}/${what}`, body, batchChangedSchema, shows(id))
  return {
    batches: limit => batchesOf(server, limit),
    batchesCalled: async word => (await called(word, largestPage)).map(({ id }) => id),
    batchRow: async id => (await called(id, largestPage)).find(batch => batch.id === id),
    batch: id => server.find(pathOf(id), batchWholeSchema),
    results: (id, state) => resultsFrom(server, id, state),
    pauseBatch: async (id, reason) => decided(await decide(id, 'pause', { reason })),
    resumeBatch: async (id, reason, unsureUntil) => {
      const answer = await decide(id, 'resume', { reason, unsureUntil })
      return answer.ok || answer.problem.refusal?.kind !== 'forgot' ? decided(answer) : answer.problem.refusal
    },
    cancelBatch: async (id, reason) => decided(await decide(id, 'cancel', { reason })),
    retryBatch: async (id, reason) =>
      decided(await server.launch(`${pathOf(id)}/retry`, { reason }, batchChangedSchema, shows(id))),
    // The server says so when they are submitted.
    objection: async () => undefined,
    submit: submitting => submitTo(server, submitting),
  }
}

function decided(
  answer: Answer<Pick<Extract<BatchDecided, { readonly kind: 'decided' }>, 'batch' | 'rows'>>,
): BatchDecided {
  if (answer.ok) return { kind: 'decided', ...answer.value }
  if (isMissing(answer.problem)) return { kind: 'unknown' }
  const { state, reason } = refusalIn(answer.problem, 'batchIs')
  return { kind: 'refused', state, reason }
}

function pathOf(id: string): string {
  return `batches/${encodeURIComponent(id)}`
}

function shows(id: string): string {
  return `sendoff bulk status ${id}`
}

async function batchesOf(server: ServerCall, limit: number): Promise<readonly BatchRow[]> {
  const batches: BatchRow[] = []
  for (let after: string | undefined; ; ) {
    const page = String(Math.min(limit - batches.length, largestPage))
    const query = new URLSearchParams({ limit: page, ...(after && { after }) })
    const found = await server.get(`batches?${query}`, batchesSchema)
    batches.push(...found.batches)
    if (found.next === null || batches.length >= limit) return batches
    after = found.next
  }
}

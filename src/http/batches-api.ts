/** Batches over HTTP. */
import { createRoute, z } from '@hono/zod-openapi'
import { cancelBatch } from '../bulk/cancel.ts'
import { pageOfBatches } from '../bulk/list.ts'
import type { SameRows } from '../bulk/objection.ts'
import { type NotAsAsked, pauseBatch, resumeBatch } from '../bulk/pausing.ts'
import { type BatchView, problemsOf, resultsOf, showBatch } from '../bulk/read.ts'
import { readRows } from '../bulk/read-rows.ts'
import { retryBatch } from '../bulk/retry.ts'
import { RowReport } from '../bulk/row-report.ts'
import { sendsInWords } from '../bulk/sends-in-words.ts'
import { BadRows, soundRows } from '../bulk/sound-rows.ts'
import { type SubmitAnswer, submitBatch } from '../bulk/submit.ts'
import { isConfigured } from '../duty/accounts.ts'
import { batchRow, batchWhole, problemsShown, resultRows } from '../duty/batch-shape.ts'
import { batchesCalled } from '../duty/batches.ts'
import { iso } from '../duty/launch-shape.ts'
import { mustBeFit, type OpenLedger } from '../duty/open-ledger.ts'
import { cursorText } from '../launches/cursor.ts'
import { serverNow } from '../timetable/planner.ts'
import { type Caller, maySee, mustBeFor } from './access.ts'
import type { Api } from './app.ts'
import { batchChangedSchema, batchRoutes as routes } from './contract/batches.ts'
import { once } from './once.ts'
import { cursorOf } from './page-cursor.ts'
import type { HttpParts } from './parts.ts'
import { flawed, Problem } from './problem.ts'
import { bytesOf, declaredBy, rowsProblem } from './upload.ts'

/** To the router lines of JSON would be one value of JSON: the document says what they are, this that they are text. */
const streamed = createRoute({
  ...routes.batchResults,
  responses: { 200: { description: 'Lines', content: { 'text/event-stream': { schema: z.string() } } } },
})

/** To the router a list in JSON would be a value that is read as a whole: the document says what it is, this that it comes in pieces. */
const uploaded = createRoute({ ...routes.submitBatch, request: { query: routes.submitBatch.request.query } })

export function addBatches(api: Api, { open, settings, heard }: HttpParts): void {
  const { ledger } = open
  api.openapi(routes.listBatches, async context => {
    const { limit, after: text, called } = context.req.valid('query')
    const { caller } = context.var
    if (called !== undefined) {
      const views = (await batchesCalled(ledger, called)).filter(({ batch }) => maySee(caller, batch.account))
      return context.json({ batches: views.slice(0, limit).map(batchRow), next: null }, 200)
    }
    const after = cursorOf(text)
    const { views, next } = await pageOfBatches(ledger, { limit, after, accounts: caller.accounts })
    return context.json({ batches: views.map(batchRow), next: next === undefined ? null : cursorText(next) }, 200)
  })
  api.openapi(uploaded, async context => {
    const query = context.req.valid('query')
    const { caller } = context.var
    mustBeFor(caller, query.account)
    if (!isConfigured(open, query.account)) throw flawed('account', 'is not configured', 'query')
    const { declaration, reading } = declaredBy(query, context.req.header('content-type'), caller.by)
    await mustBeFit(open, query.account)
    const report = new RowReport()
    // It is submitted after its last byte.
    context.set('deciding', false)
    const bytes = bytesOf(context.req.raw.body, settings.uploadLimit, () => context.set('deciding', true))
    const rows = soundRows(readRows(bytes, reading), query.partial === 'true', report)
    const answer = await submitBatch(ledger, declaration, rows, sameRowsOf(query.confirmDuplicate)).catch(error => {
      throw error instanceof BadRows ? rowsProblem(error.report) : error
    })
    const again = submitted(answer)
    const view = await named(open, caller, again.id)
    const { again: isAgain, staged } = again
    return context.json({ batch: batchRow(view), bad: report.bad, again: isAgain, staged }, isAgain ? 200 : 201)
  })
  api.openapi(routes.showBatch, async context => {
    const view = await named(open, context.var.caller, context.req.valid('param').id)
    return context.json(batchWhole(view, await problemsOf(ledger, view.batch.id, problemsShown)), 200)
  })
  api.openapi(streamed, async context => {
    const { batch } = await named(open, context.var.caller, context.req.valid('param').id)
    const lines = inLines(resultRows(resultsOf(ledger, batch.id), context.req.valid('query').state))
    const failed = (error: unknown) => {
      heard.requestFailed(error)
      // The answer has begun: that it is not whole is said by cutting it.
      context.env?.outgoing?.destroy()
    }
    return new Response(webStream(lines, failed), { headers: { 'content-type': 'application/x-ndjson' } })
  })
  addDecisions(api, open)
}

function addDecisions(api: Api, open: OpenLedger): void {
  const { ledger, queues } = open
  const changed = async (caller: Caller, id: string, rows: number) => {
    return { batch: batchRow(await named(open, caller, id)), rows }
  }
  api.openapi(routes.pauseBatch, async context => {
    const { id } = context.req.valid('param')
    const { caller } = context.var
    const view = await named(open, caller, id)
    const answer = await pauseBatch(ledger, id, { by: caller.by, why: context.req.valid('json').reason })
    if (answer.kind !== 'paused') throw notAsAsked(answer, id)
    return context.json(await changed(caller, id, view.counts.unreleased), 200)
  })
  api.openapi(routes.resumeBatch, async context => {
    const { id } = context.req.valid('param')
    const { caller } = context.var
    await named(open, caller, id)
    const { reason: why, unsureUntil } = context.req.valid('json')
    const answer = await resumeBatch(ledger, queues, id, { by: caller.by, why }, await serverNow(ledger), unsureUntil)
    if (answer.kind === 'forgot') {
      const known = `${answer.released} of ${answer.total} rows`
      throw new Problem(
        'refused',
        `The store was set back and knows of ${known}; those after them may have been sent. Say unsureUntil: rows up to that number become unknown instead of being sent`,
        { refusal: answer },
      )
    }
    if (answer.kind !== 'resumed') throw notAsAsked(answer, id)
    return context.json(await changed(caller, id, answer.rows), 200)
  })
  api.openapi(routes.cancelBatch, async context => {
    const { id } = context.req.valid('param')
    const { caller } = context.var
    await named(open, caller, id)
    const answer = await cancelBatch(ledger, id, { by: caller.by, why: context.req.valid('json').reason })
    if (answer.kind !== 'cancelled') throw notAsAsked(answer, id)
    return context.json(await changed(caller, id, answer.calledOff), 200)
  })
  api.openapi(routes.retryBatch, async context => {
    const { id } = context.req.valid('param')
    const { caller } = context.var
    const body = context.req.valid('json')
    await named(open, caller, id)
    const how = { schema: batchChangedSchema, body, twice: 'another' } as const
    const answer = await once(context, open, how, async () => {
      const answer = await retryBatch(ledger, id, { by: caller.by, why: body.reason })
      if (answer.kind !== 'again') throw notAsAsked(answer, id)
      return changed(caller, id, answer.rows)
    })
    return context.json(answer, 200)
  })
}

/** The batch, where the caller may see it. Throws Problem. */
async function named({ ledger }: OpenLedger, caller: Caller, id: string): Promise<BatchView> {
  const view = await showBatch(ledger, id)
  if (!view || !maySee(caller, view.batch.account)) throw noBatch(id)
  return view
}

function noBatch(id: string): Problem {
  return new Problem('notFound', `There is no batch ${id}`)
}

function notAsAsked(answer: NotAsAsked, id: string): Problem {
  if (answer.kind === 'unknown') return noBatch(id)
  const why = answer.reason === '' ? '' : ` (${answer.reason})`
  const { state, reason } = answer
  return new Problem('refused', `${id} is ${state}${why}`, { refusal: { kind: 'batchIs', state, reason } })
}

function sameRowsOf(words: string | undefined): SameRows {
  return words === undefined ? { kind: 'refuse' } : { kind: 'confirmed', repeats: words.split(',') }
}

/** The batch that the rows are; throws Problem where they are none. */
function submitted(answer: SubmitAnswer): { readonly id: string; readonly again: boolean; readonly staged: number } {
  switch (answer.kind) {
    case 'submitted':
      return { id: answer.id, again: false, staged: answer.staged }
    case 'again':
      return { id: answer.id, again: true, staged: 0 }
    case 'otherName': {
      const detail = `These rows were submitted before, as ${answer.id} (${answer.state}). To launch all of them a second time, say confirmDuplicate=${answer.id}`
      throw new Problem('repeat', detail, { confirmation: answer.id, refusal: answer })
    }
    case 'sameName': {
      const detail = `The batch ${answer.id} (${answer.state}) has this name and other rows. These rows would all be launched, also those that it has; to do so, say confirmDuplicate=${answer.id}, or submit only what is missing under another name`
      throw new Problem('repeat', detail, { confirmation: answer.id, refusal: answer })
    }
    case 'sentLately': {
      const { sends, more, confirmation } = answer
      const detail = `${sendsInWords(sends, more)}. To mail the same people again, say confirmDuplicate=${confirmation}`
      const told = sends.map(({ at, ...send }) => ({ ...send, at: iso(at) }))
      throw new Problem('repeat', detail, { confirmation, refusal: { ...answer, sends: told } })
    }
    case 'otherRows':
      throw new Problem('refused', `The batch ${answer.id} (${answer.state}) has other rows; choose another name`, {
        refusal: answer,
      })
    case 'changed':
    case 'empty':
      throw flawed('body', 'holds no rows')
    case 'disturbed':
      throw new Problem('inProgress', 'Another submit under this name ran at the same time; nothing was submitted', {
        refusal: answer,
      })
  }
}

async function* inLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

/** Read no faster than it is sent. `failed` is told what the lines throw. */
function webStream(lines: AsyncGenerator<string>, failed: (error: unknown) => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    pull: async controller => {
      try {
        const { done, value } = await lines.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        failed(error)
        controller.close()
      }
    },
    cancel: async () => void (await lines.return(undefined)),
  })
}

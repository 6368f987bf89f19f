/** What people decide about a batch: pause, resume, cancel the rest, try the failed rows again. */
import { cancelBatch } from '../../bulk/cancel.ts'
import { type NotAsAsked, pauseBatch, resumeBatch } from '../../bulk/pausing.ts'
import { type BatchView, showBatch } from '../../bulk/read.ts'
import { retryBatch } from '../../bulk/retry.ts'
import { endedRows } from '../../duty/batch-shape.ts'
import { maySee } from '../../http/access.ts'
import type { HttpParts } from '../../http/parts.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { serverNow } from '../../timetable/planner.ts'
import { confirms } from '../confirming.tsx'
import { decides, type Outcome, type PageContext, type Pages } from '../desk.tsx'
import { ledgerText } from '../sentence.ts'
import { retryableRows } from '../view/batch.tsx'
import { batchAddress } from '../view/batch-parts.tsx'

export function addBatchDecisions(pages: Pages, parts: HttpParts): void {
  const { ledger } = parts.open
  decides(pages, parts, '/batches/:id/pause', 'batchPause', async ({ context, by, why }) => {
    const view = await seen(ledger, context)
    if (!view) return undefined
    const answer = await pauseBatch(ledger, view.batch.id, { by, why })
    return answer.kind === 'paused'
      ? { tone: 'ok', words: context.var.look.t.done.batchPaused }
      : refusal(context, answer)
  })
  addMore(pages, parts)
  confirms(pages, parts, {
    path: '/batches/:id/cancel',
    right: 'batchCancel',
    model: async context => {
      const { confirm: t, actions, states } = context.var.look.t
      const view = await seen(ledger, context)
      if (!view) return undefined
      const { id, state } = view.batch
      const left = view.counts.total - endedRows(view.counts)
      const here = batchAddress(id)
      return {
        title: t.batchCancelTitle(id),
        words: t.batchCancelWords(endedRows(view.counts), left),
        action: `${here}/cancel`,
        back: here,
        submit: actions.cancelRestNow,
        ...(state === 'running' || state === 'paused' ? {} : { refused: t.isState(states[state]) }),
      }
    },
    act: async ({ context, by, why }) => {
      const answer = await cancelBatch(ledger, context.req.param('id') ?? '', { by, why })
      return answer.kind === 'cancelled'
        ? { tone: 'ok', words: context.var.look.t.done.batchCancelled(answer.calledOff) }
        : refusal(context, answer)
    },
  })
}

/** Both let more launches go. */
function addMore(pages: Pages, parts: HttpParts): void {
  const { ledger, queues } = parts.open
  confirms(pages, parts, {
    path: '/batches/:id/resume',
    right: 'batchResume',
    model: async context => {
      const { confirm: t, actions, states } = context.var.look.t
      const view = await seen(ledger, context)
      if (!view) return undefined
      const { id, state, reason = '' } = view.batch
      const here = batchAddress(id)
      return {
        title: t.batchResumeTitle(id),
        words: `${t.batchResumeWords(view.counts.total - endedRows(view.counts))} ${ledgerText(context.var.look, reason)}`,
        action: `${here}/resume`,
        back: here,
        submit: actions.resumeNow,
        ...(state === 'paused' ? {} : { refused: t.isState(states[state]) }),
      }
    },
    act: async ({ context, by, why }) => {
      const id = context.req.param('id') ?? ''
      const answer = await resumeBatch(ledger, queues, id, { by, why }, await serverNow(ledger))
      if (answer.kind === 'forgot') return { tone: 'bad', words: context.var.look.t.confirm.batchForgot(id) }
      return answer.kind === 'resumed'
        ? { tone: 'ok', words: context.var.look.t.done.batchResumed }
        : refusal(context, answer)
    },
  })
  confirms(pages, parts, {
    path: '/batches/:id/retry',
    right: 'batchRetry',
    model: async context => {
      const { confirm: t, actions } = context.var.look.t
      const view = await seen(ledger, context)
      if (!view) return undefined
      const here = batchAddress(view.batch.id)
      const rows = retryableRows(view)
      return {
        title: t.batchRetryTitle(rows),
        words: t.batchRetryWords,
        action: `${here}/retry`,
        back: here,
        submit: actions.retryRowsNow,
        typed: { label: t.rows, value: String(rows) },
        ...(rows > 0 ? {} : { refused: t.nothingToRetry }),
      }
    },
    act: async ({ context, by, why }) => {
      const answer = await retryBatch(ledger, context.req.param('id') ?? '', { by, why })
      return answer.kind === 'again'
        ? { tone: 'ok', words: context.var.look.t.done.batchAgain(answer.rows) }
        : refusal(context, answer)
    },
  })
}

/** The batch, where the caller may see it. */
async function seen(ledger: Ledger, context: PageContext): Promise<BatchView | undefined> {
  const view = await showBatch(ledger, context.req.param('id') ?? '')
  return view && maySee(context.var.caller, view.batch.account) ? view : undefined
}

function refusal(context: PageContext, answer: NotAsAsked): Outcome {
  const { t } = context.var.look
  return {
    tone: 'bad',
    words: answer.kind === 'refused' ? t.confirm.isState(t.states[answer.state]) : t.trouble.notFoundWords,
  }
}

/** What people decide about a schedule: pause, resume, leave out, run. */
import { randomBytes } from 'node:crypto'
import { holdRows } from '../../duty/holds.ts'
import { mustBeFit } from '../../duty/open-ledger.ts'
import { maySee } from '../../http/access.ts'
import type { HttpParts } from '../../http/parts.ts'
import { lastSent } from '../../launches/guards.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { readSpanEnd } from '../../timetable/moment.ts'
import { pauseSchedule, resumeSchedule } from '../../timetable/pausing.ts'
import { serverNow } from '../../timetable/planner.ts'
import { type RunPermission, runPermission, runSchedule } from '../../timetable/running.ts'
import { skipDueTime, unskipDueTime } from '../../timetable/skipping.ts'
import { type StoredSchedule, storedSchedules } from '../../timetable/store.ts'
import { confirms } from '../confirming.tsx'
import { decides, type Fields, type Outcome, type PageContext, type Pages } from '../desk.tsx'
import type { Look } from '../look.ts'
import { factsOf } from '../read/facts.ts'
import { stopOver } from '../read/stops.ts'
import { waitingLaunch } from '../read/waiting.ts'
import { ledgerText } from '../sentence.ts'
import type { ConfirmModel } from '../view/confirm.tsx'
import { launchAddress, scheduleAddress } from '../view/launch-parts.tsx'

export function addScheduleDecisions(pages: Pages, parts: HttpParts): void {
  const { ledger, queues } = parts.open
  decides(pages, parts, '/schedules/:name/pause', 'pause', async ({ context, fields, by, why }) => {
    const { t } = context.var.look
    const stored = await storedFor(ledger, context)
    if (!stored) return undefined
    const { name, when } = stored.schedule
    const until = untilOf(fields, when.timezone)
    if (typeof until === 'string') return { tone: 'bad', words: until }
    const answer = await pauseSchedule(ledger, name, { by, why }, until)
    switch (answer.kind) {
      case 'paused':
      case 'changed':
        return { tone: 'ok', words: t.done.paused(name, answer.sending.length) }
      case 'ended':
        return { tone: 'bad', words: t.done.untilPassed }
      case 'noSchedule':
        return undefined
    }
  })
  decides(pages, parts, '/schedules/:name/resume', 'resume', async ({ context, by, why }) => {
    const { t } = context.var.look
    const stored = await storedFor(ledger, context)
    if (!stored) return undefined
    const { name } = stored.schedule
    const { kind } = await resumeSchedule(ledger, name, { by, why })
    return kind === 'resumed'
      ? { tone: 'ok', words: t.done.resumed(name) }
      : { tone: 'bad', words: t.done.notPaused(name) }
  })
  decides(pages, parts, '/schedules/:name/skip', 'skip', async ({ context, fields, by, why }) => {
    const stored = await storedFor(ledger, context)
    if (!stored) return undefined
    const answer = await skipDueTime(ledger, queues, stored, Date.parse(fields.at ?? ''), { by, why })
    return answer.kind === 'skipped'
      ? { tone: 'ok', words: context.var.look.t.done.skipped(answer.key) }
      : refusal(context.var.look, answer)
  })
  decides(pages, parts, '/schedules/:name/unskip', 'skip', async ({ context, fields, by, why }) => {
    const stored = await storedFor(ledger, context)
    if (!stored) return undefined
    const answer = await unskipDueTime(ledger, queues, stored, Date.parse(fields.at ?? ''), { by, why })
    return answer.kind === 'restored'
      ? { tone: 'ok', words: context.var.look.t.done.unskipped(answer.key) }
      : refusal(context.var.look, answer)
  })
  addRun(pages, parts)
}

function addRun(pages: Pages, parts: HttpParts): void {
  const { open } = parts
  const { ledger, queues } = open
  confirms(pages, parts, {
    path: '/schedules/:name/run',
    right: 'run',
    model: async context => {
      const stored = await storedFor(ledger, context)
      return stored && runModel(ledger, context.var.look, stored)
    },
    act: async ({ context, fields, by, why, confirmation }) => {
      const { t } = context.var.look
      const stored = await storedFor(ledger, context)
      if (!stored) return { tone: 'bad', words: t.trouble.notFoundWords }
      await mustBeFit(open, stored.schedule.account)
      const identity = await identityOf(ledger, fields)
      const answer = await runSchedule(ledger, queues, stored.schedule, { by, why }, confirmation, identity)
      if (answer.kind !== 'run') return { tone: 'bad', words: refusedRun(context.var.look, answer) ?? t.done.changed }
      const { account, launch } = stored.schedule
      const stop = stopOver(await holdRows(ledger), account, launch.id)
      const { key } = answer.launch
      return { tone: 'ok', words: stop === undefined ? t.done.run(key) : t.done.runHeld(key), to: launchAddress(key) }
    },
  })
}

async function runModel(ledger: Ledger, look: Look, { schedule }: StoredSchedule): Promise<ConfirmModel> {
  const { confirm: t, actions } = look.t
  const permission = await runPermission(ledger, schedule, undefined)
  const { account, launch } = schedule
  const now = await serverNow(ledger)
  const [last, stops, waiting] = await Promise.all([
    lastSent(ledger, account, launch),
    holdRows(ledger),
    waitingLaunch(ledger, account, launch.id, now),
  ])
  const stop = stopOver(stops, account, launch.id)
  const refused = refusedRun(look, permission)
  const here = scheduleAddress(schedule.name)
  return {
    title: t.runTitle(launch.id),
    words: t.runWords(schedule.name),
    action: `${here}/run`,
    back: here,
    submit: actions.runNow,
    facts: factsOf(account, launch, last, schedule.when.timezone),
    typed: { label: look.t.words.mailing, value: String(launch.id) },
    // Sent twice by an impatient finger it is still one launch.
    hidden: { once: randomBytes(6).toString('hex'), at: String(now) },
    warnings: [
      ...(stop === undefined ? [] : [{ words: t.underStop(ledgerText(look, stop.reason)) }]),
      ...(waiting === undefined ? [] : [{ words: t.isWaiting(look.t.states[waiting.state]), launch: waiting.key }]),
    ],
    ...(permission.kind === 'unconfirmed' ? { repeats: permission } : {}),
    ...(refused === undefined ? {} : { refused }),
  }
}

function refusedRun(look: Look, permission: RunPermission): string | undefined {
  const { confirm: t } = look.t
  switch (permission.kind) {
    case 'paused':
      return t.isPaused(permission.pause.by, permission.pause.reason)
    case 'closed':
      return t.isClosed(ledgerText(look, permission.why))
    case 'unconfirmed':
    case 'imagined':
    case 'none':
    case 'confirmed':
      return undefined
  }
}

/** What makes two sendings of one form one launch; a form that is an hour old begins anew. */
async function identityOf(ledger: Ledger, { once = '', at = '' }: Fields) {
  const now = await serverNow(ledger)
  const given = Number(at)
  const fresh = /^[0-9a-f]{12}$/.test(once) && /^\d{13}$/.test(at) && given <= now && given > now - 3_600_000
  return fresh ? { at: given, tail: once } : undefined
}

async function storedFor(ledger: Ledger, context: PageContext): Promise<StoredSchedule | undefined> {
  const stored = (await storedSchedules(ledger)).get(context.req.param('name') ?? '')
  return stored && maySee(context.var.caller, stored.schedule.account) ? stored : undefined
}

/** The end of a pause (epoch milliseconds), undefined where none was given, or what is wrong with it. */
function untilOf({ until = '' }: Fields, zone: string): number | undefined | string {
  return until === '' ? undefined : readSpanEnd(until, zone)
}

function refusal(
  look: Look,
  answer: { readonly kind: string; readonly why?: string; readonly reason?: string },
): Outcome {
  const { done: t } = look.t
  return { tone: 'bad', words: ledgerText(look, answer.why ?? answer.reason ?? t.changed) }
}

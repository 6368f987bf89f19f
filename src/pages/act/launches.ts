/** What people decide about a launch: end its doubt, try again, let go, call off. */
import { callOff, letGo, resolveLaunch, tryAgain } from '../../duty/launches.ts'
import { maySee } from '../../http/access.ts'
import type { HttpParts } from '../../http/parts.ts'
import { repeatOf } from '../../launches/by-hand.ts'
import type { DecisionAnswer, DoubtEnd } from '../../launches/doubt.ts'
import { lastSent } from '../../launches/guards.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { showLaunch } from '../../launches/read.ts'
import type { LaunchRecord } from '../../launches/record.ts'
import { serverNow } from '../../timetable/planner.ts'
import { confirms } from '../confirming.tsx'
import { decides, type Fields, type Outcome, type PageContext, type Pages } from '../desk.tsx'
import type { Look } from '../look.ts'
import { factsOf } from '../read/facts.ts'
import { zonesOf } from '../read/zones.ts'
import { ledgerText } from '../sentence.ts'
import type { ConfirmModel } from '../view/confirm.tsx'
import { launchAddress } from '../view/launch-parts.tsx'

const minuteMs = 60_000
/** Nobody lets a launch go out a day later than they meant. */
const longestUntil = 24 * 60

const ends: Readonly<Record<string, DoubtEnd>> = {
  launched: { state: 'launched' },
  notLaunched: { state: 'failed' },
  writtenOff: { state: 'writtenOff' },
}

export function addLaunchDecisions(pages: Pages, parts: HttpParts): void {
  const { open } = parts
  decides(pages, parts, '/launches/:key/resolve', 'resolve', async ({ context, fields, by, why }) => {
    const record = await seen(open.ledger, context)
    const end = ends[fields.as ?? '']
    if (!record || !end) return undefined
    return outcome(context, record, await resolveLaunch(open, record.key, end, { by, why }))
  })
  decides(pages, parts, '/launches/:key/cancel', 'cancel', async ({ context, by, why }) => {
    const record = await seen(open.ledger, context)
    return record && outcome(context, record, await callOff(open, record.key, { by, why }))
  })
  addAgain(pages, parts)
  confirms(pages, parts, {
    path: '/launches/:key/release',
    right: 'release',
    model: async context => {
      const record = await seen(open.ledger, context)
      return record && releaseModel(open.ledger, context.var.look, record)
    },
    act: async ({ context, by, why, confirmation }) => {
      const record = await seen(open.ledger, context)
      if (!record) return gone(context)
      const answer = await letGo(open, record.key, confirmation, { by, why })
      return answer.kind === 'done'
        ? outcome(context, record, { kind: 'done' })
        : {
            tone: 'bad',
            words:
              answer.kind === 'refused' ? ledgerText(context.var.look, answer.why) : context.var.look.t.done.changed,
          }
    },
  })
}

/** A retry of what ended badly, and a second launch of what is unknown: the same question, another danger. */
function addAgain(pages: Pages, parts: HttpParts): void {
  const { open } = parts
  confirms(pages, parts, {
    path: '/launches/:key/retry',
    right: 'retry',
    model: async context => {
      const record = await seen(open.ledger, context)
      return record && againModel(open.ledger, context.var.look, record, 'retry')
    },
    act: async ({ context, fields, by, why }) => {
      const record = await seen(open.ledger, context)
      if (!record) return gone(context)
      const until = (await serverNow(open.ledger)) + minutesOf(fields) * minuteMs
      const answer = await tryAgain(open, record.key, until, { by, why })
      return answer.kind === 'passed' ? gone(context) : outcome(context, record, answer)
    },
  })
  confirms(pages, parts, {
    path: '/launches/:key/relaunch',
    right: 'relaunch',
    model: async context => {
      const record = await seen(open.ledger, context)
      return record && againModel(open.ledger, context.var.look, record, 'relaunch')
    },
    act: async ({ context, fields, by, why }) => {
      const record = await seen(open.ledger, context)
      if (!record) return gone(context)
      const at = await serverNow(open.ledger)
      const end = { state: 'waiting', at, sendUntil: at + minutesOf(fields) * minuteMs } as const
      return outcome(context, record, await resolveLaunch(open, record.key, end, { by, why }))
    },
  })
}

async function againModel(
  ledger: Ledger,
  look: Look,
  record: LaunchRecord,
  what: 'retry' | 'relaunch',
): Promise<ConfirmModel> {
  const { confirm: t, actions } = look.t
  const { key, account, request, state } = record
  const now = await serverNow(ledger)
  const repeat = await repeatOf(ledger, account, request, undefined, now)
  const may = what === 'retry' ? ['rejected', 'failed', 'swallowed'].includes(state) : state === 'unknown'
  const quarantined = what === 'relaunch' && record.quarantineUntil > now
  return {
    title: what === 'retry' ? t.retryTitle(request.id) : t.relaunchTitle(request.id),
    words: what === 'retry' ? t.retryWords : t.relaunchWords,
    action: `${launchAddress(key)}/${what}`,
    back: launchAddress(key),
    submit: what === 'retry' ? actions.retryNow : actions.relaunchNow,
    facts: factsOf(account, request, await lastSent(ledger, account, request), await zoneOf(ledger, record)),
    typed: { label: look.t.words.mailing, value: String(request.id) },
    until: true,
    ...(repeat.kind === 'unconfirmed' ? { repeats: repeat } : {}),
    ...(may ? {} : { refused: t.isState(look.t.states[state]) }),
    ...(may && quarantined ? { refused: look.t.resolve.quarantineRefused } : {}),
  }
}

async function releaseModel(ledger: Ledger, look: Look, record: LaunchRecord): Promise<ConfirmModel> {
  const { confirm: t, actions } = look.t
  const { key, account, request, state, heldBy, reason } = record
  const at = await lastSent(ledger, account, request)
  const guarded = heldBy === 'guard' && at !== undefined
  const may = state === 'held' && heldBy !== 'hold'
  return {
    title: t.releaseTitle(request.id),
    words: `${t.releaseWords} ${ledgerText(look, reason ?? '')}`,
    action: `${launchAddress(key)}/release`,
    back: launchAddress(key),
    submit: actions.releaseNow,
    facts: factsOf(account, request, at, await zoneOf(ledger, record)),
    typed: { label: look.t.words.mailing, value: String(request.id) },
    ...(guarded ? { repeats: { at, confirmation: new Date(at).toISOString().slice(11, 16) } } : {}),
    ...(may ? {} : { refused: t.isState(look.t.states[state]) }),
  }
}

async function zoneOf(ledger: Ledger, { schedule }: LaunchRecord): Promise<string | undefined> {
  return schedule === undefined ? undefined : (await zonesOf(ledger, [schedule])).get(schedule)
}

async function seen(ledger: Ledger, context: PageContext): Promise<LaunchRecord | undefined> {
  const record = await showLaunch(ledger, context.req.param('key') ?? '')
  return record && maySee(context.var.caller, record.account) ? record : undefined
}

function minutesOf({ minutes = '' }: Fields): number {
  return /^\d{1,4}$/.test(minutes) ? Math.min(Math.max(1, Number(minutes)), longestUntil) : 15
}

function gone(context: PageContext): Outcome {
  return { tone: 'bad', words: context.var.look.t.trouble.notFoundWords }
}

function outcome(context: PageContext, { key }: LaunchRecord, answer: DecisionAnswer): Outcome {
  const to = launchAddress(key)
  return answer.kind === 'done'
    ? { tone: 'ok', words: context.var.look.t.done.decided, to }
    : { tone: 'bad', words: ledgerText(context.var.look, answer.why), to }
}

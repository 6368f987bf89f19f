/** The schedules over HTTP. */
import { z } from 'zod'
import { iso } from '../duty/launch-shape.ts'
import { mustBeFit, type OpenLedger } from '../duty/open-ledger.ts'
import { scheduleRows, scheduleWhole, unmintableWords } from '../duty/schedules.ts'
import type { Identity } from '../launches/by-hand.ts'
import { readMoment, readSpanEnd } from '../timetable/moment.ts'
import { pauseSchedule, resumeSchedule } from '../timetable/pausing.ts'
import { runSchedule } from '../timetable/running.ts'
import { skipDueTime, unskipDueTime } from '../timetable/skipping.ts'
import { type Stored, type StoredSchedule, storedSet } from '../timetable/store.ts'
import { mintableSchedule, unmintable } from '../timetable/unmintable.ts'
import { usedPlacesWords } from '../timetable/used-places.ts'
import { type Caller, maySee, mustBeFor } from './access.ts'
import type { Api } from './app.ts'
import { madeSchema } from './contract/launches.ts'
import { scheduleRoutes as routes } from './contract/schedules.ts'
import { madeOf, repeatProblem } from './launch-answers.ts'
import { pageFor } from './launches-api.ts'
import { once } from './once.ts'
import type { HttpParts } from './parts.ts'
import { flawed, Problem } from './problem.ts'

export function addSchedules(api: Api, { open }: HttpParts): void {
  api.openapi(routes.listSchedules, async context => {
    const { caller } = context.var
    const { account } = context.req.valid('query')
    if (account !== undefined) mustBeFor(caller, account)
    const schedules = (await scheduleRows(open, caller.accounts)).filter(
      each => maySeeSchedule(caller, each.account) && (account === undefined || each.account === account),
    )
    return context.json({ schedules }, 200)
  })
  api.openapi(routes.showSchedule, async context => {
    const { name } = context.req.valid('param')
    const { caller } = context.var
    await named(open, caller, name)
    const schedule = await scheduleWhole(open, name, context.req.valid('query').count, caller.accounts)
    if (!schedule) throw noSchedule(name)
    return context.json(schedule, 200)
  })
  api.openapi(routes.scheduleHistory, async context => {
    const { caller } = context.var
    const { name } = context.req.valid('param')
    const { limit, after } = context.req.valid('query')
    await named(open, caller, name)
    return context.json(await pageFor(open, caller, { schedule: name }, limit, after), 200)
  })
  addPauses(api, open)
  addDueTimes(api, open)
  api.openapi(routes.runSchedule, async context => {
    const { caller } = context.var
    const { name } = context.req.valid('param')
    const asked = context.req.valid('json')
    const stored = await mintable(open, caller, name)
    const how = { schema: madeSchema, body: asked, twice: 'harmless' } as const
    return context.json(await once(context, open, how, identity => run(open, caller, stored, asked, identity)), 201)
  })
}

function addPauses(api: Api, { ledger, ...rest }: OpenLedger): void {
  const open = { ledger, ...rest }
  api.openapi(routes.pauseSchedule, async context => {
    const { name } = context.req.valid('param')
    const { reason: why, until: text } = context.req.valid('json')
    const zone = mintableSchedule(await named(open, context.var.caller, name))?.when.timezone ?? 'UTC'
    const until = text === undefined ? undefined : momentOf('until', text, zone, readSpanEnd)
    const answer = await pauseSchedule(ledger, name, { by: context.var.caller.by, why }, until)
    switch (answer.kind) {
      case 'noSchedule':
        throw noSchedule(name)
      case 'ended':
        throw flawed('until', 'has passed', 'body', { kind: 'ended' })
      case 'paused':
      case 'changed': {
        const end = until === undefined ? null : iso(until)
        return context.json(
          { schedule: name, until: end, sending: [...answer.sending], changed: answer.kind === 'changed' },
          200,
        )
      }
    }
  })
  api.openapi(routes.resumeSchedule, async context => {
    const { name } = context.req.valid('param')
    await named(open, context.var.caller, name)
    const decision = { by: context.var.caller.by, why: context.req.valid('json').reason }
    const { kind } = await resumeSchedule(ledger, name, decision)
    switch (kind) {
      case 'noSchedule':
        throw noSchedule(name)
      case 'notPaused':
        throw new Problem('refused', `${name} is not paused`, { refusal: { kind } })
      case 'resumed':
        return context.json({ schedule: name }, 200)
    }
  })
}

function addDueTimes(api: Api, open: OpenLedger): void {
  const { ledger, queues } = open
  api.openapi(routes.skipDueTime, async context => {
    const { name } = context.req.valid('param')
    const { reason: why, at } = context.req.valid('json')
    const stored = await mintable(open, context.var.caller, name)
    const when = momentOf('at', at, stored.schedule.when.timezone, readMoment)
    const answer = await skipDueTime(ledger, queues, stored, when, { by: context.var.caller.by, why })
    switch (answer.kind) {
      case 'notDue': {
        const next = answer.next.map(({ nominal }) => iso(nominal))
        throw flawed(
          'at',
          `is no coming due time of ${name}; ${next.length === 0 ? 'it is never due again' : `the next are ${next.join(', ')}`}`,
          'body',
          { kind: 'notDue', next },
        )
      }
      case 'leftOut':
        throw new Problem('refused', `${answer.key} is left out already: ${answer.reason}`, { refusal: answer })
      case 'refused':
        throw new Problem('refused', `${answer.key} cannot be left out: ${answer.why}`, { refusal: answer })
      case 'scheduleChanged':
        throw changedMeanwhile(name)
      case 'skipped':
        return context.json({ key: answer.key, due: iso(answer.due) }, 200)
    }
  })
  api.openapi(routes.unskipDueTime, async context => {
    const { name } = context.req.valid('param')
    const { reason: why, at } = context.req.valid('json')
    const stored = await mintable(open, context.var.caller, name)
    const when = momentOf('at', at, stored.schedule.when.timezone, readMoment)
    const answer = await unskipDueTime(ledger, queues, stored, when, { by: context.var.caller.by, why })
    switch (answer.kind) {
      case 'notSkipped':
        throw flawed('at', `is no coming due time of ${name} that a person has left out`, 'body', {
          kind: 'notSkipped',
          skips: answer.skips.map(({ due, reason }) => ({ due: iso(due), reason })),
        })
      case 'refused':
        throw new Problem('refused', `${answer.key}: ${answer.why}`, { refusal: answer })
      case 'scheduleChanged':
        throw changedMeanwhile(name)
      case 'restored':
        return context.json({ key: answer.key, due: iso(answer.due) }, 200)
    }
  })
}

async function run(
  open: OpenLedger,
  { by }: Caller,
  { schedule }: StoredSchedule,
  { reason: why, confirmDuplicate }: { readonly reason: string; readonly confirmDuplicate?: string | undefined },
  identity: Identity,
) {
  await mustBeFit(open, schedule.account)
  const answer = await runSchedule(open.ledger, open.queues, schedule, { by, why }, confirmDuplicate, identity)
  const { name, launch } = schedule
  switch (answer.kind) {
    case 'paused': {
      const { by, reason } = answer.pause
      throw new Problem('refused', `${name} is paused by ${by}: ${reason}`, { refusal: { kind: 'paused', by, reason } })
    }
    case 'closed':
      throw new Problem('refused', `${name} may not go out now: ${answer.why}`, { refusal: answer })
    case 'unconfirmed':
    case 'imagined':
      throw repeatProblem(launch.id, answer)
    case 'run': {
      const { usedPlaces } = answer
      const warnings = usedPlaces ? [usedPlacesWords(name, usedPlaces, 'with this run there have gone')] : []
      return madeOf(open, answer.launch.key, warnings)
    }
  }
}

/** Whatever is stored under the name, where the caller may see it. Throws Problem. */
async function named({ ledger }: OpenLedger, caller: Caller, name: string): Promise<Stored> {
  const stored = (await storedSet(ledger)).schedules.get(name)
  if (!stored || !maySeeSchedule(caller, stored.schedule?.account ?? null)) throw noSchedule(name)
  return stored
}

/** The same where its due times are asked for. Throws Problem where they cannot be worked out here. */
async function mintable(open: OpenLedger, caller: Caller, name: string): Promise<StoredSchedule> {
  const stored = await named(open, caller, name)
  const flaw = unmintable(stored)
  if (flaw === undefined && stored.schedule) return stored
  throw new Problem('refused', unmintableWords(name, flaw))
}

/** Of what account a schedule is that cannot be read nobody knows. */
function maySeeSchedule(caller: Caller, account: string | null): boolean {
  return account === null ? caller.accounts === undefined : maySee(caller, account)
}

function noSchedule(name: string): Problem {
  return new Problem('notFound', `There is no schedule ${name}`)
}

function changedMeanwhile(name: string): Problem {
  return new Problem('refused', `${name} was changed in this very moment; look again and repeat`, {
    refusal: { kind: 'scheduleChanged' },
  })
}

/** A time as it was answered, or as people write local ones. Throws Problem. */
function momentOf(
  at: string,
  text: string,
  zone: string,
  read: (text: string, zone: string) => number | string,
): number {
  const instant = z.iso.datetime({ offset: true }).safeParse(text)
  if (instant.success) return Date.parse(instant.data)
  const reading = read(text, zone)
  if (typeof reading === 'string') throw flawed(at, reading)
  return reading
}

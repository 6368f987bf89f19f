/** The launches over HTTP: making, listing, showing and explaining them. */
import type { z } from 'zod'
import { isConfigured } from '../duty/accounts.ts'
import { datesFlaws, instantOf, launchAsked } from '../duty/by-hand.ts'
import { explainLaunch } from '../duty/explain.ts'
import { launchWhole } from '../duty/launch-shape.ts'
import { findLaunches } from '../duty/launches.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import { pathInWords } from '../files/finding.ts'
import { askedBefore, type Identity } from '../launches/by-hand.ts'
import { launchRequestSchema } from '../launches/launch.ts'
import type { LaunchFilter } from '../launches/list.ts'
import { serverNow } from '../timetable/planner.ts'
import { isZone } from '../timetable/zone.ts'
import { type Caller, maySee, mustBeFor } from './access.ts'
import type { Api } from './app.ts'
import { type launchQuery, madeSchema, type newLaunchSchema, launchRoutes as routes } from './contract/launches.ts'
import { madeOf, noLaunch, repeatProblem, seen } from './launch-answers.ts'
import { once } from './once.ts'
import { cursorOf } from './page-cursor.ts'
import type { HttpParts } from './parts.ts'
import { type Flaw, invalidProblem, Problem } from './problem.ts'

export function addLaunches(api: Api, { open }: HttpParts): void {
  api.openapi(routes.listLaunches, async context => {
    const { limit, after, ...wanted } = context.req.valid('query')
    return context.json(await pageFor(open, context.var.caller, wanted, limit, after), 200)
  })
  api.openapi(routes.createLaunch, async context => {
    const asked = context.req.valid('json')
    mustBeFor(context.var.caller, asked.account)
    const how = { schema: madeSchema, body: asked, twice: 'harmless' } as const
    return context.json(await once(context, open, how, identity => made(open, context.var, asked, identity)), 201)
  })
  api.openapi(routes.showLaunch, async context => {
    const record = await seen(open, context.var.caller, context.req.valid('param').key)
    return context.json(launchWhole(record), 200)
  })
  api.openapi(routes.explainLaunch, async context => {
    const { key } = context.req.valid('param')
    const answer = await explainLaunch(open.ledger, key)
    if (answer.kind === 'found' && maySee(context.var.caller, answer.explanation.account))
      return context.json(answer.explanation, 200)
    const decided = answer.kind === 'nothing' && context.var.caller.accounts === undefined ? answer.decisions : []
    if (decided.length === 0) throw new Problem('notFound', noLaunch(key))
    const words = decided.map(({ at, words }) => `${at} ${words}`).join('; ')
    throw new Problem('notFound', `${noLaunch(key)} yet; its due time was decided about: ${words}`, {
      refusal: { kind: 'noRecordYet', decisions: [...decided] },
    })
  })
}

type Wanted = Omit<z.output<typeof launchQuery>, 'limit' | 'after'>

/** A page of what the caller may see: neither it nor its cursor tells of launches of other accounts. */
export async function pageFor(
  open: OpenLedger,
  caller: Caller,
  wanted: Wanted,
  limit: number,
  after: string | undefined,
) {
  const cursor = cursorOf(after)
  if (wanted.account !== undefined) mustBeFor(caller, wanted.account)
  const filter = filterOf(wanted, caller)
  const { launches, next } = await findLaunches(open, {
    filter,
    limit,
    after: cursor,
    text: wanted.text,
    filled: false,
  })
  return { launches: [...launches], next }
}

function filterOf(
  { state, schedule, mailing, batch, origin, error, from, to, ...wanted }: Wanted,
  caller: Caller,
): LaunchFilter {
  const [only, ...others] = caller.accounts ?? []
  const account = wanted.account ?? (others.length === 0 ? only : undefined)
  return {
    ...(state !== undefined && { state }),
    ...(schedule !== undefined && { schedule }),
    ...(mailing !== undefined && { mailing }),
    ...(account !== undefined && { account }),
    ...(caller.accounts !== undefined && { among: caller.accounts }),
    ...(batch !== undefined && { batch }),
    ...(origin !== undefined && { origin }),
    ...(error !== undefined && { error }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  }
}

/** Checks what no schema can, makes the launch and reads it back; the launch that was made already, where one was. Throws Problem. */
async function made(
  open: OpenLedger,
  { caller, givenUp }: { readonly caller: Caller; readonly givenUp?: AbortSignal },
  asked: z.output<typeof newLaunchSchema>,
  identity: Identity,
): Promise<z.output<typeof madeSchema>> {
  const { account, timezone, confirmDuplicate, reason: why } = asked
  // First of all: what was in order then may have passed since.
  const before = await askedBefore(open.ledger, { request: asked.request }, identity)
  if (before) return madeOf(open, before.key, [])
  const { request, at } = checked(open, asked, await serverNow(open.ledger))
  const answer = await launchAsked(open, {
    account,
    request,
    at,
    timezone,
    confirmDuplicate,
    by: caller.by,
    why,
    identity,
    givenUp,
  })
  if (answer.kind !== 'made') throw repeatProblem(request.id, answer)
  return madeOf(open, answer.launch.key, [])
}

function checked(open: OpenLedger, asked: z.output<typeof newLaunchSchema>, now: number) {
  const flaws: Flaw[] = []
  const flaw = (at: string, sentence: string) => flaws.push({ in: 'body', at, sentence })
  const { account, timezone } = asked
  if (!isConfigured(open, account)) {
    flaw('account', `is not configured; there are ${Object.keys(open.config.accounts).join(', ') || 'none'}`)
  }
  const zone = timezone === undefined || isZone(timezone) ? timezone : undefined
  if (timezone !== zone) flaw('timezone', 'is not an IANA zone')
  const at = asked.at === undefined ? undefined : instantOf(asked.at, zone, now)
  if (typeof at === 'string') flaw('at', at)
  const request = launchRequestSchema.safeParse(asked.request)
  for (const { path, message } of request.error?.issues ?? [])
    flaw(pathInWords(['request', ...path.map(String)]), message)
  for (const { at, sentence } of request.success ? datesFlaws(request.data, zone) : [])
    flaw(`request.content${at === '' ? '' : `.${at}`}`, sentence)
  if (flaws.length > 0 || !request.success || typeof at === 'string') throw invalidProblem(flaws)
  return { request: request.data, at }
}

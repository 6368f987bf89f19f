/** What people decide about launches, over HTTP. */
import type { z } from 'zod'
import { callOff, letGo, resolveLaunch, tryAgain } from '../duty/launches.ts'
import type { DecisionAnswer, DoubtEnd } from '../launches/doubt.ts'
import { defaultPolicy } from '../launches/policy.ts'
import { serverNow } from '../timetable/planner.ts'
import { mustPassBeyond } from './access.ts'
import type { Api } from './app.ts'
import { changedSchema, type resolutionSchema, launchRoutes as routes } from './contract/launches.ts'
import { changed, repeatProblem, seen } from './launch-answers.ts'
import { once } from './once.ts'
import type { HttpParts } from './parts.ts'
import { flawed, Problem } from './problem.ts'

export function addDecisions(api: Api, { open }: HttpParts): void {
  api.openapi(routes.retryLaunch, async context => {
    const { key } = context.req.valid('param')
    const body = context.req.valid('json')
    const { reason: why, sendUntil } = body
    await seen(open, context.var.caller, key)
    const answer = await once(context, open, decision(body), async () => {
      const until =
        sendUntil === undefined ? (await serverNow(open.ledger)) + defaultPolicy.maxLateness : Date.parse(sendUntil)
      const answer = await tryAgain(open, key, until, { by: context.var.caller.by, why })
      if (answer.kind === 'passed') throw flawed('sendUntil', 'has passed', 'body', { kind: 'passed' })
      obey(answer, key)
      return changed(open, key)
    })
    return context.json(answer, 200)
  })
  api.openapi(routes.resolveLaunch, async context => {
    const { key } = context.req.valid('param')
    const resolution = context.req.valid('json')
    const { caller, door } = context.var
    await seen(open, caller, key)
    const act = async () => {
      const end = endOf(resolution, await serverNow(open.ledger))
      obey(await resolveLaunch(open, key, end, { by: caller.by, why: resolution.reason }), key)
      return changed(open, key)
    }
    if (resolution.as !== 'relaunch') return context.json(await act(), 200)
    mustPassBeyond(caller, door)
    return context.json(await once(context, open, decision(resolution), act), 200)
  })
  api.openapi(routes.releaseLaunch, async context => {
    const { key } = context.req.valid('param')
    const body = context.req.valid('json')
    const { reason: why, confirmDuplicate } = body
    await seen(open, context.var.caller, key)
    const answer = await once(context, open, decision(body), async () => {
      const answer = await letGo(open, key, confirmDuplicate, { by: context.var.caller.by, why })
      if (answer.kind === 'unconfirmed') throw repeatProblem(answer.mailing, answer)
      if (answer.kind === 'refused') obey(answer, key)
      return changed(open, key)
    })
    return context.json(answer, 200)
  })
  api.openapi(routes.cancelLaunch, async context => {
    const { key } = context.req.valid('param')
    await seen(open, context.var.caller, key)
    obey(await callOff(open, key, { by: context.var.caller.by, why: context.req.valid('json').reason }), key)
    return context.json(await changed(open, key), 200)
  })
}

/** One decision for its Idempotency-Key: a second one may be about what has happened since. */
function decision(body: unknown) {
  return { schema: changedSchema, body, twice: 'another' } as const
}

function obey(answer: DecisionAnswer, key: string): void {
  if (answer.kind !== 'refused') return
  const { kind, why } = answer
  throw new Problem('refused', `${key}: ${why}`, { refusal: { kind, key, why } })
}

function endOf(resolution: z.output<typeof resolutionSchema>, now: number): DoubtEnd {
  switch (resolution.as) {
    case 'launched':
      return { state: 'launched' }
    case 'notLaunched':
      return { state: 'failed' }
    case 'writtenOff':
      return { state: 'writtenOff' }
    case 'relaunch': {
      const at = resolution.at === undefined ? now : Date.parse(resolution.at)
      return { state: 'waiting', at, sendUntil: Date.parse(resolution.sendUntil) }
    }
  }
}

import type { z } from 'zod'
import { explanationSchema } from '../../duty/explain.ts'
import { launchWholeSchema } from '../../duty/launch-shape.ts'
import { changedSchema, launchPageSchema, madeSchema } from '../../http/contract/launches.ts'
import { cursorText } from '../../launches/cursor.ts'
import type { LaunchFilter } from '../../launches/list.ts'
import type { DoubtSaid, LaunchOffice, Made, NotDecided } from '../office/launches.ts'
import { type AnsweredProblem, endingOf, isMissing, refusalIn, type ServerCall } from './call.ts'

/** What the server takes on one page. */
export const largestPage = 500

export function serverLaunches(server: ServerCall): LaunchOffice {
  const whole = (key: string) => server.find(pathOf(key), launchWholeSchema)
  return {
    launches: (filter, limit, after) => launchesOf(server, filter, limit, after && cursorText(after)),
    launch: whole,
    explain: async key => {
      const answer = await server.ask('GET', `${pathOf(key)}/explain`, explanationSchema)
      if (answer.ok) return { kind: 'found', explanation: answer.value }
      if (!isMissing(answer.problem)) throw endingOf(answer.problem)
      const { refusal } = answer.problem
      return { kind: 'nothing', decisions: refusal?.kind === 'noRecordYet' ? refusal.decisions : [] }
    },
    resolve: async (key, end, why) => {
      const path = `${pathOf(key)}/resolve`
      const body = resolutionOf(end, why)
      const answer = await (end.state === 'waiting'
        ? server.launch(path, body, changedSchema, shows(key))
        : server.decide('POST', path, body, changedSchema, shows(key)))
      if (!answer.ok) return notDecided(answer.problem)
      if (end.state !== 'waiting') return { kind: 'done', at: undefined }
      return { kind: 'done', at: end.at ?? Date.parse(answer.value.launch.notBefore) }
    },
    retry: async (key, sendUntil, reason) => {
      const body = { reason, sendUntil: isoOf(sendUntil) }
      const answer = await server.launch(`${pathOf(key)}/retry`, body, changedSchema, shows(key))
      if (answer.ok) return { kind: 'done', sendUntil: sendUntil ?? sendUntilOf(answer.value.launch) }
      return answer.problem.refusal?.kind === 'passed' ? { kind: 'passed' } : notDecided(answer.problem)
    },
    release: async (key, confirmDuplicate, reason) => {
      const body = { reason, confirmDuplicate }
      const answer = await server.launch(`${pathOf(key)}/release`, body, changedSchema, shows(key))
      if (answer.ok) return { kind: 'done', sendUntil: sendUntilOf(answer.value.launch) }
      const repeat = unconfirmedIn(answer.problem)
      return repeat
        ? { ...repeat, mailing: (await server.get(pathOf(key), launchWholeSchema)).mailing }
        : notDecided(answer.problem)
    },
    cancel: async (key, reason) => {
      const answer = await server.decide('POST', `${pathOf(key)}/cancel`, { reason }, changedSchema, shows(key))
      return answer.ok ? { kind: 'done' } : notDecided(answer.problem)
    },
    // The server says so when it is asked for.
    repeatBefore: async () => ({ kind: 'none' }),
    make: async ({ account, request, at, timezone, confirmDuplicate, why }) => {
      // People write whole seconds, and the server reads them as people write them.
      const when = isoOf(at)?.replace('.000Z', 'Z')
      const body = { account, request, at: when, timezone, confirmDuplicate, reason: why }
      const answer = await server.launch('launches', body, madeSchema, listsOf(request.id))
      if (answer.ok) return { kind: 'made', ...madeOf(answer.value) }
      return unconfirmedIn(answer.problem) ?? { kind: refusalIn(answer.problem, 'imagined').kind }
    },
  }
}

/** What commands are told of a launch that was made. */
export function madeOf({ launch, workers }: z.output<typeof madeSchema>): Made {
  const { key, due } = launch
  return { key, due: Date.parse(due), sendUntil: sendUntilOf(launch), workers }
}

/** That the same people would be mailed again; undefined where the problem is another one. */
export function unconfirmedIn({ code, lastLaunch, confirmation }: AnsweredProblem) {
  if (code !== 'repeat' || lastLaunch === undefined || confirmation === undefined) return undefined
  return { kind: 'unconfirmed', at: Date.parse(lastLaunch), confirmation } as const
}

/** The command that lists launches of the mailing. */
function listsOf(mailing: number): string {
  return `sendoff launches list --mailing ${mailing}`
}

function shows(key: string): string {
  return `sendoff launches show ${key}`
}

function pathOf(key: string): string {
  return `launches/${encodeURIComponent(key)}`
}

export function isoOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}

async function launchesOf(server: ServerCall, filter: LaunchFilter, limit: number, after: string | undefined) {
  const { from, to, ...exact } = filter
  const fixed = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...exact, from: isoOf(from), to: isoOf(to) }))
    if (value !== undefined) fixed.set(name, String(value))
  const launches: z.output<typeof launchPageSchema>['launches'] = []
  for (let next = after; ; ) {
    const query = new URLSearchParams(fixed)
    query.set('limit', String(Math.min(limit - launches.length, largestPage)))
    if (next !== undefined) query.set('after', next)
    const found = await server.get(`launches?${query}`, launchPageSchema)
    launches.push(...found.launches)
    if (found.next === null || launches.length >= limit) return { launches, next: found.next }
    next = found.next
  }
}

function resolutionOf(end: DoubtSaid, reason: string) {
  switch (end.state) {
    case 'launched':
      return { as: 'launched', reason }
    case 'failed':
      return { as: 'notLaunched', reason }
    case 'writtenOff':
      return { as: 'writtenOff', reason }
    case 'waiting':
      return { as: 'relaunch', reason, at: isoOf(end.at), sendUntil: isoOf(end.sendUntil) }
  }
}

/** What is said of a decision that was refused, or of a launch that is not there. */
function notDecided(problem: AnsweredProblem): NotDecided {
  if (isMissing(problem)) return { kind: 'refused', why: 'there is no such launch' }
  return { kind: 'refused', why: refusalIn(problem, 'refused').why }
}

/** Of a row that may not go for now there is no such time: then when it is due. */
function sendUntilOf({ sendUntil, due }: z.output<typeof changedSchema>['launch']): number {
  return Date.parse(sendUntil ?? due)
}

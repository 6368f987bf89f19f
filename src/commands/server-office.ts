/** Answers from a server over HTTP. */
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { readEnvironment, secretVariable } from '../config/environment.ts'
import { keyVariable } from '../config/variable-names.ts'
import type { HandAsked } from '../duty/by-hand.ts'
import { explanationSchema } from '../duty/explain.ts'
import { launchWholeSchema } from '../duty/launch-shape.ts'
import { scheduleWholeSchema } from '../duty/schedules.ts'
import { formatProblem } from '../files/problem.ts'
import { accountsSchema, auditPageSchema, holdsSchema } from '../http/contract/desk.ts'
import { launchPageSchema, madeSchema } from '../http/contract/launches.ts'
import { schedulesSchema } from '../http/contract/schedules.ts'
import { type ProblemBody, problemSchema } from '../http/problem.ts'
import { cursorText } from '../launches/cursor.ts'
import type { LaunchFilter } from '../launches/list.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { MadeAnswer, Office } from './office.ts'

/** What the server takes on one page. */
const largestPage = 500
/** Milliseconds. */
const patience = 60_000

/** Throws CommandEnding where the address or the key cannot be used. */
export function serverOffice(url: string): Office {
  const server = new ServerCall(url)
  return {
    launches: (filter, limit, after) => launchesOf(server, filter, limit, after && cursorText(after)),
    launch: key => server.find(`launches/${encodeURIComponent(key)}`, launchWholeSchema),
    explain: async key => {
      const explanation = await server.get(`launches/${encodeURIComponent(key)}/explain`, explanationSchema)
      return { kind: 'found', explanation }
    },
    schedules: async () => (await server.get('schedules', schedulesSchema)).schedules,
    schedule: (name, count) => server.get(`schedules/${encodeURIComponent(name)}?count=${count}`, scheduleWholeSchema),
    holds: async () => (await server.get('holds', holdsSchema)).holds,
    audit: (limit, subject) => auditOf(server, limit, subject),
    accounts: async () => (await server.get('accounts', accountsSchema)).accounts.map(({ name }) => name),
    repeatBefore: async () => ({ kind: 'none' }),
    make: asked => make(server, asked),
    now: async () => Date.now(),
  }
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

async function auditOf(server: ServerCall, limit: number, subject: string | undefined) {
  const entries: z.output<typeof auditPageSchema>['entries'] = []
  for (let after: string | undefined; ; ) {
    const page = String(Math.min(limit - entries.length, largestPage))
    const query = new URLSearchParams({ limit: page, ...(subject && { subject }), ...(after && { after }) })
    const found = await server.get(`audit?${query}`, auditPageSchema)
    entries.push(...found.entries)
    if (found.next === null || entries.length >= limit) return entries
    after = found.next
  }
}

async function make(server: ServerCall, asked: HandAsked): Promise<MadeAnswer> {
  const { account, request, at, timezone, confirmDuplicate, why } = asked
  const body = { account, request, at: isoOf(at), timezone, confirmDuplicate, reason: why }
  const answer = await server.ask('POST', 'launches', { body, headers: { 'idempotency-key': randomUUID() } })
  if (answer.ok) {
    const { launch, workers } = understood(madeSchema, answer.value)
    const whole = await server.get(`launches/${encodeURIComponent(launch.key)}`, launchWholeSchema)
    const [due, sendUntil] = [Date.parse(whole.due), Date.parse(whole.sendUntil ?? whole.due)]
    return { kind: 'made', key: launch.key, due, sendUntil, workers }
  }
  const { code, lastLaunch, confirmation } = answer.problem
  if (code === 'repeat' && lastLaunch !== undefined && confirmation !== undefined)
    return { kind: 'unconfirmed', at: Date.parse(lastLaunch), confirmation }
  throw endingOf(answer.problem)
}

type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: ProblemBody }

class ServerCall {
  readonly #root: string
  readonly #key: string | undefined

  constructor(url: string) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new CommandEnding(
        exitCodes.usage,
        `--url ${url} is not the address of a server; write http://127.0.0.1:8377`,
      )
    this.#root = `${url.replace(/\/+$/, '')}/api/v1`
    this.#key = keyFromEnvironment()
  }

  /** Throws CommandEnding for whatever is refused. */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const answer = await this.ask('GET', path)
    if (!answer.ok) throw endingOf(answer.problem)
    return understood(schema, answer.value)
  }

  /** The same; undefined where there is nothing at the path. */
  async find<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema> | undefined> {
    const answer = await this.ask('GET', path)
    if (answer.ok) return understood(schema, answer.value)
    if (answer.problem.code === 'notFound') return undefined
    throw endingOf(answer.problem)
  }

  async ask(
    method: string,
    path: string,
    { body, headers }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    try {
      const response = await fetch(`${this.#root}/${path}`, {
        method,
        // A key is not handed on to wherever somebody points.
        redirect: 'error',
        signal: AbortSignal.timeout(patience),
        headers: {
          accept: 'application/json',
          ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const value: unknown = await response.json()
      return response.ok ? { ok: true, value } : { ok: false, problem: problemSchema.parse(value) }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
      const sent = method === 'GET' ? '' : '; whether it was carried out is not known: see sendoff launches list'
      throw new CommandEnding(exitCodes.unreachable, `${this.#root} gives no answer that is understood${cause}${sent}`)
    }
  }
}

/** A server of another release may answer in another shape. Throws CommandEnding then. */
function understood<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`
  throw new CommandEnding(exitCodes.failed, `the server answers in another shape${where}; is it of the same release?`)
}

function keyFromEnvironment(): string | undefined {
  const cwd = process.cwd()
  const found = secretVariable(readEnvironment(process.env, cwd), keyVariable, cwd)
  if (found.found) return found.value
  if (found.problem) throw new CommandEnding(exitCodes.usage, formatProblem(found.problem))
  return undefined
}

function endingOf({ status, code, detail }: ProblemBody): CommandEnding {
  const hint = code === 'noKey' ? '; put it into SENDOFF_KEY, or its file into SENDOFF_KEY_FILE' : ''
  return new CommandEnding(exitCodeFor(status), `${detail}${hint}`)
}

function exitCodeFor(status: number): number {
  if (status === 401 || status === 403) return exitCodes.notAllowed
  if (status === 400 || status === 413 || status === 422) return exitCodes.usage
  return status >= 500 ? exitCodes.unreachable : exitCodes.failed
}

function isoOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}

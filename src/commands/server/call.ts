/** Asking a server: one request and its answer, judged at the border. The key goes into one header and nowhere else. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { keyVariable } from '../../config/variable-names.ts'
import { type Refusal, refusalSchema } from '../../http/contract/refusal.ts'
import { nothingHereWords, problemSchema } from '../../http/problem.ts'
import { releaseVersion } from '../../http/version.ts'
import { CommandEnding, exitCodes } from '../ending.ts'
import { keyFromEnvironment, serverAddress } from './address.ts'
import { knowsOfFirstTry, leavesDoubt } from './doubt.ts'
import { type Reach, ServerTrouble, strangeAnswer, troubleOf } from './trouble.ts'

/** A newer server may have codes and refusals that are not known here; their words are. */
const answeredProblem = problemSchema.extend({ code: z.string(), refusal: refusalSchema.optional().catch(undefined) })
export type AnsweredProblem = z.output<typeof answeredProblem>

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: AnsweredProblem }

interface Sent {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export class ServerCall {
  readonly #root: string
  readonly #key: string | undefined
  readonly #patience: number

  /** `patience`: for one answer, in milliseconds. Throws CommandEnding where the address or the key cannot be used. */
  constructor(url: string, patience: number) {
    this.#patience = patience
    this.#root = `${serverAddress(url)}/api/v1`
    this.#key = keyFromEnvironment()
  }

  get address(): string {
    return this.#root.replace(/\/api\/v1$/, '')
  }

  /** Throws CommandEnding for whatever is refused. */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const answer = await this.ask('GET', path, schema)
    if (!answer.ok) throw endingOf(answer.problem)
    return answer.value
  }

  /** The same; undefined where there is nothing of that name. */
  async find<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema> | undefined> {
    const answer = await this.ask('GET', path, schema)
    if (answer.ok) return answer.value
    if (isMissing(answer.problem)) return undefined
    throw endingOf(answer.problem)
  }

  /** Decides something; `again` is the command that shows whether it was carried out. */
  async decide<Schema extends z.ZodType>(
    method: 'POST' | 'DELETE',
    path: string,
    body: unknown,
    schema: Schema,
    again: string,
  ): Promise<Answer<z.output<Schema>>> {
    const unsure = (words: string, code: number) =>
      new CommandEnding(code, `${words}; whether it was carried out is not known: see ${again}`)
    const answer = await this.ask(method, path, schema, { body }).catch(error => {
      if (!(error instanceof ServerTrouble) || error.reach === 'unsent') throw error
      throw unsure(error.message, error.code)
    })
    if (answer.ok || !leavesDoubt(answer.problem)) return answer
    throw unsure(answer.problem.detail, exitCodes.unreachable)
  }

  /**
   * Asks for what mails people, with an Idempotency-Key: where the connection broke off it is asked for once more under the same
   * key, which cannot launch twice. `again` is the command that shows whether there is a launch.
   */
  async launch<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    again: string,
  ): Promise<Answer<z.output<Schema>>> {
    const sent = { body, headers: { 'idempotency-key': randomUUID() } }
    const unsure = (words: string) =>
      new CommandEnding(
        exitCodes.unknown,
        `${words}; it may have been launched. Do not simply run it again, look first: ${again} --url ${this.address}`,
      )
    const asked = () => this.ask('POST', path, schema, sent)
    let first: ServerTrouble | undefined
    const answer = await asked()
      .catch(error => {
        if (!(error instanceof ServerTrouble) || error.reach !== 'broken') throw error
        first = error
        return asked()
      })
      .catch(error => {
        // What could not be sent a second time was sent a first.
        const isUnsent = error instanceof ServerTrouble && error.reach === 'unsent' && first === undefined
        throw error instanceof ServerTrouble && !isUnsent ? unsure(error.message) : error
      })
    if (answer.ok) return answer
    const { problem } = answer
    if (first !== undefined && !knowsOfFirstTry(problem))
      throw unsure(`${first.message}, and asked once more the server says: ${problem.detail}`)
    if (leavesDoubt(problem)) throw unsure(problem.detail)
    return answer
  }

  /** One request with its answer as JSON. Throws ServerTrouble. */
  async ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    { body, headers }: Sent = {},
  ): Promise<Answer<z.output<Schema>>> {
    const response = await this.request(path, {
      method,
      signal: AbortSignal.timeout(this.#patience),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return this.answerOf(response, schema)
  }

  /** The answer as it comes. Throws ServerTrouble. */
  async request(
    path: string,
    init: RequestInit & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<Response> {
    const authorization = this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }
    const headers = { accept: 'application/json', ...authorization, ...init.headers }
    try {
      // A key is not handed on to wherever somebody points.
      return await fetch(`${this.#root}/${path}`, { ...init, redirect: 'error', headers })
    } catch (error) {
      throw troubleOf(error, this.#root, this.#patience)
    }
  }

  /** Reads it as JSON. Throws ServerTrouble, also where it has another shape than is known here. */
  async answerOf<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<Answer<z.output<Schema>>> {
    const value = await this.#valueOf(response)
    if (response.ok) return { ok: true, value: await this.understood(schema, value) }
    const problem = answeredProblem.safeParse(value)
    if (!problem.success) throw strangeAnswer(this.#root, response.status, response.headers.get('content-type'))
    if (problem.data.detail === nothingHereWords)
      throw await this.#otherRelease('unsent', `has nothing at ${new URL(response.url).pathname}`)
    return { ok: false, problem: problem.data }
  }

  async #valueOf(response: Response): Promise<unknown> {
    if (response.status === 204) return undefined
    const type = response.headers.get('content-type')
    if (!/^application\/(problem\+)?json\b/.test(type ?? '')) throw strangeAnswer(this.#root, response.status, type)
    try {
      return await response.json()
    } catch (error) {
      if (error instanceof SyntaxError) throw strangeAnswer(this.#root, response.status, type)
      throw troubleOf(error, this.#root, this.#patience)
    }
  }

  /** What was answered, in the shape that is known here. Throws ServerTrouble. */
  async understood<Schema extends z.ZodType>(schema: Schema, value: unknown): Promise<z.output<Schema>> {
    const read = schema.safeParse(value)
    if (read.success) return read.data
    const [issue] = read.error.issues
    throw await this.#otherRelease('strange', `answers in another shape (${issue?.path.join('.')}: ${issue?.message})`)
  }

  async #otherRelease(reach: Reach, does: string): Promise<ServerTrouble> {
    const there = await fetch(`${this.address}/version`, { redirect: 'error', signal: AbortSignal.timeout(5_000) })
      .then(response => response.json())
      .then(answer => z.object({ version: z.string() }).parse(answer).version)
      .catch(() => undefined)
    const here = releaseVersion()
    const releases =
      there === undefined || there === here
        ? 'is --url the address of a server of this release?'
        : `it is of release ${there}, this command of ${here}`
    return new ServerTrouble(reach, `the server ${does}; ${releases}`, {}, exitCodes.failed)
  }
}

/** Whether there is no such thing, as far as the key may see. */
export function isMissing({ code }: AnsweredProblem): boolean {
  return code === 'notFound'
}

/** The refusal where it is one of these. Throws CommandEnding for any other problem. */
export function refusalIn<const Kind extends Refusal['kind']>(
  problem: AnsweredProblem,
  ...kinds: readonly Kind[]
): Extract<Refusal, { readonly kind: Kind }> {
  const { refusal } = problem
  if (refusal !== undefined && isOneOf(refusal, kinds)) return refusal
  throw endingOf(problem)
}

function isOneOf<Kind extends Refusal['kind']>(
  refusal: Refusal,
  kinds: readonly Kind[],
): refusal is Extract<Refusal, { readonly kind: Kind }> {
  return kinds.some(kind => kind === refusal.kind)
}

/** How a command ends for which nothing better is known than what the server says. */
export function endingOf({ status, code, detail }: AnsweredProblem): CommandEnding {
  const hint =
    code === 'noKey' || code === 'badKey'
      ? `; the key is in ${keyVariable}, or in the file that ${keyVariable}_FILE names`
      : ''
  return new CommandEnding(exitCodeFor(status), `${detail}${hint}`)
}

function exitCodeFor(status: number): number {
  if (status === 401 || status === 403) return exitCodes.notAllowed
  if (status === 400 || status === 413 || status === 422) return exitCodes.usage
  return status >= 500 ? exitCodes.unreachable : exitCodes.failed
}

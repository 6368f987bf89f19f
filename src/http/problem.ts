/** Errors as RFC 9457 problems, each with a code that stays: programs go by the code, people read the detail. */
import { z } from 'zod'
import { UnfitRedis } from '../redis/fitness.ts'
import { type Refusal, refusalSchema } from './contract/refusal.ts'

/** Every problem there is: its status and its title. docs/http-api.md lists them. */
export const problems = {
  malformedRequest: { status: 400, title: 'It is no request of HTTP' },
  brokenOff: { status: 400, title: 'The request broke off' },
  malformedJson: { status: 400, title: 'The body is not JSON' },
  invalid: { status: 400, title: 'The request is not as described' },
  missingIdempotencyKey: { status: 400, title: 'An Idempotency-Key is needed' },
  noKey: { status: 401, title: 'An API key is needed' },
  badKey: { status: 401, title: 'The API key is not valid' },
  forbidden: { status: 403, title: 'The API key may not do this' },
  otherAccount: { status: 403, title: 'The API key is not for this account' },
  badHost: { status: 403, title: 'Requests without a key come from this machine' },
  notFound: { status: 404, title: 'There is no such thing' },
  methodNotAllowed: { status: 405, title: 'The method is not for this address' },
  tooSlow: { status: 408, title: 'The request came too slowly' },
  refused: { status: 409, title: 'What is asked cannot be done now' },
  repeat: { status: 409, title: 'It would mail the same people again' },
  inProgress: { status: 409, title: 'The same request is being carried out' },
  outcomeUnknown: { status: 409, title: 'What became of the request is not known' },
  tooLarge: { status: 413, title: 'The body is too large' },
  unsupportedMediaType: { status: 415, title: 'The body is not of the type that is read here' },
  expectationFailed: { status: 417, title: 'What the request expects is not done here' },
  idempotencyKeyReused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  tooManyWatching: { status: 429, title: 'Too many are watching' },
  headersTooLarge: { status: 431, title: 'The head of the request is too large' },
  internal: { status: 500, title: 'Something went wrong here' },
  stopping: { status: 503, title: 'The service is stopping' },
  storeUnreachable: { status: 503, title: 'Redis does not answer' },
  storeUnfit: { status: 503, title: 'Launches cannot be entrusted to Redis' },
  tooMuch: { status: 503, title: 'It is too much to work out in time' },
  timeout: { status: 503, title: 'It took too long' },
} as const
export type ProblemCode = keyof typeof problems

/** Tells an address that does not exist from a thing that does not. */
export const nothingHereWords = 'Nothing is at this address; /openapi.json says what there is'

const codes = Object.keys(problems).filter((name): name is ProblemCode => name in problems)

/** One thing that is wrong with a request, and where. */
export interface Flaw {
  /** `body`, `query`, `path` or `header`. */
  readonly in: string
  /** Where in it, as people write paths: `request.content.city`. */
  readonly at: string
  readonly sentence: string
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes).meta({ description: 'Stays the same in all releases.' }),
    detail: z.string(),
    errors: z
      .array(z.object({ in: z.string(), at: z.string(), sentence: z.string() }))
      .optional()
      .meta({ description: 'Everything that is wrong with the request, at once.' }),
    confirmation: z
      .string()
      .optional()
      .meta({ description: 'Of `repeat`: what confirmDuplicate must say for the same people to be mailed again.' }),
    lastLaunch: z.iso.datetime().optional().meta({ description: 'Of `repeat`: when the mailing went to them.' }),
    refusal: refusalSchema.optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })
export type ProblemBody = z.infer<typeof problemSchema>

interface Extras {
  readonly errors?: readonly Flaw[]
  readonly confirmation?: string
  readonly lastLaunch?: string
  readonly refusal?: Refusal
}

/** Thrown by whatever refuses a request; the app answers with it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly extras: Extras
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, detail: string, extras: Extras = {}, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.code = code
    this.extras = extras
    this.headers = headers
  }

  /** As it goes over the wire. */
  get body(): ProblemBody {
    const { status, title } = problems[this.code]
    const { errors, ...rest } = this.extras
    return {
      type: `urn:sendoff:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...(errors === undefined ? {} : { errors: [...errors] }),
      ...rest,
    }
  }

  get allHeaders(): Readonly<Record<string, string>> {
    return { ...this.headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  }

  response(): Response {
    return new Response(JSON.stringify(this.body), { status: this.body.status, headers: this.allHeaders })
  }
}

/** A request with these flaws. */
export function invalidProblem(errors: readonly Flaw[], refusal?: Refusal): Problem {
  const detail = errors.map(({ at, sentence }) => `${at}: ${sentence}`).join('; ')
  return new Problem('invalid', detail, { errors, ...(refusal && { refusal }) })
}

/** A request with one flaw. */
export function flawed(at: string, sentence: string, place = 'body', refusal?: Refusal): Problem {
  return invalidProblem([{ in: place, at, sentence }], refusal)
}

/** What an error that nobody expected is to whoever asked, where nothing can have been decided; `undefined` where it is our own fault. */
export function knownTrouble(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  if (error instanceof UnfitRedis) return new Problem('storeUnfit', error.message)
  return isOfRedis(error) ? storeAway() : undefined
}

/** The same, where what decides may have been on its way: a lost reply says nothing of whether it was carried out. */
export function troubleWithin(error: unknown, whatToDo: string): Problem | undefined {
  if (!isOfRedis(error)) return knownTrouble(error)
  return new Problem(
    'outcomeUnknown',
    `Redis went away in the middle of this, and whether it was carried out is not known. ${whatToDo}`,
  )
}

/** There is no Redis to ask: nothing was. */
export function storeAway(): Problem {
  return new Problem('storeUnreachable', 'Redis does not answer; nothing was decided', {}, { 'retry-after': '5' })
}

/** What ioredis says while it has no connection. Replies of a Redis that answers are not among them, but for its refusal to write. */
function isOfRedis(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, message } = error
  if (name === 'MaxRetriesPerRequestError' || name === 'RedisUnreachable') return true
  return /enableOfflineQueue|Connection is closed|Connection ended|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT.*redis|^(LOADING|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN)\b|Command timed out/.test(
    message,
  )
}

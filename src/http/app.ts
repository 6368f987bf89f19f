/** The HTTP API as one function from request to response: who asks, may they, what do they ask, and every refusal as a problem. */
import type { HttpBindings } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { type AccessRules, type Caller, callerOf, mustPass } from './access.ts'
import { addBatches } from './batches-api.ts'
import { addDecisions } from './decisions-api.ts'
import { addDesk } from './desk-api.ts'
import { type Door, doorFor, doors } from './doors.ts'
import { flawsOf } from './flaws.ts'
import { addKeys } from './keys-api.ts'
import { addLaunches } from './launches-api.ts'
import type { HttpParts } from './parts.ts'
import { invalidProblem, knownTrouble, nothingHereWords, Problem, storeAway, troubleWithin } from './problem.ts'
import { addSchedules } from './schedules-api.ts'
import { addService } from './service-api.ts'
import { mustBeSound } from './sound-body.ts'
import { withinTime } from './within-time.ts'

interface Variables {
  caller: Caller
  door: Door
  /** Set from when something that decides may have been sent to Redis. */
  deciding: boolean
  /** Aborted when whoever asks has been told that it takes too long. Absent where an answer may take any time. */
  givenUp?: AbortSignal
}
export interface ApiEnv {
  /** The connection, where there is one. */
  Bindings: Partial<HttpBindings>
  Variables: Variables
}
export type Api = OpenAPIHono<ApiEnv>

/** Builds it; `rules` may say more once it is known on which port it listens. */
export function createApi(parts: HttpParts, rules: () => AccessRules): Api {
  const api: Api = new OpenAPIHono({
    defaultHook: result => {
      if (!result.success) throw invalidProblem(flawsOf(result))
    },
  })
  // Encryption is up to whoever stands before this server; it must not promise it.
  api.use(secureHeaders({ strictTransportSecurity: false }))
  api.use(async (context, next) => {
    const began = performance.now()
    const { method, path } = context.req
    const answer = doorFor(method, path)
    await next()
    const seconds = (performance.now() - began) / 1_000
    parts.measure({
      method,
      route: answer.kind === 'door' ? answer.door.path : 'other',
      status: context.res.status,
      seconds,
    })
  })
  api.use(async (context, next) => {
    const { door } = knocked(context.req.method, rawPath(context.req.url))
    context.set('door', door)
    // The head of an answer without an end would never be finished.
    if (context.req.method === 'HEAD' && isOpenEnded(door)) throw onlyFor('HEAD', door)
    if (door.role !== 'anyone') {
      const caller = await callerOf(parts.open.ledger, rules, context.req.raw.headers)
      mustPass(caller, door)
      context.set('caller', caller)
      // What is kept is asked about again: it may have changed, and the key may have been revoked.
      context.header('cache-control', door.method === 'get' ? 'private, no-cache' : 'no-store')
    }
    if (door.method !== 'get' && parts.isStopping())
      throw new Problem('stopping', 'The service is stopping; ask another one', {}, { 'retry-after': '5' })
    if (door.method !== 'get') mustBeThere(parts)
    context.set('deciding', door.method !== 'get')
    await next()
  })
  judgeBodies(api, parts.settings)
  api.use(async (context, next) => {
    if (isOpenEnded(context.var.door)) return next()
    await withinTime(parts.settings.timeout, tooLong(), givenUp => {
      context.set('givenUp', givenUp)
      return next()
    })
  })
  api.use('/api/v1/launches/*', etag())
  api.use('/api/v1/schedules/*', etag())
  api.use('/openapi.json', etag())
  api.onError((error, { req, env, var: { deciding } }) => {
    if (!hasLeft(env)) return answerTo(error, deciding, parts)
    parts.heard.requestBrokenOff(req.method, req.path)
    return new Problem('brokenOff', 'Its end did not come').response()
  })
  api.notFound(() => nothingHere().response())
  addService(api, parts)
  addLaunches(api, parts)
  addDecisions(api, parts)
  addSchedules(api, parts)
  addBatches(api, parts)
  addDesk(api, parts)
  addKeys(api, parts)
  return api
}

/** Bodies of another form, those that are too large or do not come, and JSON that nothing later could bear are refused before anybody reads them. */
function judgeBodies(api: Api, { bodyLimit: most, timeout }: HttpParts['settings']): void {
  const limited = bodyLimit({
    maxSize: most,
    onError: () => {
      throw new Problem('tooLarge', `A body may have ${most} bytes`)
    },
  })
  api.use(async (context, next) => {
    const { req, var: known } = context
    mustBePlain(req.raw.headers)
    // A file of rows is counted while it is read, and may take its time.
    if (req.method === 'POST' && known.door !== doors.submitBatch) {
      await withinTime(timeout, tooSlow(), async () => {
        await limited(context, async () => {})
        await mustBeSound(req)
      })
    }
    await next()
  })
}

/** What remains of the body may still come: it is not for another request on this connection. */
function tooSlow(): Problem {
  return new Problem('tooSlow', 'The body did not come to its end in time', {}, { connection: 'close' })
}

function tooLong(): Problem {
  return new Problem('timeout', 'It was not done in time; it may still be carried out', {}, { 'retry-after': '5' })
}

/** What goes on for as long as somebody listens, or sends. */
function isOpenEnded(door: Door): boolean {
  return door === doors.events || door === doors.submitBatch
}

/** Escapes stay as they were sent: a key with a slash in it is one segment. */
function rawPath(url: string): string {
  return new URL(url).pathname
}

function knocked(method: string, path: string) {
  const answer = doorFor(method, path)
  switch (answer.kind) {
    case 'door':
      return answer
    case 'otherMethods':
      throw new Problem('methodNotAllowed', `${method} is not for ${path}`, {}, { allow: answer.allowed.join(', ') })
    case 'nothing':
      throw nothingHere()
  }
}

function onlyFor(method: string, { path, ...door }: Door): Problem {
  return new Problem('methodNotAllowed', `${method} is not for ${path}`, {}, { allow: door.method.toUpperCase() })
}

function nothingHere(): Problem {
  return new Problem('notFound', nothingHereWords)
}

/** Nothing is unpacked here, and what says that it is in other letters would be misread. Throws Problem. */
function mustBePlain(headers: Headers): void {
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (!/^identity$/i.test(encoding))
    throw new Problem('unsupportedMediaType', 'Send the body as it is, without Content-Encoding')
  const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]+)/i.exec(headers.get('content-type') ?? '') ?? []
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) throw new Problem('unsupportedMediaType', 'Send the body in UTF-8')
}

/** Whether whoever asks has gone before all of the request was here: what comes of that is theirs, and nobody hears the answer. */
function hasLeft({ incoming }: Partial<HttpBindings> = {}): boolean {
  return incoming?.destroyed === true && !incoming.complete
}

/** Decisions are for a Redis that is there when they are asked for. Throws Problem. */
function mustBeThere({ open }: HttpParts): void {
  if (open.ledger.redis.status !== 'ready') throw storeAway()
}

function answerTo(error: Error, deciding: boolean, { heard }: HttpParts): Response {
  const trouble = deciding ? troubleWithin(error, 'Look at what it is about before you ask again') : knownTrouble(error)
  const known = trouble ?? problemOfHono(error)
  if (known) return known.response()
  heard.requestFailed(error)
  return new Problem('internal', 'The log of the service says what').response()
}

function problemOfHono(error: Error): Problem | undefined {
  if (!(error instanceof HTTPException)) return undefined
  if (error.status === 415) return new Problem('unsupportedMediaType', 'Send it with Content-Type: application/json')
  if (error.status === 400) return new Problem('malformedJson', 'The body cannot be read as JSON')
  return undefined
}

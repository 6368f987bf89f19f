/**
 * Who looks at the pages. A browser holds one secret in a cookie that scripts cannot read; Redis holds a digest of it with the id
 * and the role of the API key that was shown at sign-in. So whoever reads Redis can make no session, a revoked key ends its
 * sessions at once, and signing out ends one everywhere. Forms carry a token made from the same secret.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { type AccessRules, type Caller, callerOf, callerWith } from '../http/access.ts'
import { type ApiKey, keyOf, keyWithId } from '../http/api-keys.ts'
import { roles } from '../http/doors.ts'
import { Problem } from '../http/problem.ts'
import type { Ledger } from '../launches/ledger.ts'

const cookieName = 'sendoff_session'
/** A working day, and not a week: milliseconds. */
const lasts = 12 * 3_600_000

export interface Visit {
  /** Of this browser, signed in or not. */
  readonly secret: string
  /** Whether the browser has not been given the secret yet. */
  readonly isNew: boolean
  /** Absent where nobody known asks. */
  readonly caller: Caller | undefined
  /** Whether a session says who it is, which can be ended. */
  readonly signedIn: boolean
}

const sessionSchema = z.object({ key: z.string(), role: z.enum(roles) })

/** Finds out who asks. A browser that is new gets its secret with the first page that has forms: see `keepVisit`. */
export async function visitOf(context: Context, ledger: Ledger, rules: () => AccessRules): Promise<Visit> {
  const given = getCookie(context, cookieName)
  const isNew = given === undefined || !/^[\w-]{43}$/.test(given)
  const secret = isNew ? makeSecret() : given
  const key = await keyOfSession(ledger, secret)
  if (key) return { secret, isNew, caller: callerWith(key), signedIn: true }
  try {
    return { secret, isNew, caller: await callerOf(ledger, rules, context.req.raw.headers), signedIn: false }
  } catch (error) {
    if (error instanceof Problem) return { secret, isNew, caller: undefined, signedIn: false }
    throw error
  }
}

/** Lets a browser that is new keep the secret by which its forms are known. */
export function keepVisit(context: Context, { secret, isNew }: Visit): void {
  if (isNew) giveSecret(context, secret)
}

/** Begins a session for the owner of this API key; false where the key is unknown, revoked or expired. */
export async function signIn(context: Context, ledger: Ledger, text: string): Promise<boolean> {
  const key = await keyOf(ledger, text, Date.now())
  if (!key) return false
  // A secret that somebody may have planted before the sign-in is worth nothing after it.
  const secret = makeSecret()
  giveSecret(context, secret)
  await beginSession(ledger, key, secret)
  return true
}

/** From now on whoever holds the secret is the owner of the key, for twelve hours. */
export async function beginSession(ledger: Ledger, { id, role }: Pick<ApiKey, 'id' | 'role'>, secret: string) {
  const session = JSON.stringify({ key: id, role })
  await ledger.redis.set(ledger.keys.session(digestOf(secret)), session, 'PX', lasts)
}

/** Whether the session of this browser is still there: nobody has signed out, revoked its key or changed its role. */
export async function isStillThere(ledger: Ledger, { secret }: Visit): Promise<boolean> {
  return (await keyOfSession(ledger, secret)) !== undefined
}

/** Ends the session. */
export async function signOut(context: Context, ledger: Ledger, { secret }: Visit): Promise<void> {
  await ledger.redis.del(ledger.keys.session(digestOf(secret)))
  giveSecret(context, makeSecret())
}

/** What a form of this visit must carry. */
export function formToken({ secret }: Visit): string {
  return createHmac('sha256', secret).update('form').digest('base64url')
}

/** Whether a request that changes something comes from one of our own forms, in this browser. */
export function isOwnForm(visit: Visit, headers: Headers, token: unknown): boolean {
  if (typeof token !== 'string' || !isSameText(token, formToken(visit))) return false
  const origin = headers.get('origin')
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin'
  return URL.canParse(origin) && new URL(origin).host === headers.get('host')
}

async function keyOfSession(ledger: Ledger, secret: string): Promise<ApiKey | undefined> {
  const text = await ledger.redis.get(ledger.keys.session(digestOf(secret)))
  if (text === null) return undefined
  const session = sessionSchema.parse(JSON.parse(text))
  const key = await keyWithId(ledger, session.key, Date.now())
  return key?.role === session.role ? key : undefined
}

function makeSecret(): string {
  return randomBytes(32).toString('base64url')
}

function giveSecret(context: Context, secret: string): void {
  const secure = context.req.header('x-forwarded-proto') === 'https'
  setCookie(context, cookieName, secret, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure,
    maxAge: lasts / 1_000,
  })
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Who asks, and whether they may: the key of a request against the table of doors. */
import { isLoopback } from '../config/listen.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type ApiKey, keyOf } from './api-keys.ts'
import { type Door, isAtLeast, type Role } from './doors.ts'
import { Problem } from './problem.ts'

/** Whoever is behind a request. */
export interface Caller {
  /** As the audit names them. */
  readonly by: string
  /** What their Idempotency-Keys are kept under: one caller's never answers another's. */
  readonly id: string
  readonly role: Role
  /** The accounts that they may see and use; absent: all. */
  readonly accounts?: readonly string[]
  /** When the key expires, where it does; epoch milliseconds. */
  readonly expires?: number
}

/** `Caller.id` of whoever comes without a key. */
export const stranger = 'loopback'

export interface AccessRules {
  /** The role of requests that come without a key; only on a loopback address. */
  readonly withoutKey: Role | 'off'
  readonly port: number
}

/** Finds out who asks. Throws Problem where nobody, or nobody known, does. */
export async function callerOf(ledger: Ledger, rules: () => AccessRules, headers: Headers): Promise<Caller> {
  const given = headers.get('authorization')
  if (given === null) return strangerOf(rules(), headers)
  const [, text = ''] = /^Bearer +(\S+)$/i.exec(given) ?? []
  const key = await keyOf(ledger, text, Date.now())
  if (!key) throw new Problem('badKey', 'The API key is unknown, revoked or expired', {}, challenge)
  return callerWith(key)
}

const challenge = { 'www-authenticate': 'Bearer realm="sendoff"' }

/** Whoever has proven that the key is theirs. */
export function callerWith({ id, name, role, accounts, expires }: ApiKey): Caller {
  return {
    by: `key ${name}`,
    id,
    role,
    ...(accounts === undefined ? {} : { accounts }),
    ...(expires === undefined ? {} : { expires }),
  }
}

/** What a proxy adds: its own address is of this machine, whoever asks behind it. */
const forwarding = /^(forwarded|x-forwarded-.*|x-real-ip|via)$/

/**
 * A browser on this machine also asks for pages of strangers: their scripts reach a loopback address under a name of their own
 * (DNS rebinding) or from an origin of their own, and their images ask without saying from where. None gets in without a key.
 */
function strangerOf({ withoutKey, port }: AccessRules, headers: Headers): Caller {
  if (withoutKey === 'off')
    throw new Problem('noKey', 'Send the header Authorization: Bearer with an API key', {}, challenge)
  const origin = headers.get('origin')
  const hosts = [headers.get('host') ?? '', ...(origin === null ? [] : [origin.replace(/^https?:\/\//i, '')])]
  if (!hosts.every(host => isThisMachine(host, port)))
    throw new Problem('badHost', 'Without a key, only requests to this machine under its own name are answered')
  if (isForAnotherPage(headers))
    throw new Problem('badHost', 'Without a key, what the page of another site asks for is not answered')
  if ([...headers.keys()].some(name => forwarding.test(name)))
    throw new Problem('badHost', 'Without a key, only requests that come straight from this machine are answered')
  return { by: 'somebody on this machine', id: stranger, role: withoutKey }
}

/** A link that somebody follows is no such asking: it opens the page before their eyes. */
function isForAnotherPage(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site') ?? 'none'
  if (site === 'same-origin' || site === 'none') return false
  return headers.get('sec-fetch-mode') !== 'navigate' || headers.get('sec-fetch-dest') !== 'document'
}

function isThisMachine(host: string, port: number): boolean {
  const [, name = '', given] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host.toLowerCase()) ?? []
  return isLoopback(name) && Number(given ?? 80) === port
}

/** Throws Problem where the caller may not pass the door. */
export function mustPass(caller: Caller, door: Door): void {
  const { role, whole } = door
  if (role !== 'anyone' && !isAtLeast(caller.role, role)) throw notEnough(caller, role)
  if (whole && caller.accounts !== undefined)
    throw new Problem('forbidden', 'This is about all accounts, and the API key is for some of them')
}

/** Throws Problem where the caller may not do what goes beyond the door. */
export function mustPassBeyond(caller: Caller, { beyond }: Door): void {
  if (beyond !== undefined && !isAtLeast(caller.role, beyond.role)) throw notEnough(caller, beyond.role)
}

function notEnough({ role }: Caller, least: Role): Problem {
  return new Problem('forbidden', `This takes the role ${least}, and the API key has ${role}`)
}

export function maySee({ accounts }: Caller, account: string): boolean {
  return accounts === undefined || accounts.includes(account)
}

/** Throws Problem where the caller is not for this account. */
export function mustBeFor(caller: Caller, account: string): void {
  if (!maySee(caller, account)) throw new Problem('otherAccount', `The API key is not for the account ${account}`)
}

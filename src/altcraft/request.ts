/**
 * The request that starts a broadcast mailing, as bytes. Pure: equal input gives equal bytes and headers, because a
 * platform that drops repeats may compare both (https://guides.altcraft.com/en/developer-guide/miscellaneous/41484312).
 */
import type { Account } from '../config/account.ts'
import type { Secret } from '../config/secret.ts'
import type { Start } from '../launches/start-mailing.ts'
import { writeStartAsXml } from './xml-request.ts'

/** The path of an API call under the account's base URL, which may have a path of its own. */
export function pathUnder(baseUrl: string, call: string): string {
  return `${new URL(baseUrl).pathname.replace(/\/+$/, '')}/api/v1.1/${call}`
}

export interface EncodedStart {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A refusal is final: the same launch would be refused again. Its sentence never holds the token. */
export type EncodeResult =
  | { readonly ok: true; readonly start: EncodedStart }
  | { readonly ok: false; readonly sentence: string }

const visibleAscii = /^[!-~]+$/

/**
 * Takes how the account is spoken to, its token and the start; returns path, headers and body, or why this start cannot
 * be written. Field names and order:
 * https://guides.altcraft.com/en/developer-guide/campaigns/broadcast-campaigns/3116196
 */
export function encodeStart(
  account: Pick<Account, 'baseUrl' | 'format' | 'auth'>,
  token: Secret,
  start: Pick<Start, 'requestId' | 'request'>,
): EncodeResult {
  if (!visibleAscii.test(start.requestId)) {
    return { ok: false, sentence: 'the Request-ID must be visible ASCII characters without spaces' }
  }
  if (account.auth === 'bearer' && !visibleAscii.test(token.reveal())) {
    return { ok: false, sentence: 'the token holds characters that an Authorization header cannot carry' }
  }
  const text = encodeBody(account, token, start.request)
  if (!text.ok) return text
  const path = pathUnder(account.baseUrl, 'campaigns/broadcasts/start')
  const headers = headersFor(account, token, start.requestId)
  return { ok: true, start: { path, headers, body: Buffer.from(text.body) } }
}

function encodeBody(account: Pick<Account, 'format' | 'auth'>, token: Secret, request: Start['request']) {
  const fields = {
    token: account.auth === 'body' ? token.reveal() : undefined,
    id: request.id,
    override_source_type: request.override_source_type,
    override_source_id: request.override_source_id,
    override_limit: request.override_limit,
    content: request.content,
    attach: request.attach,
  }
  if (account.format === 'xml') return writeStartAsXml(fields)
  return { ok: true as const, body: JSON.stringify(fields) }
}

/** The headers of a call; a read has no Request-ID, so that it can never pass for the repeat of a launch. */
export function headersFor(
  account: Pick<Account, 'format' | 'auth'>,
  token: Secret,
  requestId?: string,
): Readonly<Record<string, string>> {
  const media = account.format === 'xml' ? 'application/xml' : 'application/json'
  const headers = {
    'content-type': media,
    accept: media,
    // An answer is read under a cap on its bytes; a compressed one could unfold past it.
    'accept-encoding': 'identity',
    // Older platforms read the second name, newer ones the first.
    ...(requestId === undefined ? {} : { 'Request-ID': requestId, 'X-Request-ID': requestId }),
    'user-agent': 'sendoff',
  }
  return account.auth === 'bearer' ? { ...headers, authorization: `Bearer ${token.reveal()}` } : headers
}

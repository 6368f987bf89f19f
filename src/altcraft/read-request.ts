/** The two calls that only look: `campaigns/log_v2` and `campaigns/get_status`, as bytes. Pure. */
import type { Account } from '../config/account.ts'
import type { Secret } from '../config/secret.ts'
import { type EncodedStart, headersFor, pathUnder } from './request.ts'
import { writeStartAsXml } from './xml-request.ts'

/** More entries of a log than one run of a mailing makes by far. */
export const mostEntries = 1_000

export type Read =
  /** `from` in epoch milliseconds, by the platform's clock. */
  | { readonly call: 'log'; readonly mailing: number; readonly from: number }
  | { readonly call: 'status'; readonly mailing: number }

/** Path, headers and body, or the sentence that says why they cannot be written. */
type EncodedRead =
  | { readonly ok: true; readonly request: EncodedStart }
  | { readonly ok: false; readonly sentence: string }

/**
 * Takes how the account is spoken to, its token and what to read; returns path, headers and body. Field names:
 * https://guides.altcraft.com/en/developer-guide/campaigns/2195652 and /2195664. Throws where `from` is no time.
 */
export function encodeRead(
  account: Pick<Account, 'baseUrl' | 'format' | 'auth'>,
  token: Secret,
  read: Read,
): EncodedRead {
  const fields = { token: account.auth === 'body' ? token.reveal() : undefined, ...fieldsOf(read, account.format) }
  const text = account.format === 'xml' ? writeStartAsXml(fields) : { ok: true as const, body: JSON.stringify(fields) }
  if (!text.ok) return text
  const method = read.call === 'log' ? 'log_v2' : 'get_status'
  return {
    ok: true,
    request: {
      path: pathUnder(account.baseUrl, `campaigns/${method}`),
      headers: headersFor(account, token),
      body: Buffer.from(text.body),
    },
  }
}

function fieldsOf(read: Read, format: Account['format']) {
  // `format` is documented for the log only; the status answers in the form that `Accept` asks for.
  if (read.call === 'status') return { id: read.mailing }
  return { format, id: read.mailing, from_time: new Date(Math.floor(read.from)).toISOString(), limit: mostEntries }
}

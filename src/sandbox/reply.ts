/** A whole HTTP answer before it is sent, and the few that the stand-in knows to make. */
import type { Format } from './message.ts'
import type { AnswerBody } from './platform.ts'
import { toXml } from './xml.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The envelope's `error`; null where the body is no envelope. */
  readonly error: number | null
}

/** Altcraft answers HTTP 200 with the error inside, unless `status` says otherwise. */
export function envelope(body: AnswerBody, format: Format, status = 200): Reply {
  return {
    status,
    headers: { 'Content-Type': `application/${format}; charset=utf-8` },
    body: format === 'xml' ? toXml(body) : JSON.stringify(body),
    error: body.error,
  }
}

/** A JSON answer that is no envelope. */
export function jsonReply(status: number, body: object): Reply {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), error: null }
}

/** A gateway's page. A redirect leads back to the same call, so that a client that follows it starts twice. */
export function gatewayPage(status: number, url: string, retryAfter: string | undefined): Reply {
  return page(status, `<h1>${status}</h1><hr><center>gateway</center>`, {
    ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
    ...(status < 400 && { Location: url }),
  })
}

/** What a captive portal or an expired session puts in the way. */
export function loginPage(): Reply {
  return page(
    200,
    '<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>',
  )
}

function page(status: number, inner: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
    body: `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body>${inner}</body></html>\n`,
    error: null,
  }
}

/** The same answer with `error` twice: 500 first, so that a reader that takes the last one sees a success. */
export function withDoubleError(reply: Reply): Reply {
  const body = reply.body
    .replace(/"error":(\d+)/, '"error":500,"error":$1')
    .replace(/<error>(\d+)<\/error>/, '<error>500</error><error>$1</error>')
  return { ...reply, body }
}

/** The same answer with `error` as text in double quotes. */
export function withStringError(reply: Reply): Reply {
  const body = reply.body
    .replace(/"error":(\d+)/, '"error":"$1"')
    .replace(/<error>(\d+)<\/error>/, '<error>"$1"</error>')
  return { ...reply, body }
}

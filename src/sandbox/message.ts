/** One request to the API as the stand-in understands it: which call, whose token, which fields, JSON or XML. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from './fault.ts'
import { fromXml } from './xml.ts'

export type Format = 'json' | 'xml'

export interface Message {
  /** Undefined where the path is no call that the stand-in knows. */
  readonly call: Call | undefined
  readonly method: string
  /** Path and query, as sent. */
  readonly url: string
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[]
  /** The form of the body, and the form asked for in return. */
  readonly format: Format
  readonly answerFormat: Format
  /** From the body or from `Authorization: Bearer`; never from the address, where Altcraft is giving it up. */
  readonly token: string | undefined
  /** `Request-ID`, else `X-Request-ID`. */
  readonly requestId: string | undefined
  /** The `Request-ID` alone: only this name is Altcraft's own key for repeats. */
  readonly repeatId: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
  readonly mailing: number | undefined
  /** Why the body could not be read. */
  readonly unreadable: string | undefined
  readonly bodySha256: string
}

const paths: ReadonlyMap<string, Call> = new Map([
  ['/api/v1.1/campaigns/broadcasts/start', 'start'],
  ['/api/v1.1/campaigns/log_v2', 'log'],
  ['/api/v1.1/campaigns/get_status', 'status'],
])

export interface RawRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
}

/** Never throws: what cannot be read is said in `unreadable`. */
export function readMessage(request: RawRequest, body: Buffer): Message {
  const { headers, method = '', url = '' } = request
  const [path = '', query] = url.split('?', 2)
  const format = headers['content-type']?.includes('xml') ? 'xml' : 'json'
  const { fields, unreadable } = readFields(body, format)
  const repeatId = single(headers['request-id'])
  return {
    call: paths.get(path.replace(/\/$/, '')),
    method,
    url,
    rawHeaders: request.rawHeaders,
    format,
    ...readAnswerFormat(new URLSearchParams(query).get('format') ?? fields.format, headers.accept, format, unreadable),
    token: text(fields.token) ?? /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1],
    requestId: repeatId ?? single(headers['x-request-id']),
    repeatId,
    fields,
    mailing: Number.isSafeInteger(fields.id) ? Number(fields.id) : undefined,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  }
}

const numberFields = new Set(['id', 'override_source_id', 'override_limit', 'limit'])

function readFields(body: Buffer, format: Format): { fields: Record<string, unknown>; unreadable: string | undefined } {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(body)
    const parsed: unknown = format === 'xml' ? fromXml(decoded) : JSON.parse(decoded)
    if (format === 'xml' && parsed === '') return { fields: {}, unreadable: undefined }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not an object')
    const entries = Object.entries(parsed)
    return { fields: Object.fromEntries(format === 'xml' ? typed(entries) : entries), unreadable: undefined }
  } catch (error) {
    return { fields: {}, unreadable: error instanceof Error ? error.message : String(error) }
  }
}

/** XML knows only text: an empty element is a field left out, and digits in a number's place are that number. */
function typed(entries: readonly (readonly [string, unknown])[]): (readonly [string, unknown])[] {
  return entries
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const digits = numberFields.has(name) && typeof value === 'string' && /^-?\d{1,15}$/.test(value)
      return [name, digits ? Number(value) : value] as const
    })
}

/** The `format` parameter decides, then `Accept`, then the form of the body itself. */
function readAnswerFormat(asked: unknown, accept: string | undefined, own: Format, unreadable: string | undefined) {
  if (asked === undefined) {
    return {
      answerFormat: accept?.includes('xml') ? 'xml' : accept?.includes('json') ? 'json' : own,
      unreadable,
    } as const
  }
  if (asked === 'json' || asked === 'xml') return { answerFormat: asked, unreadable } as const
  return { answerFormat: own, unreadable: unreadable ?? 'format is neither json nor xml' } as const
}

function single(header: string | string[] | undefined): string | undefined {
  return text(Array.isArray(header) ? header[0] : header)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

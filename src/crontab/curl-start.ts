/** A `curl` command that starts a mailing, read into the launch it makes. Nothing that is said repeats what stands in it. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type LaunchRequest, launchRequestSchema } from '../launches/launch.ts'
import { isToken } from '../timetable/schedule-rules.ts'
import { unknownIn } from './shell-command.ts'

export type CurlReading =
  /** Not a start of a mailing at all. */
  | { readonly kind: 'other'; readonly why: string }
  /** A start, but not one that a file can say. */
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'start'
      readonly launch: LaunchRequest
      /** Scheme and host of the installation, where they are known. */
      readonly origin: string | undefined
      /** Where a token stood; it is not kept. */
      readonly token: 'body' | 'address' | 'header' | undefined
    }

/** The options of curl that take a value, and those that do not, as far as people give them to an API call. */
const options: NonNullable<ParseArgsConfig['options']> = {
  ...valued({ request: 'X', output: 'o', user: 'u', 'user-agent': 'A', referer: 'e', cookie: 'b', 'cookie-jar': 'c' }),
  ...valued({ proxy: 'x', 'write-out': 'w', cert: 'E', 'max-time': 'm', config: 'K', url: undefined, key: undefined }),
  ...valued({
    cacert: undefined,
    capath: undefined,
    'connect-timeout': undefined,
    retry: undefined,
    resolve: undefined,
  }),
  ...valued({ 'retry-delay': undefined, 'retry-max-time': undefined, stderr: undefined, 'oauth2-bearer': undefined }),
  ...repeated({ data: 'd', header: 'H', form: 'F', json: undefined, 'data-raw': undefined, 'data-ascii': undefined }),
  ...repeated({ 'data-binary': undefined, 'data-urlencode': undefined }),
  ...switches({
    silent: 's',
    'show-error': 'S',
    fail: 'f',
    location: 'L',
    insecure: 'k',
    verbose: 'v',
    include: 'i',
    get: 'G',
  }),
  ...switches({
    head: 'I',
    compressed: undefined,
    ipv4: '4',
    ipv6: '6',
    'no-buffer': 'N',
    'http1.1': undefined,
    http2: undefined,
  }),
  ...switches({
    'fail-with-body': undefined,
    'retry-all-errors': undefined,
    'retry-connrefused': undefined,
    'no-progress-meter': undefined,
  }),
  ...switches({
    globoff: 'g',
    disable: 'q',
    'remote-name': 'O',
    'progress-bar': '#',
    tlsv1: '1',
    'tlsv1.2': undefined,
  }),
}
const dataOptions: readonly string[] = ['data', 'json', 'data-raw', 'data-ascii', 'data-binary']

/** Takes the words after `curl`, and what cron gives it as standard input. */
export function readCurl(words: readonly string[], input: string | undefined): CurlReading {
  const given = curlOptions(words)
  if (given === undefined) return { kind: 'other', why: 'curl has an option that is not known here' }
  const { values, positionals } = given
  const addresses = [...positionals, ...texts(values.url)]
  const address = addresses.find(text => /\/campaigns\/broadcasts\/start\/?([?#].*)?$/.test(text))
  if (address === undefined) return { kind: 'other', why: 'curl does not call campaigns/broadcasts/start' }
  const unreadable = (why: string): CurlReading => ({ kind: 'unreadable', why })
  if (addresses.length > 1) return unreadable('curl calls several addresses')
  if (values.get === true || values.head === true) return unreadable('curl does not send a body')
  if (values.config !== undefined) return unreadable('curl takes options from a file (--config)')
  if (values.form !== undefined || values['data-urlencode'] !== undefined) {
    return unreadable('its body is written with --form or --data-urlencode; write the schedule by hand')
  }
  const body = bodyOf(given, input)
  if (!body.ok) return unreadable(body.why)
  const members = membersOf(body.text)
  if (typeof members === 'string') return unreadable(members)
  const launch = launchOf(members)
  if (typeof launch === 'string') return unreadable(launch)
  return { kind: 'start', launch, origin: originOf(address), token: tokenIn(members, address, texts(values.header)) }
}

function valued(names: Readonly<Record<string, string | undefined>>) {
  return described(names, { type: 'string' })
}

function repeated(names: Readonly<Record<string, string | undefined>>) {
  return described(names, { type: 'string', multiple: true })
}

function switches(names: Readonly<Record<string, string | undefined>>) {
  return described(names, { type: 'boolean' })
}

type Option = NonNullable<ParseArgsConfig['options']>[string]

function described(names: Readonly<Record<string, string | undefined>>, option: Option): Record<string, Option> {
  return Object.fromEntries(
    Object.entries(names).map(([name, short]) => [name, short === undefined ? option : { ...option, short }]),
  )
}

interface CurlOptions {
  readonly values: Readonly<Record<string, unknown>>
  readonly positionals: readonly string[]
  /** What the options for the body say, in order. */
  readonly data: readonly { readonly name: string; readonly value: string }[]
}

function curlOptions(words: readonly string[]): CurlOptions | undefined {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      tokens: true,
    })
    const data = tokens.flatMap(token =>
      token.kind === 'option' && dataOptions.includes(token.name) && token.value !== undefined
        ? [{ name: token.name, value: token.value }]
        : [],
    )
    return { values, positionals, data }
  } catch {
    return undefined
  }
}

function texts(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value]
  return all.filter(each => typeof each === 'string')
}

/** Several `--data` are joined by `&`, several `--json` as they are; `@-` is standard input (curl's manual). */
function bodyOf({ data }: CurlOptions, input: string | undefined) {
  const parts: string[] = []
  for (const { name, value } of data) {
    if (name === 'data-raw' || !value.startsWith('@')) parts.push(value)
    else if (value !== '@-') return { ok: false, why: 'its body is in a file; write the schedule by hand' } as const
    else if (input === undefined) return { ok: false, why: 'its body comes from another command or a file' } as const
    else parts.push(input)
  }
  const text = parts.join(data.some(({ name }) => name === 'json') ? '' : '&')
  return text.trim() === ''
    ? ({ ok: false, why: 'it has no body, so no mailing' } as const)
    : ({ ok: true, text } as const)
}

/** The members of the body, JSON or a form; a sentence where it is neither. */
function membersOf(text: string): Map<string, unknown> | string {
  if (/^\s*</.test(text)) return 'its body is XML; write the schedule by hand'
  if (!/^\s*[[{]/.test(text)) return new Map(new URLSearchParams(text.trim()))
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
    return 'its body is not a JSON object'
  } catch {
    const unknown = unknownIn(text)
    return unknown === undefined ? 'its body is not JSON' : `its body holds ${unknown}, which only the shell knows`
  }
}

const numbers: readonly string[] = ['id', 'override_source_id', 'override_limit']
/** Ours to set, by the account: how the request is written and answered. */
const accountMembers: readonly string[] = ['format']

function launchOf(members: ReadonlyMap<string, unknown>): LaunchRequest | string {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of members) {
    if (isToken(name) || accountMembers.includes(name)) continue
    const unknown = unknownIn(JSON.stringify(value) ?? '')
    if (unknown !== undefined) return `${name} is ${unknown}, which only the shell knows`
    fields[name] = fieldOf(name, value)
  }
  if (fields.id === undefined) return 'its body names no mailing (id)'
  const parsed = launchRequestSchema.safeParse(fields)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys : [])].join('.')
  return `its body is not one that starts a mailing (${place === '' ? (issue?.message ?? '') : `${place} is not understood`})`
}

/** Forms hold only text, and JSON written by hand often holds numbers in quotes. */
function fieldOf(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (numbers.includes(name) && /^\d+$/.test(value)) return Number(value)
  if (name !== 'content' && name !== 'attach') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function originOf(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url?.protocol.startsWith('http') && unknownIn(address) === undefined ? url.origin : undefined
}

function tokenIn(members: ReadonlyMap<string, unknown>, address: string, headers: readonly string[]) {
  if ([...members.keys()].some(isToken)) return 'body'
  if (/[?&][^=&]*token=/i.test(address)) return 'address'
  return headers.some(header => /^authorization:/i.test(header)) ? 'header' : undefined
}

/** The log: JSON lines for programs, or one readable line per happening for people. */
import type { Writable } from 'node:stream'
import pc from 'picocolors'
import { type Logger, pino } from 'pino'
import { z } from 'zod'
import { hiding, type Secret } from './config/secret.ts'

export interface LogSettings {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  /** `auto`: readable on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty'
}

/**
 * A logger on `stream`. Every line is searched for the secrets before it leaves: no code path is trusted to have kept them
 * out, libraries' error texts included.
 */
export function createLogger(
  settings: LogSettings,
  stream: Writable & { readonly isTTY?: boolean },
  secrets: readonly Secret[] = [],
): Logger {
  const pretty = settings.format === 'pretty' || (settings.format === 'auto' && stream.isTTY === true)
  const hide = hiding(secrets)
  const write = (line: string) => {
    const text = hide(line)
    stream.write(pretty ? readable(text) : text)
  }
  return pino(
    {
      level: settings.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }), log: withoutLuggage },
      // Its own would take what `withoutLuggage` made for an error once more.
      serializers: { err: (shown: unknown) => shown },
    },
    { write },
  )
}

/** Deeper causes say nothing more. */
const mostCauses = 5

interface ErrorShown {
  readonly type: string
  readonly message: string
  readonly stack: string | undefined
  readonly code?: unknown
  readonly cause?: ErrorShown
}

/** Libraries hang on their errors what they were at, ioredis the arguments of its command: contents and reasons among them. */
function withoutLuggage(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? errorShown(value, 0) : value]),
  )
}

function errorShown(error: Error, depth: number): ErrorShown {
  const { name, message, stack, cause } = error
  const code = 'code' in error ? error.code : undefined
  return {
    type: name === 'Error' ? error.constructor.name : name,
    message,
    stack,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(cause instanceof Error && depth < mostCauses && { cause: errorShown(cause, depth + 1) }),
  }
}

const lineSchema = z.object({
  level: z.string(),
  time: z.string(),
  msg: z.string().default(''),
  state: z.string().optional(),
  err: z.object({ message: z.string() }).optional(),
})

const paint: Readonly<Record<string, (text: string) => string>> = {
  launched: pc.green,
  rejected: pc.red,
  failed: pc.red,
  swallowed: pc.magenta,
  unknown: pc.magenta,
  expired: pc.red,
  waiting: pc.yellow,
  skipped: pc.dim,
}

function readable(line: string): string {
  const parsed = lineSchema.safeParse(JSON.parse(line))
  if (!parsed.success) return line
  const { level, time, msg, state, err } = parsed.data
  const cause = err === undefined ? '' : ` (${err.message})`
  const colour =
    (state === undefined ? undefined : paint[state]) ??
    (level === 'error' ? pc.red : level === 'warn' ? pc.yellow : String)
  return `${pc.dim(clockTime(new Date(time)))}  ${colour(msg)}${cause}\n`
}

function clockTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const fraction = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`
}

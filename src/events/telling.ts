/** How a happening is told: as a line of the log, and to whoever else listens. */
import type { Logger } from 'pino'
import type { Happening } from '../launches/event-stream.ts'
import type { State } from '../launches/launch.ts'

type Tell = (fields: Happening['fields'], words: string) => void

/** One for each level. */
export type Telling = Readonly<Record<Happening['level'], Tell>>

export type Listener = (happening: Happening) => void

/** `listeners` may grow: every happening is told to those who are there when it happens, whatever the level of the log. */
export function tellingTo(log: Logger, listeners: readonly Listener[]): Telling {
  const telling =
    (level: Happening['level']): Tell =>
    (fields, words) => {
      log[level](fields, words)
      for (const listener of listeners) listener({ level, words, fields })
    }
  return { debug: telling('debug'), info: telling('info'), warn: telling('warn'), error: telling('error') }
}

/** States that somebody should look at. */
export const loud: readonly State[] = ['rejected', 'failed', 'swallowed', 'unknown', 'expired', 'held']

/** A span of milliseconds in words. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)} s`
}

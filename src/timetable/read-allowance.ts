/** From `except:`, `quietHours:` and `allowed:` to rules by value. Pure. */
import type { Calendars } from '../calendars/calendar.ts'
import { weekdaysOf } from '../calendars/dates.ts'
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { didYouMean } from '../files/suggestion.ts'
import { valueAt } from '../files/value.ts'
import type { Allowance } from './allowance.ts'
import { allowanceInput, allowanceSchema } from './allowance-schema.ts'
import { type ClockSpan, isEverOpen } from './open-hours.ts'

export interface AllowanceReading {
  /** Absent where the schema, or a finding, says what is wrong. */
  readonly allowance?: Allowance
  readonly findings: readonly Finding[]
}

const keys = ['except', 'quietHours', 'allowed'] as const

/**
 * Reads the three keys of `own` (at `path`), each in the place of the same key of `under`. Findings are about what `own` says.
 * `calendars` are those of the configuration; undefined where it is not known: then no name is wrong, and nothing is excepted.
 */
export function readAllowance(
  under: unknown,
  own: unknown,
  calendars: Calendars | undefined,
  path: Path,
): AllowanceReading {
  const findings = [...spanFlaws(own, path), ...nameFlaws(own, calendars, path)]
  const [first, second] = [under, own].map(layer => allowanceSchema.safeParse(pick(layer)))
  if (!first?.success || !second?.success || findings.length > 0) return { findings }
  const allowance = ruled({ ...first.data, ...second.data }, calendars)
  const key = keys.find(each => each !== 'except' && valueAt(own, [each]) !== undefined)
  if (key === undefined || isEverOpen(allowance)) return { allowance, findings }
  const sentence = 'quietHours and allowed leave no time at which anything could go'
  return { findings: [{ path: [...path, key], about: path, spot: 'key', sentence }] }
}

function pick(layer: unknown): unknown {
  return Object.fromEntries(
    keys.flatMap(key => {
      const value = valueAt(layer, [key])
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

function ruled(
  { except = [], quietHours, allowed }: ReturnType<typeof allowanceSchema.parse>,
  calendars: Calendars | undefined,
): Allowance {
  const excepted = except.flatMap(name => calendars?.get(name) ?? [])
  const quiet = typeof quietHours === 'object' ? quietHours : undefined
  const only = typeof allowed === 'object' ? allowed : undefined
  return {
    ...(excepted.length > 0 ? { except: excepted } : {}),
    ...(quiet ? { quietHours: { from: quiet.from, to: quiet.to, does: quiet.then } } : {}),
    ...(only ? { allowed: { hours: only.hours.map(withNumbers), otherwise: only.otherwise } } : {}),
  }
}

function withNumbers({ days, from, to }: ClockSpan & { readonly days?: readonly string[] | undefined }) {
  return { from, to, ...(days ? { days: weekdaysOf(days) } : {}) }
}

function nameFlaws(own: unknown, calendars: Calendars | undefined, path: Path): Finding[] {
  const names = allowanceInput.except.safeParse(valueAt(own, ['except'])).data ?? []
  if (calendars === undefined) return []
  const known = [...calendars.keys()]
  return names.flatMap((name, index) => {
    if (calendars.has(name)) return []
    const others = known.length === 0 ? '; there are none' : `; there are ${known.slice(0, 8).join(', ')}`
    const sentence = `${JSON.stringify(name.slice(0, 60))} is not a calendar of the configuration${didYouMean(name, known) || others}`
    return [{ path: [...path, 'except', index], sentence }]
  })
}

/** A span that ends when it begins: nobody could say whether it is a whole day or nothing. */
function spanFlaws(own: unknown, path: Path): Finding[] {
  const quiet = allowanceInput.quietHours.safeParse(valueAt(own, ['quietHours'])).data
  const allowed = allowanceInput.allowed.safeParse(valueAt(own, ['allowed'])).data
  const flaw = ({ from, to }: ClockSpan, place: Path): Finding[] => {
    if (from !== to && from !== '24:00') return []
    const sentence =
      from === '24:00' ? 'a span cannot begin at 24:00; write 00:00' : 'is when the span begins: it has no length'
    return [{ path: [...path, ...place, from === '24:00' ? 'from' : 'to'], sentence }]
  }
  return [
    ...(quiet && quiet !== 'none' ? flaw(quiet, ['quietHours']) : []),
    ...(allowed && allowed !== 'none'
      ? allowed.hours.flatMap((span, index) => flaw(span, ['allowed', 'hours', index]))
      : []),
  ]
}

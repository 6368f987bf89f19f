import { z } from 'zod'

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(\d{1,9})(ms|s|m|h|d)$/

/** `2s`, `15m`, `400d` → milliseconds; anything else → undefined. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/** Milliseconds → the shortest exact form that `parseDuration` reads back. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms >= unitMs[unit] && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`
  }
  return `${ms}ms`
}

/** A duration as people write it; inside the program it is milliseconds. */
export const duration = z
  .codec(
    z.string().regex(pattern, 'is not a duration: write a whole number and a unit, like 500ms, 2s, 15m, 12h or 30d'),
    z.number(),
    { decode: text => parseDuration(text) ?? 0, encode: formatDuration },
  )
  .meta({ expects: 'a duration such as 2s, 15m or 30d' })

/** Local times that people write, each read as one moment or refused with a reason. Pure. */
import { localTime } from './zone.ts'

/** The instant (epoch milliseconds) of a local time that must name exactly one, or why it does not. */
export function readMoment(text: string, zone: string): number | string {
  const reading = /\d[T ]\d/.test(text) ? localTime(text, zone) : ({ kind: 'invalid' } as const)
  const given = JSON.stringify(text.slice(0, 60))
  switch (reading.kind) {
    case 'exact':
      return reading.at
    case 'gap':
      return `${given} does not exist in ${zone}: clocks go forward over it; write another time`
    case 'fold':
      return `${given} happens twice in ${zone}: clocks go back over it; write ${inUtc(reading.first)} or ${inUtc(reading.second)}`
    case 'invalid':
      return `${given} is not a local time: write 2026-12-24T09:00`
  }
}

/** The instant of the beginning or end of a span: a date is its midnight, and a change of clocks does not matter. */
export function readSpanEnd(text: string, zone: string): number | string {
  const reading = localTime(text, zone)
  if (reading.kind !== 'invalid') return reading.kind === 'fold' ? reading.first : reading.at
  return `${JSON.stringify(text.slice(0, 60))} is not a local time: write 2026-12-24T09:00, or 2026-12-24 for its midnight`
}

function inUtc(at: number): string {
  return new Date(at).toISOString().replace(/(:00)?\.000Z$/, 'Z')
}

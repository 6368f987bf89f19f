/** What no single key of a calendar can show. Works on data that may be wrong elsewhere. Pure. */
import { calendarSchema } from '../calendars/schema.ts'
import type { Finding } from '../files/finding.ts'
import { didYouMean } from '../files/suggestion.ts'
import { keysOf, valueAt } from '../files/value.ts'

/** A calendar made from others is stored whole with every schedule that leaves it out. */
const deepest = 4

/** What is wrong with the calendar of this name among all that are declared. */
export function calendarFlaws(calendars: unknown, name: string): Finding[] {
  const path = ['calendars', name]
  const calendar = valueAt(calendars, [name])
  if (typeof calendar === 'object' && calendar !== null && keysOf(calendar).length === 0) {
    return [{ path, spot: 'key', sentence: 'holds nothing: give it dates, weekdays, ics or not' }]
  }
  const flaws = namesIn(calendars, name).flatMap((other, index) => {
    const sentence = nameFlaw(calendars, name, other)
    return sentence === undefined ? [] : [{ path: [...path, 'not', index], sentence }]
  })
  // In a circle there is no end to it, and that is told of those that are in it.
  const isEndless = [...madeFrom(calendars, name)].some(each => isInCircle(calendars, each))
  if (flaws.length > 0 || isEndless || !isDeeper(calendars, name, deepest)) return flaws
  const sentence = `is made from others that are made from others, more than ${deepest} deep`
  return [{ path: [...path, 'not'], sentence }]
}

function nameFlaw(calendars: unknown, name: string, other: string): string | undefined {
  const quoted = JSON.stringify(other.slice(0, 60))
  if (valueAt(calendars, [other]) === undefined) {
    const known = keysOf(calendars).filter(each => each !== name)
    return `${quoted} is not a calendar${didYouMean(other, known)}`
  }
  return madeFrom(calendars, other).has(name) ? `${quoted} is itself made from ${JSON.stringify(name)}` : undefined
}

function namesIn(calendars: unknown, name: string): string[] {
  return calendarSchema.shape.not.safeParse(valueAt(calendars, [name, 'not'])).data ?? []
}

/** The calendar and all that `not:` leads to from it. */
function madeFrom(calendars: unknown, name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const each of namesIn(calendars, name)) madeFrom(calendars, each, found)
  return found
}

function isDeeper(calendars: unknown, name: string, depth: number): boolean {
  return namesIn(calendars, name).some(each => depth === 0 || isDeeper(calendars, each, depth - 1))
}

function isInCircle(calendars: unknown, name: string): boolean {
  return namesIn(calendars, name).some(each => madeFrom(calendars, each).has(name))
}

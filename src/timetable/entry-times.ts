/** The due times of one entry of a timetable. due-times.ts unites entries; nobody else asks here. Pure. */
import { labelsBetween, parseCron } from './cron.ts'
import { rruleLabels } from './rrule.ts'
import type { Timetable, When } from './schedule.ts'
import {
  type EntryTime,
  instantName,
  type Naming,
  nameOf,
  onePerInstant,
  timesOf,
  type WallTimes,
  wallTimes,
} from './wall-times.ts'
import { hasOffset, localTime, readLabel, readLocalLabel, widestOffset, zoneNamed } from './zone.ts'

type AtEntry = Extract<When, { kind: 'at' }>

/** Times of one entry strictly after `after`, in order, each instant once, without end where the entry has none. */
export function* entryTimes(when: When, after: number, naming: Naming): Generator<EntryTime> {
  const start = when.from === undefined ? after : Math.max(after, when.from - 1)
  for (const time of timesAfter(when, start, naming)) {
    if (when.until !== undefined && time.nominal >= when.until) return
    yield time
  }
}

/** An instant before which the entry is never due; undefined where it has no beginning. */
export function beginningOf(when: When): number | undefined {
  if (when.from !== undefined || when.kind === 'cron' || when.kind === 'every') return when.from
  const texts = when.kind === 'rrule' ? [when.start] : when.times
  return Math.min(...texts.map(text => readLocalLabel(text) - widestOffset))
}

/** The entries of a timetable, each with how its times are named. */
export function namedEntries({ entries }: Timetable): readonly { readonly when: When; readonly naming: Naming }[] {
  const wall = entries.filter(when => when.kind !== 'every')
  const lastAlone = wall.every(when => when.dst?.fold === 'last' && !(when.kind === 'at' && when.times.some(hasOffset)))
  const several = new Set(wall.map(({ timezone }) => timezone)).size > 1
  const zoneOf = (when: When) => (several ? `.${when.timezone.replaceAll('/', '-')}` : '')
  return entries.map(when => ({ when, naming: { lastAlone, zone: zoneOf(when) } }))
}

function timesAfter(when: When, after: number, naming: Naming): Iterable<EntryTime> {
  switch (when.kind) {
    case 'every':
      return everyTimes(when.every, when.anchor, after)
    case 'at':
      return onePerInstant(
        when.times.flatMap(text => atTimes(text, when, naming)).filter(({ nominal }) => nominal > after),
      )
    case 'cron':
    case 'rrule':
      return wallTimes(compiled(when), naming, after)
  }
}

function* everyTimes(every: number, anchor: number, after: number): Generator<EntryTime> {
  for (let count = Math.floor((after - anchor) / every) + 1; ; count++) {
    const nominal = anchor + count * every
    yield { label: instantName(nominal), nominal }
  }
}

/** Patterns and rules are read once per entry, not once per question. */
const known = new WeakMap<When, WallTimes>()

function compiled(when: Extract<When, { kind: 'cron' | 'rrule' }>): WallTimes {
  let wall = known.get(when)
  if (!wall) {
    const labels = labelsOf(when)
    const end = Math.min(labels.end, when.until ?? Number.POSITIVE_INFINITY)
    wall = { ...labels, end, dst: when.dst ?? {}, zone: zoneNamed(when.timezone) }
    known.set(when, wall)
  }
  return wall
}

function labelsOf(when: Extract<When, { kind: 'cron' | 'rrule' }>): Pick<WallTimes, 'labels' | 'intervalLike' | 'end'> {
  if (when.kind === 'rrule') return rruleLabels(when.rule, readLocalLabel(when.start))
  const reading = parseCron(when.pattern, { seconds: when.seconds === true, dayMatch: when.dayMatch ?? 'any' })
  if (!reading.ok) throw new RangeError(`not a cron pattern: ${reading.problems.join('; ')}`)
  const { cron } = reading
  return {
    labels: (from, to) => labelsBetween(cron, when.dayMatch ?? 'any', from, to),
    intervalLike: cron.intervalLike,
    end: Number.POSITIVE_INFINITY,
  }
}

/**
 * What one written time stands for. The border lets only times through that name one moment, by themselves or by `dst`; a
 * zone table that changed since is answered by the rules of docs/time.md.
 */
function atTimes(text: string, { timezone, dst = {} }: AtEntry, naming: Naming): EntryTime[] {
  const reading = localTime(text, timezone)
  if (reading.kind === 'invalid') throw new RangeError(`not a local time: ${text}`)
  if (reading.kind !== 'exact') return timesOf(reading, readLocalLabel(text), { intervalLike: false, dst }, naming)
  const zone = zoneNamed(timezone)
  const label = reading.at + zone.offset(reading.at)
  const wall = readLabel(zone, label)
  const second = wall.kind === 'fold' && wall.second === reading.at
  return [{ label: nameOf(label, naming, second ? '~2' : ''), nominal: reading.at }]
}

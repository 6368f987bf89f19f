/** From `when:` and what stands beside it to a timetable, judged even where other keys are wrong. Pure: takes `now`. */
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { valueAt } from '../files/value.ts'
import { beginningOf } from './entry-times.ts'
import { jitterOf } from './jitter.ts'
import { readWhen } from './read-when.ts'
import type { Timetable, When } from './schedule.ts'
import { scheduleSchema } from './schedule-schema.ts'

export interface TimetableInput {
  readonly name: string
  /** What is declared under the schedule's name, at `path`. */
  readonly declared: unknown
  readonly defaults: unknown
  readonly path: Path
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether times that have passed are judged beside the stored schedules (take-over.ts), and nothing is said of them here. */
  readonly besideStore?: boolean | undefined
}

export interface TimetableReading {
  /** Absent where something keeps it from being a timetable; the schema or a finding says what. */
  readonly timetable?: Timetable
  readonly findings: readonly Finding[]
}

/** Reads `when`, `jitter` and `maxRuns` of a schedule. */
export function readTimetable({ name, declared, defaults, path, now, besideStore }: TimetableInput): TimetableReading {
  const when = valueAt(declared, ['when'])
  const zone = valueAt(defaults, ['timezone'])
  const places: (readonly [unknown, Path])[] = Array.isArray(when)
    ? when.map((entry, index) => [entry, [...path, 'when', index]] as const)
    : [[when, [...path, 'when']]]
  const read = places.map(([entry, place]) =>
    readWhen(entry, typeof zone === 'string' ? zone : undefined, now, place, besideStore),
  )
  const entries = read.flatMap(reading => (reading.when ? [reading.when] : []))
  const { jitter: upTo, maxRuns } = besides(declared, defaults)
  const findings = [
    ...read.flatMap(reading => reading.findings),
    ...(maxRuns === undefined ? [] : beginningFlaws(read, places)),
  ]
  const [first] = entries
  const broken = findings.some(({ severity }) => severity !== 'warning')
  if (broken || first === undefined || entries.length < places.length) return { findings }
  const timetable: Timetable = {
    timezone: zoneShown(entries, first),
    entries,
    ...(upTo ? { jitter: { upTo, shift: jitterOf(name, upTo) } } : {}),
    ...(maxRuns === undefined ? {} : { maxRuns }),
  }
  return { findings, timetable }
}

/** What is declared beside `when`, as far as it is sound: the schema tells the rest. */
function besides(declared: unknown, defaults: unknown): { jitter?: number | undefined; maxRuns?: number | undefined } {
  const { jitter, maxRuns } = scheduleSchema.shape
  const own = valueAt(declared, ['jitter'])
  return {
    jitter: jitter.safeParse(own === undefined ? valueAt(defaults, ['jitter']) : own).data,
    maxRuns: maxRuns.safeParse(valueAt(declared, ['maxRuns'])).data,
  }
}

/** The zone of local times before that of an `every`, where it is only what people are shown. */
function zoneShown(entries: readonly When[], first: When): string {
  return (entries.find(({ kind }) => kind !== 'every') ?? first).timezone
}

function beginningFlaws(
  read: readonly { readonly when?: When }[],
  places: readonly (readonly [unknown, Path])[],
): Finding[] {
  return places.flatMap(([, path], index) => {
    const when = read[index]?.when
    if (when === undefined || beginningOf(when) !== undefined) return []
    return [{ path, spot: 'key', sentence: 'from is missing: maxRuns counts from there, whatever became of each run' }]
  })
}

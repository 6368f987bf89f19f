/** Which keys of a schedule differ, each with what it was and what it is, in words. Pure. */
import { formatDuration } from '../files/duration.ts'
import { pathInWords } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import type { Schedule, When } from './schedule.ts'

export interface FieldChange {
  /** `policy.retry.attempts` */
  readonly field: string
  /** Absent where the field is new. */
  readonly before?: string
  /** Absent where the field is gone. */
  readonly after?: string
}

/** A change of a long text is shown by its length; nobody compares base64 by eye. */
const longestShown = 80
/** A timetable that becomes a list, or ceases to be one, is shown as a whole, and is worth more lines. */
const longestTimetable = 400

const durations: ReadonlySet<string> = new Set([
  'maxLateness',
  'coolDown',
  'initial',
  'max',
  'deadline',
  'every',
  'jitter',
])
const instants = new Set(['from', 'until', 'anchor'])

/** The fields that differ between two declarations of a schedule, apart from its name and where it is declared. */
export function fieldChanges(before: Schedule, after: Schedule): FieldChange[] {
  return differences(plain(before), plain(after), [])
}

/** What was declared, under the keys of a schedule file where they differ from those it is stored under. */
function plain({ name: _name, source: _source, formerly: _formerly, when, ...said }: Schedule): unknown {
  const { entries, jitter, maxRuns, ...rest } = when
  const declared = entries.map(entryWords)
  const [first] = declared
  return {
    ...said,
    when: declared.length === 1 ? { ...first, ...rest } : declared,
    ...(jitter === undefined ? {} : { jitter: jitter.upTo }),
    ...(maxRuns === undefined ? {} : { maxRuns }),
  }
}

function entryWords(entry: When): object {
  switch (entry.kind) {
    case 'cron': {
      const { kind, pattern, ...rest } = entry
      return { [kind]: pattern, ...rest }
    }
    case 'every': {
      const { kind: _kind, ...rest } = entry
      return rest
    }
    case 'at': {
      const { kind, times, ...rest } = entry
      return { [kind]: times, ...rest }
    }
    case 'rrule': {
      const { kind, rule, ...rest } = entry
      return { [kind]: rule, ...rest }
    }
  }
}

function differences(before: unknown, after: unknown, path: Path): FieldChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const [old, fresh] = [membersOf(before), membersOf(after)]
  if (old && fresh && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...old.keys(), ...fresh.keys()])]
    return keys.flatMap(key => differences(old.get(key), fresh.get(key), [...path, key]))
  }
  return [
    {
      field: pathInWords(path),
      ...(before === undefined ? {} : { before: inWords(before, path) }),
      ...(after === undefined ? {} : { after: inWords(after, path) }),
    },
  ]
}

/** Maps are compared key by key, lists of maps item by item, lists of anything else as a whole. */
function membersOf(value: unknown): Map<string | number, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return new Map(Object.entries(value))
  return value.every(item => typeof item === 'object') ? new Map(value.map((item, index) => [index, item])) : undefined
}

function inWords(value: unknown, path: Path): string {
  const key = String(path.at(-1))
  const inTemplate = path.includes('content') || path.includes('attach')
  if (typeof value === 'number' && !inTemplate) {
    const said = inFileTerms(key, value)
    if (typeof said === 'string') return said
  }
  const text = JSON.stringify(value, inTemplate ? undefined : inFileTerms) ?? ''
  const longest = key === 'when' ? longestTimetable : longestShown
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text
}

/** A duration or an instant as a file says it. */
function inFileTerms(key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value
  if (durations.has(key)) return formatDuration(value)
  return instants.has(key) ? new Date(value).toISOString() : value
}

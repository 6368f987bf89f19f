/** A file of rows that comes as the body of a request: what is said about it, and its bytes as they come. */
import { z } from 'zod'
import type { BatchDeclaration } from '../bulk/batch.ts'
import type { RowsReading } from '../bulk/read-rows.ts'
import type { RowReport } from '../bulk/row-report.ts'
import { hoursOf, latenessPolicy } from '../duty/batches.ts'
import { type LaunchRequest, launchFields } from '../launches/launch.ts'
import { resolvePolicy } from '../launches/policy.ts'
import { rowsInput } from '../timetable/bulk-schema.ts'
import { hasExpressions } from '../timetable/content.ts'
import { scheduleName } from '../timetable/schedule-schema.ts'
import type { submitQuery } from './contract/batches.ts'
import { type Flaw, invalidProblem, Problem } from './problem.ts'

type Query = z.output<typeof submitQuery>

export interface Declared {
  readonly declaration: BatchDeclaration
  readonly reading: RowsReading
}

const baseSchema = z.strictObject(launchFields).partial()

/** Reads what the query says. Throws Problem with all that is wrong in it. */
export function declaredBy(query: Query, type: string | undefined, by: string): Declared {
  const flaws: Flaw[] = []
  const flaw = (at: string, sentence: string) => flaws.push({ in: 'query', at, sentence })
  const format = formatOf(type)
  const columns = jsonOf(query.columns, rowsInput.columns.unwrap(), sentence => flaw('columns', sentence))
  const base = jsonOf(query.launch, baseSchema, sentence => flaw('launch', sentence))
  // The same file must be the same batch tomorrow.
  if (hasExpressions(base?.content)) flaw('launch', 'cannot hold dates here: write them into the rows')
  if (!scheduleName.test(query.name))
    flaw('name', 'must be small letters, digits and hyphens, not digits alone, at most 63')
  if (query.delimiter !== undefined && !rowsInput.delimiter.safeParse(query.delimiter).success)
    flaw('delimiter', 'must be one character')
  const hours = hoursOf(query.hours?.split(';') ?? [], query.timezone)
  if (typeof hours === 'string') flaw('hours', hours)
  const policy = query.maxLateness === undefined ? {} : latenessPolicy(query.maxLateness)
  if (policy === undefined) flaw('maxLateness', 'must be a duration above 0 and of at most 7d, such as 15m')
  if (flaws.length > 0 || typeof hours === 'string') throw invalidProblem(flaws)
  const { key, delimiter, ignore } = query
  return {
    declaration: {
      ...brakesOf(query),
      name: query.name,
      account: query.account,
      policy: resolvePolicy(policy),
      ...(hours && { hours }),
      source: query.source ?? 'an upload',
      by,
      ...(query.reason === undefined ? {} : { why: query.reason }),
    },
    reading: { format, delimiter, key, columns: columns ?? {}, ignore: ignore?.split(','), base: baseOf(base) },
  }
}

function formatOf(type: string | undefined): RowsReading['format'] {
  switch (type?.split(';')[0]?.trim().toLowerCase()) {
    case 'text/csv':
      return 'csv'
    case 'application/x-ndjson':
      return 'ndjson'
    case 'application/json':
      return 'json'
    default:
      throw new Problem(
        'unsupportedMediaType',
        'Send the file with Content-Type: text/csv, application/x-ndjson or, where it is one list, application/json',
      )
  }
}

function jsonOf<Schema extends z.ZodType>(
  text: string | undefined,
  schema: Schema,
  flaw: (sentence: string) => void,
): z.output<Schema> | undefined {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    flaw('is not JSON')
    return undefined
  }
  const read = schema.safeParse(value)
  for (const { path, message } of read.error?.issues ?? []) flaw(`${path.join('.')}: ${message}`.replace(/^: /, ''))
  return read.data
}

function brakesOf(query: Query): Pick<BatchDeclaration, 'pace' | 'stopAfter'> {
  const {
    perMinute,
    concurrency,
    stopAfterConsecutive: consecutive,
    stopAfterFailures: failures,
    stopAfterPercent: percent,
  } = query
  const rules = {
    ...(consecutive === undefined ? {} : { consecutive }),
    ...(failures === undefined ? {} : { failures }),
    ...(percent === undefined ? {} : { percent }),
  }
  return {
    pace: { ...(perMinute === undefined ? {} : { perMinute }), ...(concurrency === undefined ? {} : { concurrency }) },
    ...(Object.keys(rules).length === 0 ? {} : { stopAfter: rules }),
  }
}

function baseOf(base: z.output<typeof baseSchema> = {}): Partial<LaunchRequest> {
  const { id, ...rest } = base
  return id === undefined ? rest : { id, ...rest }
}

/** The body's bytes as they come; `whole` is called after the last. Throws Problem where they are more than `most`. */
export async function* bytesOf(
  body: AsyncIterable<Uint8Array> | null,
  most: number,
  whole: () => void = () => {},
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of body ?? []) {
    size += piece.byteLength
    if (size > most) throw new Problem('tooLarge', `A file of rows may have ${most} bytes`)
    yield piece
  }
  whole()
}

/** What is wrong with the rows, equal flaws together. */
export function rowsProblem(report: RowReport): Problem {
  const errors = report.groups.map(({ column, sentence, count, lines }) => ({
    in: 'body',
    at: `line ${lines[0] ?? 1}${column === undefined ? '' : `, column ${column.slice(0, 80)}`}`,
    sentence: count > 1 ? `${sentence} (and ${count - 1} more rows)` : sentence,
  }))
  return invalidProblem(errors.slice(0, 100))
}

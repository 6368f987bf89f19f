/**
 * What the calls that only look answer besides their envelope. JSON or XML by what the bytes are; member names in any case,
 * because old installations write them in capitals. To be called on answers whose envelope is valid.
 */
import { z } from 'zod'
import type { LogEntry, StatusReading } from '../launches/evidence.ts'
import { xmlText } from './answer.ts'
import { readXml } from './xml.ts'

const entrySchema = z.object({
  time: z.iso.datetime({ offset: true }).transform(text => Date.parse(text)),
  state: z
    .string()
    .nullish()
    .transform(lowered)
    .pipe(z.enum(['start', 'end', ''])),
  message: z
    .string()
    .nullish()
    .transform(text => text ?? ''),
})
const truth = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })])
const statusSchema = z.object({ is_active: truth, is_completed: truth, status: z.string().default('') })

export type LogRows =
  /** `rows`: how many there are, those of unknown shape among them, which `entries` leaves out. In order of time. */
  | { readonly ok: true; readonly entries: readonly LogEntry[]; readonly rows: number }
  | { readonly ok: false; readonly why: string }

/** The entries of a `log_v2` answer. https://guides.altcraft.com/en/developer-guide/campaigns/2195652 */
export function readLogRows(body: Buffer): LogRows {
  const data = dataOf(body)
  const rows = rowsIn(data)
  if (!rows) return { ok: false, why: 'the answer holds no list of log entries' }
  const entries = rows.flatMap(row => {
    const entry = entrySchema.safeParse(membersOf({ ...data, value: row }))
    return entry.success ? [{ at: entry.data.time, state: entry.data.state, message: entry.data.message }] : []
  })
  // Silence would be read into a log that nobody understood.
  if (rows.length > 0 && entries.length === 0) return { ok: false, why: 'none of the log entries could be understood' }
  return { ok: true, entries: entries.toSorted((a, b) => a.at - b.at), rows: rows.length }
}

type MailingStatus = Omit<Extract<StatusReading, { kind: 'read' }>, 'kind'>

/** The state in a `get_status` answer. https://guides.altcraft.com/en/developer-guide/campaigns/2195664 */
export function readMailingStatus(body: Buffer): MailingStatus | undefined {
  const read = statusSchema.safeParse(membersOf(dataOf(body)))
  if (!read.success) return undefined
  const { is_active: active, is_completed: completed, status } = read.data
  return { active, completed, status }
}

interface Part {
  readonly isXml: boolean
  readonly value: unknown
}

function dataOf(body: Buffer): Part {
  const text = new TextDecoder().decode(body).trimStart()
  if (!text.startsWith('<')) return { isXml: false, value: membersOf({ isXml: false, value: JSON.parse(text) }).data }
  const document = readXml(text)
  const root = membersOf({ isXml: true, value: document.ok ? document.root : undefined }).xml
  return { isXml: true, value: membersOf({ isXml: true, value: root }).data }
}

/** XML has no empty list and none of one: there a list is as many elements as it has entries. */
function rowsIn({ isXml, value }: Part): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (value === null || (isXml && (value === undefined || value === ''))) return []
  return isXml && typeof value === 'object' ? [value] : undefined
}

/** The members of an object by their names in small letters; none where it is no object. */
function membersOf({ isXml, value }: Part): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const text = isXml ? xmlText.safeParse(member).data : undefined
      return [name.toLowerCase(), text ?? member]
    }),
  )
}

function lowered(text: string | null | undefined): string {
  return (text ?? '').trim().toLowerCase()
}

/**
 * What stands behind the end points: mailings that start at once, their log and their status. Every id is an active
 * mailing that may be started again and again, unless somebody gave it another state. Takes the time as an argument and knows no HTTP.
 */
import { z } from 'zod'
import type { Call } from './fault.ts'
import type { Message } from './message.ts'

/** One real start, as a judge needs it: never the token, of attachments only the name and the size. */
export interface StartedMailing {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly mailing: number
  readonly request_id: string | null
  readonly override_source_type: string | null
  readonly override_source_id: number | null
  readonly override_limit: number | null
  readonly content: unknown
  readonly attach: readonly { readonly name: string | null; readonly bytes: number }[]
  readonly body_sha256: string
  readonly format: 'json' | 'xml'
}

/** The members that every answer has, and those that some calls add. */
export interface AnswerBody {
  readonly data: unknown
  readonly error: number
  readonly error_text: string
  readonly total_count?: number
}

const common = { token: z.string().optional(), format: z.enum(['json', 'xml']).optional(), id: z.int().positive() }
const startSchema = z
  .strictObject({
    ...common,
    override_source_type: z.enum(['list', 'segment']).optional(),
    override_source_id: z.int().positive().optional(),
    override_limit: z.int().nonnegative().optional(),
    content: z.record(z.string(), z.unknown()).optional(),
    attach: z.array(z.unknown()).optional(),
  })
  .refine(
    fields => (fields.override_source_type === undefined) === (fields.override_source_id === undefined),
    'override_source_type and override_source_id go together',
  )
const logSchema = z.strictObject({
  ...common,
  from_time: z.iso.datetime({ offset: true }).optional(),
  limit: z.int().positive().default(1000),
})
const schemas = { start: startSchema, log: logSchema, status: z.strictObject(common) } satisfies Record<Call, z.ZodType>

export const mailingStates = ['active', 'inactive', 'completed', 'missing'] as const
export type MailingState = (typeof mailingStates)[number]

/** The whole answer of a start that was executed. */
export const success: AnswerBody = { data: null, error: 0, error_text: 'Successful operation' }
/** How long every broadcast of the stand-in runs. */
const runMs = 150

export class Platform {
  /** Start times of each mailing, by whomever, in milliseconds since the epoch. */
  readonly #runs = new Map<number, number[]>()
  /** Mailings that are not as all others are. */
  readonly #states = new Map<number, Exclude<MailingState, 'active'>>()
  readonly #logDelay: number

  /** `logDelay`: milliseconds until the log and the status show what happened. */
  constructor(logDelay: number) {
    this.#logDelay = logDelay
  }

  forget(): void {
    this.#runs.clear()
  }

  /** Gives a mailing another state; `active` is how all are. */
  setState(mailing: number, state: MailingState): void {
    if (state === 'active') this.#states.delete(mailing)
    else this.#states.set(mailing, state)
  }

  /** What keeps a mailing from being started or shown, or undefined. */
  obstacle(call: Call, mailing: number): AnswerBody | undefined {
    const state = this.#states.get(mailing)
    if (state === 'missing') return refusal(400, 'There is no such campaign')
    if (call !== 'start' || state === undefined) return undefined
    return refusal(400, `The campaign is not active: ${state}`)
  }

  /** Notes that a mailing began, whoever began it. */
  begin(mailing: number, now: number): void {
    const runs = this.#runs.get(mailing)
    if (runs) runs.push(now)
    else this.#runs.set(mailing, [now])
  }

  /** The answer of a read. Call `checkFields` first. */
  read(message: Message, now: number): AnswerBody {
    const shown = now - this.#logDelay
    if (message.call === 'status') return { ...success, data: this.#status(message.mailing ?? 0, shown) }
    const { id, from_time, limit } = logSchema.parse(message.fields)
    const from = from_time === undefined ? 0 : Date.parse(from_time)
    const entries = (this.#runs.get(id) ?? []).flatMap(logEntries).filter(({ at }) => at >= from && at <= shown)
    entries.sort((a, b) => a.at - b.at)
    // Altcraft's pages disagree on which end a limit cuts; here the newest entries stay.
    const data = entries.slice(-limit).map(({ at, ...entry }) => ({ ...entry, time: new Date(at).toISOString() }))
    return { ...success, data, total_count: entries.length }
  }

  #status(mailing: number, shown: number) {
    const runs = (this.#runs.get(mailing) ?? []).filter(at => at <= shown)
    const running = runs.some(at => at + runMs > shown)
    const completed = runs.length > 0 && !running
    const state = this.#states.get(mailing)
    if (state === 'inactive') return { is_active: false, is_completed: false, status: 'Inactive' }
    if (state === 'completed') return { is_active: false, is_completed: true, status: 'Completed' }
    return {
      is_active: true,
      is_completed: completed,
      status: running ? 'Running' : completed ? 'Completed' : 'Active',
    }
  }
}

/** A refusal inside the envelope. */
export function refusal(error: number, error_text: string): AnswerBody {
  return { data: null, error, error_text }
}

/** What is wrong with the fields of a call by Altcraft's pages, or undefined. */
export function checkFields(call: Call, fields: Message['fields']): AnswerBody | undefined {
  const read = schemas[call].safeParse(fields)
  if (read.success) return undefined
  const [issue] = read.error.issues
  return refusal(400, `Wrong request: ${issue?.path.join('.') || 'fields'}: ${issue?.message}`)
}

/** The record of a start whose fields were checked. */
export function describeStart(message: Message, now: number): StartedMailing {
  const fields = startSchema.parse(message.fields)
  return {
    at: new Date(now).toISOString(),
    mailing: fields.id,
    request_id: message.requestId ?? null,
    override_source_type: fields.override_source_type ?? null,
    override_source_id: fields.override_source_id ?? null,
    override_limit: fields.override_limit ?? null,
    content: fields.content ?? null,
    attach: (fields.attach ?? []).map(summary),
    body_sha256: message.bodySha256,
    format: message.format,
  }
}

const named = z.object({ name: z.string().optional(), header: z.string().optional(), filename: z.string().optional() })

/** Altcraft does not publish the members of a file object; any of the likely names is taken. */
function summary(file: unknown): { name: string | null; bytes: number } {
  const names = named.safeParse(file).data
  return {
    name: names?.name ?? names?.header ?? names?.filename ?? null,
    bytes: Buffer.byteLength(JSON.stringify(file)),
  }
}

function logEntries(at: number) {
  return [
    { at, level: 'INFO', message: 'Begin campaign', state: 'start', value: '' },
    { at: at + runMs, level: 'INFO', message: 'Campaign finished', state: 'end', value: '' },
    { at: at + runMs + 1, level: 'INFO', message: 'Total time spent', state: '', value: `${runMs}ms` },
  ]
}

/** Launches as people are shown them, by every door: one shape for `--json` and for the HTTP API. Absent values are null; times are UTC. */
import { z } from 'zod'
import { suspended } from '../launches/batch-rows.ts'
import { origins, states } from '../launches/launch.ts'
import type { LaunchRecord, ListedLaunch } from '../launches/record.ts'

export const time = z.iso.datetime()

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}

export function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms)
}

const rowFields = {
  key: z.string().meta({ description: 'Launch key: the identity of the intention.' }),
  state: z.enum(states),
  reason: z.string().nullable().meta({ description: 'Why it is in that state, in a sentence.' }),
  account: z.string(),
  mailing: z.int(),
  origin: z.enum(origins),
  schedule: z.string().nullable(),
  due: time,
  error: z.int().nullable().meta({ description: '`error` of the last settled answer.' }),
  error_text: z.string().nullable().meta({ description: '`error_text` of the same answer, word for word.' }),
  status: z.int().nullable().meta({ description: 'HTTP status of the same attempt.' }),
  attempts: z.int(),
  lateness: z.number().nullable().meta({ description: 'Milliseconds from the due time to the last commit.' }),
}

export const launchRowSchema = z.object(rowFields).meta({ id: 'LaunchRow' })
export type LaunchRow = z.infer<typeof launchRowSchema>

/** One row of a list. */
export function launchRow(record: ListedLaunch): LaunchRow {
  return {
    key: record.key,
    state: record.state,
    reason: record.reason ?? null,
    account: record.account,
    mailing: record.mailing,
    origin: record.origin,
    schedule: record.schedule ?? null,
    due: iso(record.due),
    error: record.error ?? null,
    error_text: record.error_text ?? null,
    status: record.status ?? null,
    attempts: record.attempts,
    lateness: record.lateness ?? null,
  }
}

const attemptShape = z.object({
  number: z.int(),
  start: time,
  sent: time.nullable(),
  end: time.nullable(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
  handed: z.boolean().optional().meta({ description: 'Whether the request was handed to the socket.' }),
  error: z.int().optional(),
  error_text: z.string().optional(),
  status: z.int().optional(),
  duplicate: z.boolean().optional(),
  requestId: z.string().optional(),
  owner: z.string().optional(),
  detail: z.string().optional(),
})

export const wholeFields = {
  ...rowFields,
  attempts: z.array(attemptShape),
  times: z.record(z.string(), time).meta({ description: 'When it last entered each state.' }),
  request: z.record(z.string(), z.unknown()).meta({ description: "Altcraft's own parameters, without the token." }),
  requestId: z.string(),
  created: time,
  nominal: time,
  notBefore: time,
  sendUntil: time.nullable().meta({ description: 'Of a row that may not go for now: null, until its batch goes on.' }),
  open: z
    .array(z.tuple([time, time]))
    .nullable()
    .meta({ description: 'The spans in which it may leave.' }),
  policy: z.unknown().meta({ description: 'null of a row of a batch that has ended.' }),
  owner: z.string().nullable(),
  by: z.string().nullable(),
  why: z.string().nullable(),
}

export const launchWholeSchema = z.object(wholeFields).meta({ id: 'Launch' })
export type LaunchWhole = z.infer<typeof launchWholeSchema>

/** The row with its attempts, times and request whole. */
export function launchWhole(record: LaunchRecord): LaunchWhole {
  return {
    ...launchRow(record),
    // In the order of the shape, whoever reads the answer by it.
    attempts: record.attemptList.map(({ number, start, sent, end, ...rest }) => ({
      number,
      start: iso(start),
      sent: isoOrNull(sent),
      end: isoOrNull(end),
      ...rest,
    })),
    times: Object.fromEntries(Object.entries(record.times).map(([state, at]) => [state, iso(at)])),
    request: record.request,
    requestId: record.requestId,
    created: iso(record.created),
    nominal: iso(record.nominal ?? record.due),
    notBefore: iso(record.notBefore),
    sendUntil: record.sendUntil >= suspended ? null : iso(record.sendUntil),
    open: record.open?.map(([from, until]) => [iso(from), iso(until)] satisfies [string, string]) ?? null,
    policy: record.policy ?? null,
    owner: record.owner ?? null,
    by: record.by ?? null,
    why: record.why ?? null,
  }
}

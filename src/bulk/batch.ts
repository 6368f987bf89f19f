/** A batch: many launches submitted from one file. Its states, what was declared of it, and its record as the program sees it. Pure. */
import { z } from 'zod'
import { windowStates } from '../launches/batch-rows.ts'
import { type State, states } from '../launches/launch.ts'
import type { Policy } from '../launches/policy.ts'
import type { OpenHours } from '../timetable/open-hours.ts'

export const batchStates = ['running', 'paused', 'done', 'cancelled'] as const
export type BatchState = (typeof batchStates)[number]

/**
 * From each state, those that may follow. A file that is still being staged is no batch yet: it has no rows that could be
 * fed, and its identity is known only at its end. Trying rows again opens a batch that was done.
 */
export const batchTransitions: Readonly<Record<BatchState, readonly BatchState[]>> = {
  running: ['paused', 'done', 'cancelled'],
  paused: ['running', 'cancelled'],
  done: ['running'],
  cancelled: [],
}

/** How fast a batch may go, beside what its account may. */
interface Pace {
  /** Rows released in a minute at most. */
  readonly perMinute?: number
  /** Rows claimed or sending at once at most. */
  readonly concurrency?: number
}

/** When a batch is paused by itself. A failure is a rejected, failed, swallowed or unknown row. */
export interface StopRules {
  /** Failures without a launched row between them. */
  readonly consecutive?: number
  /** Failures in all. */
  readonly failures?: number
  /** Share of failures among ended rows, once twenty have ended. */
  readonly percent?: number
}

/** Windows of time in which rows may leave. */
interface BatchHours extends OpenHours {
  readonly timezone: string
}

/** What is said of a batch beside its rows. */
export interface BatchDeclaration {
  /** Legal in a launch key: no colon and no `#`. Two files under one name are two batches. */
  readonly name: string
  /** The batch's id, where an occurrence of a schedule made it; otherwise its name and the digest of its rows. */
  readonly id?: string
  readonly account: string
  readonly policy: Policy
  readonly pace: Pace
  readonly hours?: BatchHours
  readonly stopAfter?: StopRules
  /** What was submitted, for people: a path, or `-`. */
  readonly source: string
  readonly by: string
  readonly why?: string
}

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema)

const count = z.coerce.number().default(0)
const clock = z.object({ from: z.string(), to: z.string() })
const hoursSchema = z.object({
  timezone: z.string(),
  quietHours: clock.extend({ does: z.enum(['skip', 'move']) }).exactOptional(),
  allowed: z
    .object({
      hours: z.array(clock.extend({ days: z.array(z.number()).exactOptional() })),
      otherwise: z.enum(['skip', 'move']),
    })
    .exactOptional(),
})
const stopRulesSchema = z.object({
  consecutive: z.number().exactOptional(),
  failures: z.number().exactOptional(),
  percent: z.number().exactOptional(),
})

const recordSchema = z.object({
  id: z.string(),
  name: z.string(),
  account: z.string(),
  digest: z.string(),
  state: z.enum(batchStates),
  /** Rows in the file. */
  total: z.coerce.number(),
  /** Rows that the feeder has released, from the first on. */
  cursor: count,
  /** The chunk that holds the next row, and how many of its rows are released. */
  chunk: count,
  skip: count,
  /** Grows with every release: two feeders that saw the same turn cannot both act on it. */
  turn: count,
  /** Epoch milliseconds, as all times here. */
  created: z.coerce.number(),
  source: z.string(),
  by: z.string(),
  why: z.string().optional(),
  /** How long after its release a row may go out; milliseconds. */
  lateness: z.coerce.number(),
  perMinute: z.coerce.number().optional(),
  concurrency: z.coerce.number().optional(),
  hours: json(hoursSchema).optional(),
  open: json(z.array(z.tuple([z.number(), z.number()]))).optional(),
  openUntil: count,
  stopAfter: json(stopRulesSchema).optional(),
  /** Rows that were released again, to be tried again. */
  retried: count,
  /** When the pace lets the next row be released. */
  nextAt: count,
  /** Samples of how far it has come: when, and how many rows had ended. */
  samples: json(z.array(z.tuple([z.number(), z.number()]))).default([]),
  flying: count,
  /** Rows that a stop holds: set aside, they take no place from the others. */
  held: count,
  reason: z.string().optional(),
  pausedBy: z.string().optional(),
  pausedAt: z.coerce.number().optional(),
  ended: z.coerce.number().optional(),
  forgotten: count,
  repeated: count,
})

export interface BatchRecord extends z.infer<typeof recordSchema> {
  /** Released rows that have left the window, by state. */
  readonly left: Readonly<Partial<Record<State, number>>>
}

/** Reads a batch's hash; undefined for an empty one, which is how Redis says that there is none. */
export function readBatch(hash: Readonly<Record<string, string>>): BatchRecord | undefined {
  if (hash.id === undefined) return undefined
  const left: Partial<Record<State, number>> = {}
  for (const state of states) {
    const number = Number(hash[`n:${state}`] ?? 0)
    if (number > 0) left[state] = number
  }
  return { ...recordSchema.parse(hash), left }
}

/** The declaration as fields of the hash; what is absent is not written. Limits in milliseconds. */
export function declaredFields(declaration: BatchDeclaration): string[] {
  const { policy, pace, hours, stopAfter } = declaration
  const fields: Record<string, string | number | undefined> = {
    name: declaration.name,
    account: declaration.account,
    source: declaration.source,
    by: declaration.by,
    why: declaration.why,
    policy: JSON.stringify({ overlap: 'allow', retry: policy.retry }),
    lateness: policy.maxLateness,
    retryFor: policy.retry.deadline,
    perMinute: pace.perMinute,
    concurrency: pace.concurrency,
    hours: hours && JSON.stringify(hours),
    stopAfter: stopAfter && JSON.stringify(stopAfter),
  }
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
}

/** Rows of a batch by where they are. They add up to `total`. */
export interface BatchCounts {
  readonly total: number
  /** Not released yet. */
  readonly unreleased: number
  /** Released, in each state; states without a row are absent. Those of the window are counted from their records. */
  readonly released: Readonly<Partial<Record<State, number>>>
}

/** Whether a released row in this state still counts for the window. */
export function isInWindow(state: State): boolean {
  return windowStates.some(each => each === state)
}

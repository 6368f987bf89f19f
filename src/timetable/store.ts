/** The stored schedules: what is in force, whatever the files say at the moment. Redis holds them, with their watermarks. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { launchRequestSchema } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { submissionSchema } from '../launches/submission.ts'
import type { Schedule } from './schedule.ts'

const span = { timezone: z.string(), from: z.number().exactOptional(), until: z.number().exactOptional() }
const wall = {
  dst: z
    .object({
      gap: z.enum(['shift', 'skip']).exactOptional(),
      fold: z.enum(['first', 'last', 'both']).exactOptional(),
    })
    .exactOptional(),
  ...span,
}
const when = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('cron'),
    pattern: z.string(),
    seconds: z.boolean().exactOptional(),
    dayMatch: z.enum(['any', 'all']).exactOptional(),
    ...wall,
  }),
  z.object({ kind: z.literal('every'), every: z.number(), anchor: z.number(), ...span }),
  z.object({
    kind: z.literal('at'),
    times: z.array(z.string()),
    ifPast: z.enum(['skip', 'now']).exactOptional(),
    ...wall,
  }),
  z.object({ kind: z.literal('rrule'), rule: z.string(), start: z.string(), ...wall }),
])
const days = z.array(z.tuple([z.string(), z.string()]))
const calendar = z.object({
  name: z.string(),
  days: days.exactOptional(),
  yearly: days.exactOptional(),
  weekdays: z.array(z.number()).exactOptional(),
  events: z.array(z.object({ start: z.string(), end: z.string(), zone: z.string().exactOptional() })).exactOptional(),
  get not() {
    return z.array(calendar).exactOptional()
  },
})
const clockSpan = { from: z.string(), to: z.string() }
const storedSchema = z.object({
  name: z.string(),
  description: z.string().exactOptional(),
  account: z.string(),
  when: z.object({
    timezone: z.string(),
    entries: z.array(when),
    jitter: z.object({ upTo: z.number(), shift: z.number() }).exactOptional(),
    maxRuns: z.number().exactOptional(),
  }),
  except: z.array(calendar).exactOptional(),
  quietHours: z.object({ ...clockSpan, does: z.enum(['skip', 'move']) }).exactOptional(),
  allowed: z
    .object({
      hours: z.array(z.object({ ...clockSpan, days: z.array(z.number()).exactOptional() })),
      otherwise: z.enum(['skip', 'move']),
    })
    .exactOptional(),
  launch: launchRequestSchema,
  bulk: submissionSchema.omit({ lateness: true, hours: true }).exactOptional(),
  policy: z.object({
    maxLateness: z.number(),
    misfire: z.enum(['once', 'skip', 'all']),
    overlap: z.enum(['skip', 'queueOne', 'allow']),
    maxPerDay: z.number().exactOptional(),
    coolDown: z.number().exactOptional(),
    onGuard: z.enum(['skip', 'hold']),
    preflight: z.union([z.literal('off'), z.number()]),
    onPreflightProblem: z.enum(['announce', 'hold']),
    retry: z.object({
      attempts: z.number(),
      initial: z.number(),
      max: z.number(),
      deadline: z.number().exactOptional(),
    }),
  }),
  source: z.object({ file: z.string(), line: z.number() }),
})

export interface StoredSchedule {
  readonly schedule: Schedule
  /** Due times with a nominal time up to and including this instant have been minted; epoch milliseconds. */
  readonly watermark: number
  /** Of the stored text: a script that mints makes sure that the schedule is still this one. */
  readonly digest: string
}

/** A stored text that is no schedule to this Sendoff: broken by hand, or written by another version. */
interface UnreadableSchedule extends Omit<StoredSchedule, 'schedule'> {
  readonly schedule?: undefined
  /** Under which it is stored. */
  readonly name: string
  readonly text: string
  /** What is wrong with it, in a sentence. */
  readonly why: string
}

export type Stored = StoredSchedule | UnreadableSchedule

/** What has been read of stored texts, by digest, the latest last: what is worked out once for a schedule is kept with it. */
const read = new Map<string, { readonly schedule: Schedule; readonly size: number }>()
const mostRead = 64 * 1_024 * 1_024
let sizeRead = 0

/** The schedule that a stored text stands for. */
export function storedSchedule(text: string): Schedule {
  return scheduleOf(text, digestOf(text))
}

function scheduleOf(text: string, digest: string): Schedule {
  const known = read.get(digest)
  const schedule = known?.schedule ?? storedSchema.parse(JSON.parse(text))
  // A short text takes its room as well.
  const size = text.length + 4_096
  read.delete(digest)
  read.set(digest, { schedule, size })
  sizeRead += known ? 0 : size
  for (const [oldest, { size: freed }] of read) {
    if (sizeRead <= mostRead || oldest === digest) break
    read.delete(oldest)
    sizeRead -= freed
  }
  return schedule
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

/** Throws where the text is not a schedule of this name. */
function stored(name: string, text: string, watermark: string | null | undefined): StoredSchedule {
  const digest = digestOf(text)
  const schedule = scheduleOf(text, digest)
  if (schedule.name !== name) throw new RangeError(`it says that its name is ${schedule.name}`)
  return { schedule, watermark: Number(watermark ?? 0), digest }
}

function storedOrWhy(name: string, text: string, watermark: string | undefined): Stored {
  try {
    return stored(name, text, watermark)
  } catch (error) {
    const [cause = ''] = (error instanceof z.ZodError ? z.prettifyError(error) : String(error)).split('\n')
    const why = `what is stored cannot be read: ${cause.slice(0, 200)}`
    return { name, text, why, watermark: Number(watermark ?? 0), digest: digestOf(text) }
  }
}

/** The stored schedules as they were at one moment. */
export interface StoredSet {
  /** Grows with every change of the set: a change is made only to the revision that was read. */
  readonly revision: string
  /** By name; those too that cannot be read. */
  readonly schedules: ReadonlyMap<string, Stored>
}

const textsSchema = z.record(z.string(), z.string())
const repliesSchema = z.tuple([
  z.tuple([z.null(), z.string().nullable()]),
  z.tuple([z.null(), textsSchema]),
  z.tuple([z.null(), textsSchema]),
])

/** All stored schedules with their revision, read in one transaction. */
export async function storedSet(ledger: Ledger): Promise<StoredSet> {
  const { redis, keys } = ledger
  const replies = await redis.multi().get(keys.revision).hgetall(keys.schedules).hgetall(keys.watermarks).exec()
  const [[, revision], [, texts], [, watermarks]] = repliesSchema.parse(replies)
  const schedules = Object.entries(texts).map(
    ([name, text]) => [name, storedOrWhy(name, text, watermarks[name])] as const,
  )
  return { revision: revision ?? '0', schedules: new Map(schedules) }
}

/** All stored schedules that can be read, by name. */
export async function storedSchedules(ledger: Ledger): Promise<ReadonlyMap<string, StoredSchedule>> {
  const { schedules } = await storedSet(ledger)
  const readable = [...schedules].flatMap(([name, each]) => (each.schedule ? [[name, each] as const] : []))
  return new Map(readable)
}

/** The name under which it is stored. */
export function storedName(stored: Stored): string {
  return stored.schedule ? stored.schedule.name : stored.name
}

/** A stored schedule, not read yet: one text that cannot be read is no matter of the others. */
export interface UnreadSchedule {
  readonly name: string
  /** Throws where the text is not a schedule. */
  read(): StoredSchedule
}

/** The stored schedules whose next nominal time is not after `until`, the earliest first, `atOnce` of them at a time. */
export async function* schedulesDueBy(ledger: Ledger, until: number, atOnce: number): AsyncGenerator<UnreadSchedule[]> {
  yield* slices(ledger, await ledger.redis.zrangebyscore(ledger.keys.upcoming, '-inf', until), atOnce)
}

/** Every stored schedule, `atOnce` of them at a time. */
export async function* everySchedule(ledger: Ledger, atOnce: number): AsyncGenerator<UnreadSchedule[]> {
  yield* slices(ledger, await ledger.redis.hkeys(ledger.keys.schedules), atOnce)
}

async function* slices(
  { redis, keys }: Ledger,
  names: readonly string[],
  atOnce: number,
): AsyncGenerator<UnreadSchedule[]> {
  for (let begin = 0; begin < names.length; begin += atOnce) {
    const some = names.slice(begin, begin + atOnce)
    const [texts, watermarks] = await Promise.all([
      redis.hmget(keys.schedules, ...some),
      redis.hmget(keys.watermarks, ...some),
    ])
    yield some.flatMap((name, index) => {
      const text = texts[index]
      return text === null || text === undefined ? [] : [{ name, read: () => stored(name, text, watermarks[index]) }]
    })
  }
}

/** The text under which a schedule is stored; equal schedules have equal texts, however their files order the keys. */
export function storedText(schedule: Schedule): string {
  return JSON.stringify(storedSchema.parse(schedule))
}

const nowhere = { file: '', line: 0 }

/** What a schedule says, wherever it is declared: moving it to another file or line changes nothing about it. */
export function meaningOf(schedule: Schedule): string {
  return storedText({ ...schedule, source: nowhere })
}

/** The same of a stored schedule, which reading has put in order already; what cannot be read means nothing that a file can say. */
export function storedMeaning(stored: Stored): string {
  return stored.schedule ? JSON.stringify({ ...stored.schedule, source: nowhere }) : `unreadable ${stored.text}`
}

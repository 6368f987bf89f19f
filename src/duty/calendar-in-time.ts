/**
 * Calendars for a process that has other work: they are worked out in a thread beside it, one at a time, and none for longer
 * than its time. The event loop, and with it the launches of the process, goes on meanwhile.
 */
import { once } from 'node:events'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { CalendarInput, CalendarRow } from '../timetable/calendar.ts'
import type { CalendarDay, DaysAsked, NumberedRow } from '../timetable/calendar-days.ts'
import type { Schedule } from '../timetable/schedule.ts'
import type { CalendarAnswer, CalendarOrder } from './calendar-thread.ts'

/** Milliseconds. Together they are less than a request may take, unless `http.timeout` says otherwise. */
const most = { waiting: 6_000, working: 5_000 }
/** Megabytes; a calendar that needs more is too much as well. */
const mostMemory = 512

export type CalendarInTime<Done> =
  | { readonly kind: 'done'; readonly value: Done }
  /** It was not done in its time, or in its memory: fewer days or schedules would be. */
  | { readonly kind: 'tooMuch' }
  /** Others were being worked out for as long as it could wait. */
  | { readonly kind: 'busy' }

interface Thread {
  readonly worker: Worker
  /** The schedules that it has, with their numbers there. */
  known: ReadonlyMap<Schedule, number>
}

/** Kept from one calendar to the next, as it takes a while to begin. It keeps no process from ending. */
let thread: Thread | undefined
/** Settled when the last of those that wait is done. */
let last: Promise<unknown> = Promise.resolve()
/** Numbers of schedules; none is given twice. */
let lastNumber = 0

/** The rows of `calendarOf`. Throws what that throws. */
export async function calendarInTime(input: CalendarInput): Promise<CalendarInTime<readonly CalendarRow[]>> {
  return asked(input, undefined, ({ rows }, schedules) => named(rows, schedules))
}

/** The same day by day, as `calendarDays` has it: of full days much less is handed over. */
export async function calendarDaysInTime(
  input: CalendarInput,
  days: DaysAsked,
): Promise<CalendarInTime<readonly CalendarDay[]>> {
  return asked(input, days, (answer, schedules) =>
    answer.days.map(({ entries, more }) => ({
      entries: named(entries, schedules).map(entry => ({ ...entry, rows: named(entry.rows, schedules) })),
      more,
    })),
  )
}

type ByNumber = ReadonlyMap<number, Schedule>

/** With the schedules themselves for their numbers. */
function named<Numbered extends Pick<NumberedRow, 'schedule'>>(rows: readonly Numbered[], schedules: ByNumber) {
  return rows.flatMap(({ schedule: number, ...row }) => {
    const schedule = schedules.get(number)
    return schedule ? [{ ...row, schedule }] : []
  })
}

function asked<Done>(
  input: CalendarInput,
  days: DaysAsked | undefined,
  read: (answer: CalendarAnswer, schedules: ByNumber) => Done,
): Promise<CalendarInTime<Done>> {
  const answer = inTurn(last, input, days, read)
  last = Promise.allSettled([last, answer])
  return answer
}

async function inTurn<Done>(
  before: Promise<unknown>,
  { schedules, pauses, skips, stops, from, to, shown: isShown }: CalendarInput,
  days: DaysAsked | undefined,
  read: (answer: CalendarAnswer, schedules: ByNumber) => Done,
): Promise<CalendarInTime<Done>> {
  if (!(await isDoneWithin(before, most.waiting))) return { kind: 'busy' }
  const asked = thread ?? begun()
  thread = asked
  const known = new Map(schedules.map(schedule => [schedule, asked.known.get(schedule) ?? ++lastNumber]))
  const fresh = [...known].flatMap(([schedule, number]): [number, Schedule][] =>
    asked.known.has(schedule) ? [] : [[number, schedule]],
  )
  const shown = new Set([...known].flatMap(([schedule, number]) => (isShown(schedule) ? [number] : [])))
  asked.known = known
  const order = { fresh, schedules: [...known.values()], pauses, skips, stops, from, to, shown, days }
  const answer = await answered(asked, order)
  if (!answer) return { kind: 'tooMuch' }
  return { kind: 'done', value: read(answer, new Map([...known].map(([schedule, number]) => [number, schedule]))) }
}

async function isDoneWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController()
  const over = pauseFor(milliseconds, false, { signal: timer.signal }).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), over])
  timer.abort()
  return isDone
}

/** Undefined where it is too much; the thread is ended then, and the next calendar gets another. */
async function answered({ worker }: Thread, order: CalendarOrder): Promise<CalendarAnswer | undefined> {
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(), most.working)
  try {
    const answer = once(worker, 'message', { signal: ending.signal })
    worker.postMessage(order)
    const [found]: readonly CalendarAnswer[] = await answer
    return found
  } catch (error) {
    // A thread that threw has ended by itself.
    thread = undefined
    if (ending.signal.aborted) await worker.terminate()
    else if (!isOutOfMemory(error)) throw error
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

function begun(): Thread {
  const worker = newThread({ resourceLimits: { maxOldGenerationSizeMb: mostMemory } })
  worker.unref()
  // Between two calendars nobody else listens.
  worker.on('error', () => {
    if (thread?.worker === worker) thread = undefined
  })
  return { worker, known: new Map() }
}

function newThread(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./calendar-thread.js', import.meta.url), options)
  // From its source, as tests run it, it needs what reads TypeScript; `--import` does not do that for a thread.
  const source = new URL('./calendar-thread.ts', import.meta.url).href
  const start = `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(source)}) })`
  return new Worker(start, { ...options, eval: true, execArgv: [] })
}

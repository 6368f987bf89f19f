/**
 * Calendars for a process that has other work: they are worked out in a thread beside it, one at a time, and none for longer
 * than its time. The event loop, and with it the launches of the process, goes on meanwhile.
 */
import { once } from 'node:events'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { CalendarInput, CalendarRow } from '../timetable/calendar.ts'
import type { CalendarOrder, NamedRow } from './calendar-thread.ts'

/** Milliseconds. Together they are less than a request may take, unless `http.timeout` says otherwise. */
const most = { waiting: 6_000, working: 5_000 }
/** Megabytes; a calendar that needs more is too much as well. */
const mostMemory = 512

export type CalendarInTime =
  | { readonly kind: 'rows'; readonly rows: readonly CalendarRow[] }
  /** It was not done in its time, or in its memory: fewer days or schedules would be. */
  | { readonly kind: 'tooMuch' }
  /** Others were being worked out for as long as it could wait. */
  | { readonly kind: 'busy' }

/** Kept from one calendar to the next, as it takes a while to begin. It keeps no process from ending. */
let thread: Worker | undefined
/** Settled when the last of those that wait is done. */
let last: Promise<unknown> = Promise.resolve()

/** The rows of `calendarOf`. Throws what that throws. */
export function calendarInTime(input: CalendarInput): Promise<CalendarInTime> {
  const answer = inTurn(last, input)
  last = Promise.allSettled([last, answer])
  return answer
}

async function inTurn(before: Promise<unknown>, input: CalendarInput): Promise<CalendarInTime> {
  return (await isDoneWithin(before, most.waiting)) ? worked(input) : { kind: 'busy' }
}

async function isDoneWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController()
  const over = pauseFor(milliseconds, false, { signal: timer.signal }).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), over])
  timer.abort()
  return isDone
}

async function worked(input: CalendarInput): Promise<CalendarInTime> {
  const { schedules, pauses, skips, from, to } = input
  const shown = new Set(schedules.filter(input.shown).map(({ name }) => name))
  const named = await namedRows({ schedules, pauses, skips, from, to, shown })
  if (!named) return { kind: 'tooMuch' }
  const byName = new Map(schedules.map(schedule => [schedule.name, schedule]))
  const rows = named.flatMap(({ schedule: name, ...row }) => {
    const schedule = byName.get(name)
    return schedule ? [{ ...row, schedule }] : []
  })
  return { kind: 'rows', rows }
}

/** Undefined where it is too much; the thread is ended then, and the next calendar gets another. */
async function namedRows(order: CalendarOrder): Promise<readonly NamedRow[] | undefined> {
  const worker = thread ?? begun()
  thread = worker
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(), most.working)
  try {
    const answer = once(worker, 'message', { signal: ending.signal })
    worker.postMessage(order)
    const [rows]: readonly NamedRow[][] = await answer
    return rows
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

function begun(): Worker {
  const worker = newThread({ resourceLimits: { maxOldGenerationSizeMb: mostMemory } })
  worker.unref()
  // Between two calendars nobody else listens.
  worker.on('error', () => {
    if (thread === worker) thread = undefined
  })
  return worker
}

function newThread(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./calendar-thread.js', import.meta.url), options)
  // From its source, as tests run it, it needs what reads TypeScript; `--import` does not do that for a thread.
  const source = new URL('./calendar-thread.ts', import.meta.url).href
  const start = `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(source)}) })`
  return new Worker(start, { ...options, eval: true, execArgv: [] })
}

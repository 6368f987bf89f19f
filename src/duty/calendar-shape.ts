/** Rows of the calendar as people are shown them, by every door. Absent values are null; times are UTC. */
import { z } from 'zod'
import type { CalendarRow } from '../timetable/calendar.ts'
import { noteWords } from '../timetable/note-words.ts'
import type { CalendarNote } from '../timetable/noted-times.ts'
import { iso, time } from './launch-shape.ts'
import { clockText, dayText } from './local-time.ts'

export const calendarRowSchema = z
  .object({
    schedule: z.string(),
    description: z.string().nullable(),
    account: z.string(),
    mailing: z.int(),
    timezone: z.string(),
    day: z.string().meta({ description: "The local day, in the schedule's zone." }),
    local: z.string(),
    due: time,
    last: time.meta({ description: 'Of several on a day: when the last goes.' }),
    key: z.string().nullable().meta({ description: 'The launch key, where the row is of one due time.' }),
    times: z.int(),
    going: z.int().meta({ description: 'How many of them go out, as far as is known now.' }),
    more: z.boolean(),
    every: z.number().nullable(),
    notes: z.array(z.looseObject({ kind: z.string(), times: z.int(), words: z.string() })),
  })
  .meta({ id: 'CalendarRow' })

export type ShownCalendarRow = z.infer<typeof calendarRowSchema>

export function calendarRow(row: CalendarRow): ShownCalendarRow {
  const { schedule, day, key, due, last, times, going, more, every } = row
  return {
    schedule: schedule.name,
    description: schedule.description ?? null,
    account: schedule.account,
    mailing: schedule.launch.id,
    timezone: schedule.when.timezone,
    day,
    local: `${dayText(due, schedule.when.timezone)} ${clockText(due, schedule.when.timezone)}`,
    due: iso(due),
    last: iso(last),
    key: times > 1 ? null : key,
    times,
    going,
    more,
    every: every ?? null,
    notes: row.notes.map(({ note, times }) => ({ ...noteRow(note), times, words: noteWords(note) })),
  }
}

function noteRow(note: CalendarNote) {
  return note.kind === 'collides' || note.kind === 'guarded' ? { ...note, due: iso(note.due) } : note
}

/** What the calendar says of a due time, in the viewer's language and zone. Pure. */
import { formatDuration } from '../../files/duration.ts'
import type { CalendarNote } from '../../timetable/noted-times.ts'
import type { Look } from '../look.ts'
import { ledgerText } from '../sentence.ts'
import { shownTime } from './times.tsx'

/** One note as a sentence without a full stop; `zone` is that of the schedule. */
export function noteText(look: Look, note: CalendarNote, zone: string): string {
  const { notes: t } = look.t
  const at = (instant: number) => shownTime(look, instant, zone, 'short')
  switch (note.kind) {
    case 'clocks':
      return t.clocks[note.clocks]
    case 'jitter':
      return t.jitter(formatDuration(note.by))
    case 'moved':
      return t.moved[note.by](at(note.nominal))
    case 'leftOut':
      return `${t.leftOut}: ${ledgerText(look, note.reason)}`
    case 'paused':
      return `${t.paused}: ${note.reason} (${ledgerText(look, note.by)})`
    case 'skipped':
      return `${t.skipped}: ${note.reason.replace(/^person: /, '')}`
    case 'stopped':
      return `${t.stopped}: ${ledgerText(look, note.reason)} (${ledgerText(look, note.by)})`
    case 'guarded':
      return t.guarded(note.does, note.maxPerDay, note.schedule, at(note.due))
    case 'collides':
      return t.collides(note.schedule, at(note.due), formatDuration(note.coolDown))
  }
}

/** Whether the note is a warning, and not an explanation. */
export function isWarning({ kind }: CalendarNote): boolean {
  return kind === 'clocks' || kind === 'guarded' || kind === 'collides'
}

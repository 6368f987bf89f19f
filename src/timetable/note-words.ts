/** What is said of a due time, in words. Pure. */
import { formatDuration } from '../files/duration.ts'
import { reasons } from '../launches/launch.ts'
import type { DecidedTime } from './decided-times.ts'
import type { CalendarNote } from './noted-times.ts'
import { durationInWords } from './words-language.ts'

/** What a change of clocks does to a due time. */
export const clockWords: Readonly<Record<NonNullable<DecidedTime['clocks']>, string>> = {
  shifted: 'clocks go forward over this time: it fires after the gap',
  firstPass: 'clocks go back over this time: the first of the two',
  secondPass: 'clocks go back over this time: the second of the two',
}

/** What hours do to a due time that they do not leave out. */
export const moveWords: Readonly<Record<NonNullable<DecidedTime['movedBy']>, string>> = {
  quietHours: 'moved out of quiet hours',
  allowed: 'moved into allowed hours',
}

/** One note of the calendar as a sentence without a full stop; times in UTC. */
export function noteWords(note: CalendarNote): string {
  switch (note.kind) {
    case 'clocks':
      return clockWords[note.clocks]
    case 'jitter':
      return `${durationInWords(note.by, 'en')} of jitter`
    case 'moved':
      return `${moveWords[note.by]}: due ${new Date(note.nominal).toISOString().slice(0, 16)}Z`
    case 'leftOut':
      return `left out, ${note.reason}`
    case 'paused':
      return `left out, ${reasons.paused}${note.reason} (${note.by})`
    case 'skipped':
      return `left out, ${note.reason}`
    case 'stopped':
      return `held while the stop lasts: ${note.reason} (${note.by})`
    case 'guarded': {
      const at = new Date(note.due).toISOString().slice(0, 16)
      const does = note.does === 'hold' ? 'will be held' : 'will be left out'
      return `${does}, guard: maxPerDay ${note.maxPerDay} is used up on its day, by ${note.schedule} at ${at}Z`
    }
    case 'collides': {
      const rule = note.declared
        ? `a cool-down of ${formatDuration(note.coolDown)}`
        : `${formatDuration(note.coolDown)}`
      const at = new Date(note.due).toISOString().slice(0, 16)
      return `collides with ${note.schedule} at ${at}Z: same mailing and audience within ${rule}`
    }
  }
}

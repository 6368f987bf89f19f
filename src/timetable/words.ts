/** A timetable in words, to stand beside its next due times and never instead of them. English and Russian. Pure. */
import { parseCron } from './cron.ts'
import { cronInWords } from './cron-words.ts'
import type { Timing } from './decided-times.ts'
import { hoursInWords } from './hours-words.ts'
import { rruleInWords } from './rrule-words.ts'
import type { Timetable, When } from './schedule.ts'
import {
  durationInWords,
  everyInWords,
  type Language,
  listInWords,
  momentInWords,
  timesInWords,
} from './words-language.ts'
import { localTime } from './zone.ts'

const dayMs = 86_400_000
/** More times than this are counted and not listed. */
const mostMomentsListed = 5

const sayings = {
  en: {
    midnight: 'counted from midnight UTC',
    anchor: (moment: string) => `counted from ${moment}`,
    moments: (moments: string) => `On ${moments}`,
    more: (count: number) => `${count} more`,
    from: (moment: string) => `from ${moment}`,
    until: (moment: string) => `before ${moment}`,
    zone: (zone: string) => `in ${zone}`,
    united: 'At all of these times:',
    jitter: (shift: string, upTo: string) => `Each goes ${shift} after its time (jitter up to ${upTo})`,
    runs: (times: string) => `Runs ${times} in all, then it is completed`,
  },
  ru: {
    midnight: 'считая от полуночи UTC',
    anchor: (moment: string) => `считая от ${moment}`,
    moments: (moments: string) => `${moments}`,
    more: (count: number) => `ещё ${count}`,
    from: (moment: string) => `с ${moment}`,
    until: (moment: string) => `раньше ${moment}`,
    zone: (zone: string) => `в зоне ${zone}`,
    united: 'Во все эти времена:',
    jitter: (shift: string, upTo: string) =>
      `Каждый запуск позже своего времени на ${shift} (не больше чем на ${upTo})`,
    runs: (times: string) => `Всего ${times}, затем завершено`,
  },
} as const

/** One sentence per line, without full stops: one for each entry, and one for each rule of the whole. */
export function timetableInWords(timetable: Timetable, language: Language): string[] {
  const saying = sayings[language]
  const { entries, jitter, maxRuns } = timetable
  const sentences = entries.map(when => entryInWords(when, timetable.timezone, language))
  return [
    ...(sentences.length > 1 ? [saying.united, ...sentences.map(sentence => `- ${sentence}`)] : sentences),
    ...(jitter === undefined || jitter.shift === 0
      ? []
      : [saying.jitter(durationInWords(jitter.shift, language), durationInWords(jitter.upTo, language))]),
    ...(maxRuns === undefined ? [] : [saying.runs(timesInWords(maxRuns, language))]),
  ]
}

/** The same with a sentence for each rule of calendars and hours. */
export function timingInWords(timing: Timing, language: Language): string[] {
  return [...timetableInWords(timing.when, language), ...hoursInWords(timing, language)]
}

/** The same as one line of text. */
export function timingInOneLine(timing: Timing, language: Language): string {
  return timingInWords(timing, language).join('. ').replace(':. - ', ': ').replaceAll('. - ', '; ')
}

function entryInWords(when: When, shownZone: string, language: Language): string {
  const saying = sayings[language]
  const moment = (instant: number) => momentInWords(instant, when.timezone, language)
  const parts = [kindInWords(when, language)]
  if (when.from !== undefined) parts.push(saying.from(moment(when.from)))
  if (when.until !== undefined) parts.push(saying.until(moment(when.until)))
  if (when.timezone !== shownZone && when.kind !== 'every') parts.push(saying.zone(when.timezone))
  return parts.join(', ')
}

function kindInWords(when: When, language: Language): string {
  switch (when.kind) {
    case 'cron': {
      const reading = parseCron(when.pattern, { seconds: when.seconds === true })
      if (!reading.ok) throw new RangeError(`not a cron pattern: ${reading.problems.join('; ')}`)
      return cronInWords(reading.cron, when.dayMatch ?? 'any', language)
    }
    case 'every':
      return `${everyInWords(when.every, language)}, ${countedFrom(when, language)}`
    case 'at':
      return momentsInWords(when.times, when.timezone, language)
    case 'rrule':
      return rruleInWords(when.rule, when.start, when.timezone, language)
  }
}

function countedFrom({ every, anchor, timezone }: Extract<When, { kind: 'every' }>, language: Language): string {
  if (anchor === 0 && dayMs % every === 0) return sayings[language].midnight
  return sayings[language].anchor(`${momentInWords(anchor, timezone, language)} (${timezone})`)
}

function momentsInWords(times: readonly string[], zone: string, language: Language): string {
  const saying = sayings[language]
  const instants = times.map(text => instantOf(text, zone)).toSorted((a, b) => a - b)
  const listed = instants.slice(0, mostMomentsListed).map(instant => momentInWords(instant, zone, language))
  const more = instants.length - listed.length
  return saying.moments(listInWords([...listed, ...(more > 0 ? [saying.more(more)] : [])], language))
}

function instantOf(text: string, zone: string): number {
  const reading = localTime(text, zone)
  if (reading.kind === 'invalid') throw new RangeError(`not a local time: ${text}`)
  return reading.kind === 'fold' ? reading.first : reading.at
}

/** What calendars and hours do to a timetable, in words: English and Russian. Pure. */
import type { Timing } from './decided-times.ts'
import type { AllowedHours, ClockSpan } from './open-hours.ts'
import { type Language, listInWords } from './words-language.ts'

const sayings = {
  en: {
    except: (names: string) => `Never while one of these calendars holds: ${names}`,
    quiet: (span: string) => `Quiet hours ${span}`,
    allowed: (spans: string) => `Allowed only ${spans}`,
    quietDoes: { skip: 'what falls into them is left out', move: 'what falls into them goes at their end' },
    otherwise: { skip: 'all else is left out', move: 'all else goes when they begin next' },
  },
  ru: {
    except: (names: string) => `Никогда, пока действует календарь: ${names}`,
    quiet: (span: string) => `Тихие часы ${span}`,
    allowed: (spans: string) => `Разрешено только ${spans}`,
    quietDoes: { skip: 'что попадает в них, пропускается', move: 'что попадает в них, уходит в их конце' },
    otherwise: { skip: 'остальное пропускается', move: 'остальное уходит, когда они начнутся' },
  },
} as const

/** One sentence per rule, without full stops; none where there is no rule. */
export function hoursInWords({ except, quietHours, allowed }: Timing, language: Language): string[] {
  const saying = sayings[language]
  const sentences: string[] = []
  if (except !== undefined) {
    const names = except.map(({ name }) => name)
    sentences.push(saying.except(listInWords(names, language)))
  }
  if (quietHours !== undefined) {
    sentences.push(`${saying.quiet(clocks(quietHours))}: ${saying.quietDoes[quietHours.does]}`)
  }
  if (allowed !== undefined) {
    sentences.push(`${saying.allowed(spansInWords(allowed, language))}; ${saying.otherwise[allowed.otherwise]}`)
  }
  return sentences
}

const clocks = ({ from, to }: ClockSpan) => `${from}-${to}`

function spansInWords({ hours }: AllowedHours, language: Language): string {
  const spans = hours.map(({ days, ...span }) =>
    days === undefined ? clocks(span) : `${days.map(day => weekday(day, language)).join(' ')} ${clocks(span)}`,
  )
  return listInWords(spans, language)
}

/** `day` 1 is Monday; 5 January 1970 was one. */
function weekday(day: number, language: Language): string {
  return new Date(Date.UTC(1970, 0, 4 + day)).toLocaleDateString(language, { weekday: 'short', timeZone: 'UTC' })
}

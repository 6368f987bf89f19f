/**
 * A cron pattern in words, from what the engine reads in it. cronstrue puts the single fields into words; it is never asked
 * what it is known to say wrongly: two restricted day fields (it says "and" where cron means "or"), steps that start anew in
 * every hour, day or month ("every 7 minutes"), lists with ranges in them. Pure.
 */
import cronstrue from 'cronstrue'
import 'cronstrue/locales/ru.js'
import type { Cron } from './cron.ts'
import type { DayField } from './cron-days.ts'
import { type Language, listInWords } from './words-language.ts'

/** So many times of day are listed at most; an even step or a range is told as such from a few on. */
const mostTimesListed = 12
const fewTimes = 4

const sayings = {
  en: {
    midnight: 'At 00:00',
    at: (times: string) => `At ${times}`,
    minutes: (minutes: string) => `in the minutes ${minutes}`,
    hours: (hours: string) => `in the hours ${hours}`,
    days: (days: string, several: boolean) => `on day${several ? 's' : ''} ${days} of the month`,
    dayRange: (from: number, to: number) => `on days ${from} to ${to} of the month`,
    any: (days: string, weekdays: string) => `${days} or ${weekdays}, on days that match either`,
    all: (days: string, weekdays: string) => `${days} and ${weekdays}, on days that match both`,
  },
  ru: {
    midnight: 'В 00:00',
    at: (times: string) => `В ${times}`,
    minutes: (minutes: string) => `в минуты ${minutes}`,
    hours: (hours: string) => `в часы ${hours}`,
    days: (days: string) => `${days} числа месяца`,
    dayRange: (from: number, to: number) => `с ${from} по ${to} число месяца`,
    any: (days: string, weekdays: string) => `${days} или ${weekdays}, в дни, когда верно хотя бы одно`,
    all: (days: string, weekdays: string) => `${days} и ${weekdays}, в дни, когда верно и то и другое`,
  },
} as const

/** The sentence, without a full stop and without the zone. */
export function cronInWords(cron: Cron, dayMatch: 'any' | 'all', language: Language): string {
  const parts = [timeInWords(cron, language), daysInWords(cron, dayMatch, language)]
  if (cron.months.length < 12) parts.push(fieldInWords(`0 0 * ${listed(cron.months)} *`, language))
  return parts.filter(part => part !== '').join(', ')
}

function timeInWords({ seconds, minutes, hours }: Cron, language: Language): string {
  const count = seconds.length * minutes.length * hours.length
  const hoursText = stepped(hours, 24)
  const most = hoursText.includes(',') ? mostTimesListed : fewTimes
  if (count <= most) return sayings[language].at(listInWords(timesOfDay({ seconds, minutes, hours }), language))
  const parts: string[] = []
  // Of steps within steps, and of ranges within lists, each part is told by itself.
  const secondsApart = seconds.length > 1 && minutes.length < 60
  const hoursApart = hoursText.includes(',') || (secondsApart && hours.length < 24)
  const within = `${stepped(seconds, 60)} ${secondsApart ? '*' : stepped(minutes, 60)}`
  parts.push(said(`${within} ${hoursApart ? '*' : hoursText} * * *`, language))
  if (secondsApart) parts.push(sayings[language].minutes(listInWords(minutes.map(two), language)))
  if (hoursApart) parts.push(sayings[language].hours(listInWords(hours.map(two), language)))
  return parts.join(', ')
}

function timesOfDay({ seconds, minutes, hours }: Pick<Cron, 'seconds' | 'minutes' | 'hours'>): string[] {
  const plain = seconds.length === 1 && seconds[0] === 0
  return hours.flatMap(hour =>
    minutes.flatMap(minute => seconds.map(second => `${two(hour)}:${two(minute)}${plain ? '' : `:${two(second)}`}`)),
  )
}

function daysInWords(
  { days, weekdays, bothDaysRestricted }: Cron,
  dayMatch: 'any' | 'all',
  language: Language,
): string {
  const byDay = choicesInWords(days, 3, language)
  const byWeekday = choicesInWords(weekdays, 5, language)
  if (!bothDaysRestricted) return byDay || byWeekday
  return sayings[language][dayMatch](byDay, byWeekday)
}

/** The rules of a day field, each in words of its own: the plain ones together. `place`: which field it is. */
function choicesInWords(field: DayField, place: 3 | 5, language: Language): string {
  if (field.any) return ''
  const plain = new Set<number>()
  const special: string[] = []
  for (const rule of field.rules) {
    switch (rule.kind) {
      case 'day':
        plain.add(rule.day)
        break
      case 'weekday':
        plain.add(rule.weekday)
        break
      case 'fromLast':
        special.push(rule.before === 0 ? 'L' : `L-${rule.before}`)
        break
      case 'nearestWeekday':
        special.push(`${rule.day}W`)
        break
      case 'lastWorkday':
        special.push('LW')
        break
      case 'nth':
        special.push(`${rule.weekday}#${rule.nth}`)
        break
      case 'lastOf':
        special.push(`${rule.weekday}L`)
        break
    }
  }
  const words = special.map(text => fieldInWords(place === 3 ? `0 0 ${text} * *` : `0 0 * * ${text}`, language))
  const values = [...plain].sort((a, b) => a - b)
  if (values.length > 0)
    words.unshift(place === 3 ? plainDays(values, language) : fieldInWords(`0 0 * * ${listed(values)}`, language))
  return listInWords(words, language, 'disjunction')
}

function plainDays(days: readonly number[], language: Language): string {
  const [first = 0] = days
  if (isRange(days)) return sayings[language].dayRange(first, first + days.length - 1)
  return sayings[language].days(listInWords(days.map(String), language), days.length > 1)
}

/** What cronstrue adds for one field to a pattern that is otherwise due at midnight. */
function fieldInWords(pattern: string, language: Language): string {
  const added = said(pattern, language).slice(sayings[language].midnight.length)
  const isWeekday = !pattern.endsWith('*')
  return isWeekday ? added.replace(/^, (only |только )?/, '') : added.replace(/^, /, '')
}

function said(pattern: string, language: Language): string {
  return cronstrue
    .toString(pattern, { locale: language, use24HourTimeFormat: true, dayOfWeekStartIndexZero: true })
    .replaceAll(/, (and|и) /g, ' $1 ')
    .replace(/^(В [\d, и]+ минут[уы]?)(?=,|$)/, '$1 каждого часа')
}

/** `*`, a step that comes out even, a range, or every value: what cronstrue says rightly. */
function stepped(values: readonly number[], size: number): string {
  if (values.length === size) return '*'
  const step = size / values.length
  const even = Number.isInteger(step) && values.every((value, index) => value === index * step)
  return even && values.length > 1 ? `*/${step}` : listed(values)
}

function listed(values: readonly number[]): string {
  const [first = 0] = values
  return isRange(values) ? `${first}-${first + values.length - 1}` : values.join(',')
}

function isRange(values: readonly number[]): boolean {
  const [first = 0] = values
  return values.length > 2 && values.every((value, index) => value === first + index)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

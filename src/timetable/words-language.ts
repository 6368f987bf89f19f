/** What the sentences about timetables are made of, in each language: durations, lists, moments. Pure. */
import { DateTime } from 'luxon'

const languages = ['en', 'ru'] as const
export type Language = (typeof languages)[number]

const unitMs = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000, millisecond: 1 } as const
type Unit = keyof typeof unitMs
const unitNames = ['day', 'hour', 'minute', 'second', 'millisecond'] as const

/** Russian nouns as they stand behind a number, in the accusative that "every" and "by" ask for. */
const russianUnits: Readonly<Record<Unit, Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>>> = {
  day: { one: 'день', few: 'дня', many: 'дней' },
  hour: { one: 'час', few: 'часа', many: 'часов' },
  minute: { one: 'минуту', few: 'минуты', many: 'минут' },
  second: { one: 'секунду', few: 'секунды', many: 'секунд' },
  millisecond: { one: 'миллисекунду', few: 'миллисекунды', many: 'миллисекунд' },
}
const russianPlurals = new Intl.PluralRules('ru')
const englishPlurals = new Intl.PluralRules('en')
const russianTimes: Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> = { one: 'раз', few: 'раза', many: 'раз' }

function counted(count: number, unit: Unit, language: Language): string {
  if (language === 'en') return `${count} ${unit}${englishPlurals.select(count) === 'one' ? '' : 's'}`
  return `${count} ${russianUnits[unit][russianPlurals.select(count)] ?? russianUnits[unit].many}`
}

/** `1 hour and 30 minutes`: of milliseconds; zero is `0 seconds`. Russian is in the accusative. */
export function durationInWords(ms: number, language: Language): string {
  const parts: string[] = []
  let rest = ms
  for (const unit of unitNames) {
    const count = Math.floor(rest / unitMs[unit])
    if (count > 0) parts.push(counted(count, unit, language))
    rest -= count * unitMs[unit]
  }
  return parts.length === 0 ? counted(0, 'second', language) : listInWords(parts, language)
}

/** `Every 90 minutes`, `Каждый час`: an interval in milliseconds, in the largest unit that it is a whole number of. */
export function everyInWords(ms: number, language: Language): string {
  const unit = unitNames.find(each => ms % unitMs[each] === 0) ?? 'millisecond'
  const count = ms / unitMs[unit]
  if (language === 'en') return count === 1 ? `Every ${unit}` : `Every ${counted(count, unit, language)}`
  if (count !== 1) return `Каждые ${counted(count, unit, language)}`
  return `${unit === 'day' || unit === 'hour' ? 'Каждый' : 'Каждую'} ${russianUnits[unit].one}`
}

/** `3 times`, `3 раза`. */
export function timesInWords(count: number, language: Language): string {
  if (language === 'en') return count === 1 ? 'once' : `${count} times`
  return `${count} ${russianTimes[russianPlurals.select(count)] ?? 'раз'}`
}

/** `a, b and c`, or with `or`. */
export function listInWords(
  parts: readonly string[],
  language: Language,
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  // British: the serial comma would make "09:00, 10:00, and 11:00" of three times.
  return new Intl.ListFormat(language === 'en' ? 'en-GB' : 'ru', { type }).format(parts)
}

/** A moment in a zone: `24 December 2026 09:00`, `24 декабря 2026 09:00`; seconds only where there are some. */
export function momentInWords(instant: number, zone: string, language: Language): string {
  const time = DateTime.fromMillis(instant, { zone, locale: language, numberingSystem: 'latn' })
  return time.toFormat(`d MMMM yyyy HH:mm${time.second === 0 ? '' : ':ss'}`)
}

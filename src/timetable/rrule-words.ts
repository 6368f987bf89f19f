/** A recurrence rule in words, where they say all of it: as the pattern of its times of day, and how often. Pure. */
import type { Cron } from './cron.ts'
import type { DayField } from './cron-days.ts'
import { cronInWords } from './cron-words.ts'
import { type Language, momentInWords, timesInWords } from './words-language.ts'
import { localTime, zoneNamed } from './zone.ts'

type Rule = ReadonlyMap<string, string>

const sayings = {
  en: {
    DAILY: (n: number) => `Every ${n} days`,
    WEEKLY: (n: number) => `Every ${n} weeks`,
    MONTHLY: (n: number) => `Every ${n} months`,
    YEARLY: (n: number) => `Every ${n} years`,
    beginning: (start: string) => `beginning ${start}`,
    until: (end: string) => `until ${end}`,
    rule: (rule: string) => `By the rule ${rule}`,
  },
  ru: {
    DAILY: (n: number) => `Каждые ${n} ${forms(n, 'день', 'дня', 'дней')}`,
    WEEKLY: (n: number) => `Каждые ${n} ${forms(n, 'неделю', 'недели', 'недель')}`,
    MONTHLY: (n: number) => `Каждые ${n} ${forms(n, 'месяц', 'месяца', 'месяцев')}`,
    YEARLY: (n: number) => `Каждые ${n} ${forms(n, 'год', 'года', 'лет')}`,
    beginning: (start: string) => `начиная с ${start}`,
    until: (end: string) => `до ${end}`,
    rule: (rule: string) => `По правилу ${rule}`,
  },
} as const

const plurals = new Intl.PluralRules('ru')
function forms(count: number, one: string, few: string, many: string): string {
  const form = plurals.select(count)
  return form === 'one' ? one : form === 'few' ? few : many
}

/** The sentence of a rule (`FREQ=…`, checked) that begins at the local time `start` of `zone`. */
export function rruleInWords(rule: string, start: string, zone: string, language: Language): string {
  const saying = sayings[language]
  const parts: Rule = new Map(rule.split(';').map(part => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']))
  const begin = localTime(start, zone)
  const instant = begin.kind === 'exact' || begin.kind === 'gap' ? begin.at : begin.kind === 'fold' ? begin.first : 0
  const beginning = saying.beginning(momentInWords(instant, zone, language))
  const cron = cronOf(parts, instant + zoneNamed(zone).offset(instant))
  // What no words are known for is shown as it is written: a sentence that leaves something out would be believed.
  if (!cron) return `${saying.rule(rule)}, ${beginning}`
  const time = cronInWords(cron, 'any', language)
  const often = oftenInWords(parts, language)
  const sentence = often === undefined ? time : `${often}, ${time[0]?.toLowerCase()}${time.slice(1)}`
  return [sentence, beginning, ...endInWords(parts, zone, language)].join(', ')
}

function oftenInWords(parts: Rule, language: Language): string | undefined {
  const interval = Number(parts.get('INTERVAL') ?? 1)
  const frequency = parts.get('FREQ')
  if (interval === 1) return undefined
  if (frequency !== 'DAILY' && frequency !== 'WEEKLY' && frequency !== 'MONTHLY' && frequency !== 'YEARLY')
    return undefined
  return sayings[language][frequency](interval)
}

function endInWords(parts: Rule, zone: string, language: Language): string[] {
  const count = parts.get('COUNT')
  const until = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(parts.get('UNTIL') ?? '')
  const [, year, month, day, hour, minute, second, utc] = until ?? []
  const text = `${year}-${month}-${day}T${hour ?? '23'}:${minute ?? '59'}:${second ?? '59'}${utc ?? ''}`
  const end = until ? localTime(text, zone) : undefined
  const last = end?.kind === 'exact' || end?.kind === 'gap' ? end.at : end?.kind === 'fold' ? end.first : undefined
  return [
    ...(count === undefined ? [] : [timesInWords(Number(count), language)]),
    ...(last === undefined ? [] : [sayings[language].until(momentInWords(last, zone, language))]),
  ]
}

/** The rule as a pattern, beginning at the label `start`; undefined where a pattern cannot say it. */
function cronOf(parts: Rule, start: number): Cron | undefined {
  const known = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYHOUR', 'BYMINUTE']
  if ([...parts.keys()].some(name => !known.includes(name))) return undefined
  const fields = daysOf(parts, new Date(start))
  if (!fields) return undefined
  const numbers = (name: string, otherwise: number) =>
    (parts.get(name)?.split(',').map(Number) ?? [otherwise]).toSorted((a, b) => a - b)
  const date = new Date(start)
  const months = parts.has('BYMONTH') ? numbers('BYMONTH', 0) : fields.months
  return {
    seconds: [date.getUTCSeconds()],
    minutes: numbers('BYMINUTE', date.getUTCMinutes()),
    hours: numbers('BYHOUR', date.getUTCHours()),
    days: fields.days,
    weekdays: fields.weekdays,
    months,
    bothDaysRestricted: false,
    intervalLike: false,
  }
}

interface DayFields {
  readonly days: DayField
  readonly weekdays: DayField
  readonly months: readonly number[]
}

const open: DayField = { any: true, rules: [] }
const allMonths: readonly number[] = Array.from({ length: 12 }, (_, index) => index + 1)

function daysOf(parts: Rule, start: Date): DayFields | undefined {
  const days = parts.has('BYMONTHDAY') ? monthDays(parts.get('BYMONTHDAY') ?? '') : open
  const weekdays = parts.has('BYDAY') ? weekdaysOf(parts.get('BYDAY') ?? '') : open
  if (!days || !weekdays || !(days.any || weekdays.any)) return undefined
  const chosen = !(days.any && weekdays.any)
  const own: DayField = { any: false, rules: [{ kind: 'day', day: start.getUTCDate() }] }
  switch (parts.get('FREQ')) {
    case 'DAILY':
      return weekdays.rules.some(({ kind }) => kind !== 'weekday') ? undefined : { days, weekdays, months: allMonths }
    case 'WEEKLY': {
      const weekday: DayField = { any: false, rules: [{ kind: 'weekday', weekday: start.getUTCDay() }] }
      return { days, weekdays: weekdays.any ? weekday : weekdays, months: allMonths }
    }
    case 'MONTHLY':
      return { days: chosen ? days : own, weekdays, months: allMonths }
    case 'YEARLY':
      // Without months, days of a year are counted in it, or every month has them: no pattern says that.
      if (chosen && !parts.has('BYMONTH')) return undefined
      return { days: chosen ? days : own, weekdays, months: [start.getUTCMonth() + 1] }
    default:
      return undefined
  }
}

function monthDays(text: string): DayField | undefined {
  return {
    any: false,
    rules: text
      .split(',')
      .map(Number)
      .map(day => (day > 0 ? { kind: 'day', day } : { kind: 'fromLast', before: -day - 1 })),
  }
}

function weekdaysOf(text: string): DayField | undefined {
  const rules: DayField['rules'][number][] = []
  for (const item of text.split(',')) {
    const weekday = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].indexOf(item.slice(-2))
    const nth = item.length > 2 ? Number(item.slice(0, -2)) : undefined
    if (nth === undefined) rules.push({ kind: 'weekday', weekday })
    else if (nth === -1) rules.push({ kind: 'lastOf', weekday })
    else if (nth >= 1 && nth <= 5) rules.push({ kind: 'nth', weekday, nth })
    else return undefined
  }
  return { any: false, rules }
}

/**
 * The lines of an iCalendar file (RFC 5545, 3.1), looked at before the library reads them: it says that something is wrong,
 * and not where. Pure.
 */
import { isDate } from './dates.ts'

export interface IcsFlaw {
  /** 1-based. */
  readonly line: number
  readonly sentence: string
}

export interface IcsLines {
  readonly flaws: readonly IcsFlaw[]
  /** The line at which each event begins, in their order. */
  readonly events: readonly number[]
}

/** Checks form, nesting and dates of the lines. */
export function lookAtLines(text: string): IcsLines {
  const flaws: IcsFlaw[] = []
  const events: number[] = []
  const open: { readonly name: string; readonly line: number }[] = []
  for (const { line, content } of contentLines(text)) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+)(?:;(?:[^":]|"[^"]*")*)?:(.*)$/s.exec(content) ?? []
    const flaw = (sentence: string) => flaws.push({ line, sentence })
    const component = value.trim().toUpperCase()
    if (name === '') flaw('is not a line of iCalendar (NAME:value)')
    else if (open.length === 0 && content.toUpperCase().trimEnd() !== 'BEGIN:VCALENDAR') {
      return { flaws: [...flaws, { line, sentence: 'does not begin a calendar (BEGIN:VCALENDAR)' }], events }
    } else if (name.toUpperCase() === 'BEGIN') {
      if (component === 'VEVENT') events.push(line)
      open.push({ name: component, line })
    } else if (name.toUpperCase() === 'END') {
      const begun = open.pop()
      if (begun?.name !== component) flaw(`ends ${component}, and ${begun?.name ?? 'nothing'} was begun`)
    } else if (/^(DTSTART|DTEND|RDATE|EXDATE)$/i.test(name)) {
      const missing = dateFlaw(value)
      if (missing !== undefined) flaw(`"${missing}" is not a date`)
    }
    if (flaws.length >= 10) break
  }
  for (const { name, line } of open) flaws.push({ line, sentence: `begins ${name}, which never ends` })
  if (flaws.length === 0 && events.length === 0) flaws.push({ line: 1, sentence: 'holds no event' })
  return { flaws, events }
}

/** Lines that begin with a space or a tab go on from the one before. */
export function contentLines(text: string): { line: number; content: string }[] {
  const lines: { line: number; content: string }[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const last = lines.at(-1)
    if (/^[ \t]/.test(raw) && last) last.content += raw.slice(1)
    else if (raw.trim() !== '') lines.push({ line: index + 1, content: raw })
  }
  return lines
}

/** The first of the values, `20270101` or `20270101T090000Z` or a period, that names no day or time. */
function dateFlaw(value: string): string | undefined {
  return value.split(',').find(each => {
    const [, year, month, day, hour = '00', minute = '00', second = '00'] =
      /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?(?:\/\S+)?$/.exec(each.trim()) ?? []
    return year === undefined || !isDate(`${year}-${month}-${day}`) || hour > '23' || minute > '59' || second > '60'
  })
}

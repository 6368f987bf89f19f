/**
 * Recurrence rules (RFC 5545, 3.3.10), read strictly: the library that expands them passes over parts it does not know,
 * hours that do not exist and a part that is written twice. Pure.
 */

const frequencies = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const

const longestRule = 512
/** As many as `maxRuns` allows. */
const mostRuns = 10_000
const weekdays = 'MO|TU|WE|TH|FR|SA|SU'

/** Parts that are lists of whole numbers, with the bounds of their absolute values; below 0 counts from the end. */
const numberParts: Readonly<Record<string, { readonly least: number; readonly most: number; readonly back?: true }>> = {
  BYSECOND: { least: 0, most: 59 },
  BYMINUTE: { least: 0, most: 59 },
  BYHOUR: { least: 0, most: 23 },
  BYMONTHDAY: { least: 1, most: 31, back: true },
  BYYEARDAY: { least: 1, most: 366, back: true },
  BYWEEKNO: { least: 1, most: 53, back: true },
  BYMONTH: { least: 1, most: 12 },
  BYSETPOS: { least: 1, most: 366, back: true },
}
const knownParts = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', ...Object.keys(numberParts)]

/** Parts by name, in the order written. */
type RruleParts = ReadonlyMap<string, string>

export interface RruleText {
  /** What goes wrong, each as a sentence; none where the rule can be read. */
  readonly problems: readonly string[]
  readonly parts: RruleParts
  /** `FREQ=…;…` alone, in capitals. */
  readonly rule: string
  /** DTSTART, where the text holds one: a local time as `2026-01-31T09:00:00`, and its TZID. */
  readonly start?: string
  readonly zone?: string
}

/** Reads `FREQ=…`, `RRULE:FREQ=…`, or both lines `DTSTART…` and `RRULE:…`. Reports every bad part. */
export function readRruleText(text: string): RruleText {
  const problems: string[] = []
  if (text.length > longestRule) problems.push(`the rule is ${text.length} characters long; ${longestRule} is the most`)
  const lines = text.slice(0, longestRule).trim().split(/\s+/)
  const starts = lines.filter(line => /^DTSTART\b/i.test(line))
  const rules = lines.filter(line => /^(RRULE:|FREQ=)/i.test(line) || !/^[A-Z-]+[:;]/i.test(line))
  for (const line of lines.filter(line => !starts.includes(line) && !rules.includes(line))) {
    problems.push(
      `${quote(line.split(/[:;]/)[0] ?? '')} is not read here; a rule is FREQ=… and so on, one rule per entry`,
    )
  }
  if (rules.length !== 1)
    problems.push(`${rules.length === 0 ? 'no rule' : `${rules.length} rules`} where one is needed`)
  if (starts.length > 1) problems.push('DTSTART is written twice')
  const rule = (rules[0] ?? '').replace(/^RRULE:/i, '').toUpperCase()
  const parts = rules.length === 1 ? partsOf(rule, problems) : new Map<string, string>()
  const start = starts[0] === undefined ? undefined : readStart(starts[0])
  if (typeof start === 'string') problems.push(start)
  return { problems, parts, rule, ...(typeof start === 'object' ? start : {}) }
}

function readStart(line: string): { readonly start: string; readonly zone?: string } | string {
  const match = /^DTSTART(?:;TZID=([^:;]+))?:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)$/i.exec(line)
  if (!match) return `${quote(line)} is not a start: write DTSTART:20260131T090000, in the time zone of the entry`
  if (match[8] !== '') return `${quote(line)} is in UTC: write the local time, without Z`
  const start = `${match[2]}-${match[3]}-${match[4]}T${match[5]}:${match[6]}:${match[7]}`
  return { start, ...(match[1] === undefined ? {} : { zone: match[1] }) }
}

function partsOf(rule: string, problems: string[]): RruleParts {
  const parts = new Map<string, string>()
  for (const part of rule.replace(/;$/, '').split(';')) {
    const [name = '', value = '', ...more] = part.split('=')
    if (!knownParts.includes(name))
      problems.push(`${quote(part)} is not a part of a rule; known: ${knownParts.join(' ')}`)
    else if (parts.has(name)) problems.push(`${name} is written twice`)
    else if (more.length > 0 || value === '') problems.push(`${quote(part)} has no single value`)
    else problems.push(...valueFlaws(name, value))
    parts.set(name, value)
  }
  problems.push(...flawsBetween(parts))
  return parts
}

function valueFlaws(name: string, value: string): string[] {
  const numbers = numberParts[name]
  if (numbers) {
    const { least, most, back } = numbers
    const range = `${least} to ${most}${back ? `, or -${least} to -${most} from the end` : ''}`
    const fits = (item: string) =>
      (back ? /^[+-]?\d{1,3}$/ : /^\d{1,2}$/).test(item) &&
      Math.abs(Number(item)) >= least &&
      Math.abs(Number(item)) <= most
    return value.split(',').every(fits) ? [] : [`${name}=${value} must list numbers from ${range}`]
  }
  switch (name) {
    case 'FREQ':
      return frequencies.some(each => each === value) ? [] : [`FREQ=${value} must be one of ${frequencies.join(' ')}`]
    case 'INTERVAL':
      return /^[1-9]\d{0,3}$/.test(value) ? [] : [`INTERVAL=${value} must be a whole number from 1 to 9999`]
    case 'COUNT':
      return /^[1-9]\d{0,4}$/.test(value) && Number(value) <= mostRuns
        ? []
        : [`COUNT=${value} must be a whole number from 1 to ${mostRuns}`]
    case 'UNTIL':
      return untilOf(value) ? [] : [`UNTIL=${value} must be 20261231, 20261231T235959 or, in UTC, 20261231T225959Z`]
    case 'WKST':
      return new RegExp(`^(${weekdays})$`).test(value)
        ? []
        : [`WKST=${value} must be one of ${weekdays.replaceAll('|', ' ')}`]
    default: {
      const fits = new RegExp(`^([+-]?([1-9]|[1-4]\\d|5[0-3]))?(${weekdays})$`)
      return value.split(',').every(item => fits.test(item))
        ? []
        : [`BYDAY=${value} must list days such as MO, 2MO or -1FR`]
    }
  }
}

/** What the RFC forbids between parts. */
function flawsBetween(parts: RruleParts): string[] {
  const frequency = parts.get('FREQ')
  const flaws: string[] = []
  const forbid = (name: string, others: readonly string[]) => {
    if (parts.has(name) && frequency !== undefined && others.includes(frequency)) {
      flaws.push(`${name} cannot stand beside FREQ=${frequency}`)
    }
  }
  if (frequency === undefined) flaws.push('FREQ is missing')
  if (parts.has('COUNT') && parts.has('UNTIL')) flaws.push('COUNT and UNTIL are both given; choose one')
  forbid(
    'BYWEEKNO',
    frequencies.filter(each => each !== 'YEARLY'),
  )
  forbid('BYYEARDAY', ['DAILY', 'WEEKLY', 'MONTHLY'])
  forbid('BYMONTHDAY', ['WEEKLY'])
  if (
    /\d/.test(parts.get('BYDAY') ?? '') &&
    ((frequency !== 'MONTHLY' && frequency !== 'YEARLY') || parts.has('BYWEEKNO'))
  ) {
    flaws.push('a number before a day in BYDAY needs FREQ=MONTHLY or FREQ=YEARLY, without BYWEEKNO')
  }
  if (parts.has('BYSETPOS') && ![...parts.keys()].some(name => name.startsWith('BY') && name !== 'BYSETPOS')) {
    flaws.push('BYSETPOS needs another part that begins with BY to choose from')
  }
  return flaws
}

/** The last moment of `UNTIL=…`: a label (wall clock as UTC milliseconds), or an instant where it is written in UTC. */
export function untilOf(value: string): { readonly label: number } | { readonly instant: number } | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7)
  const text = `${year}-${month}-${day}T${hour ?? '23'}:${minute ?? '59'}:${second ?? '59'}.000Z`
  const at = Date.parse(text)
  if (Number.isNaN(at) || new Date(at).toISOString() !== text) return undefined
  return match[7] === 'Z' ? { instant: at } : { label: at }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}

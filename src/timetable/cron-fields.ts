/** The fields of a cron pattern: what each may hold, and how its text becomes a list of numbers. Pure. */

export interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly names?: readonly string[]
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

export const second: Field = { name: 'second', least: 0, most: 59 }
export const minute: Field = { name: 'minute', least: 0, most: 59 }
export const hour: Field = { name: 'hour', least: 0, most: 23 }
export const dayOfMonth: Field = { name: 'day of month', least: 1, most: 31 }
export const month: Field = { name: 'month', least: 1, most: 12, names: monthNames }
/** 0 and 7 are both Sunday, as in every cron; Quartz counts from Sunday = 1 and is not followed. */
export const weekday: Field = { name: 'weekday', least: 0, most: 7, names: weekdayNames }

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

function fail(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

/** One number or name of a field. */
export function readNumber(field: Field, text: string): Read<number> {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1
  if (named >= 0) return { ok: true, value: named + field.least }
  if (!/^\d{1,2}$/.test(text)) return fail(`${field.name} "${text}" is not a number${field.names ? ' or a name' : ''}`)
  const value = Number(text)
  if (value < field.least || value > field.most) {
    return fail(`${field.name} ${text} is outside ${field.least}-${field.most}`)
  }
  return { ok: true, value }
}

/** `*`, `5`, `1-5`, `MON-FRI`, any of these with a step such as `*` + `/15`: the numbers it stands for, in order. */
export function readRange(field: Field, text: string): Read<readonly number[]> {
  const [body = '', stepText, ...more] = text.split('/')
  if (more.length > 0) return fail(`${field.name} "${text}" has more than one step`)
  const bounds = readBounds(field, body)
  if (!bounds.ok) return bounds
  const [from, to] = bounds.value
  if (stepText === undefined) return { ok: true, value: sequence(from, to, 1) }
  if (!/^\d{1,2}$/.test(stepText) || Number(stepText) === 0) {
    return fail(`${field.name} "${text}" has the step "${stepText}"; a step is a whole number from 1`)
  }
  if (from === to && body !== '*') {
    return fail(`${field.name} "${text}" steps from a single value; write ${body}-${field.most}/${stepText}`)
  }
  if (Number(stepText) > field.most - field.least) {
    return fail(`${field.name} "${text}" has a step longer than the field itself`)
  }
  return { ok: true, value: sequence(from, to, Number(stepText)) }
}

function readBounds(field: Field, body: string): Read<readonly [number, number]> {
  if (body === '*') return { ok: true, value: [field.least, field === weekday ? 6 : field.most] }
  const [fromText = '', toText, ...more] = body.split('-')
  if (more.length > 0) return fail(`${field.name} "${body}" is not a range`)
  const from = readNumber(field, fromText)
  if (!from.ok) return from
  if (toText === undefined) return { ok: true, value: [from.value, from.value] }
  const to = readNumber(field, toText)
  if (!to.ok) return to
  if (to.value < from.value) return fail(`${field.name} range ${body} runs backwards; write it as two ranges`)
  return { ok: true, value: [from.value, to.value] }
}

function sequence(from: number, to: number, step: number): readonly number[] {
  const values: number[] = []
  for (let value = from; value <= to; value += step) values.push(value)
  return values
}

/** A comma-separated field of plain numbers, sorted, each once. */
export function readList(field: Field, text: string): Read<readonly number[]> {
  const all = new Set<number>()
  for (const part of text.split(',')) {
    const range = readRange(field, part)
    if (!range.ok) return range
    for (const value of range.value) all.add(value)
  }
  return { ok: true, value: [...all].sort((a, b) => a - b) }
}

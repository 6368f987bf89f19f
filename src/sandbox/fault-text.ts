/**
 * Faults as people write them: `name[=value][:key=value…][:xCOUNT]`, for example `status=429:retry-after=2:x1:id=12`.
 * A colon inside a value is written %3A and a per cent sign %25.
 */
import { z } from 'zod'
import { executes, type Fault, faultSchema } from './fault.ts'

/** A fault that cannot be read; the message is a whole sentence for the person who wrote it. */
export class FaultTextError extends Error {
  override readonly name = 'FaultTextError'
}

/** The text form → a fault. Throws FaultTextError; nothing is guessed and nothing is ignored. */
export function parseFault(text: string): Fault {
  const complain = (what: string) => new FaultTextError(`In the fault "${text}": ${what}.`)
  const [head = '', ...rest] = text.split(':')
  const { key: name, value } = splitWord(head)
  if (!Object.hasOwn(executes, name)) {
    throw complain(`there is no fault "${name}"; there are ${Object.keys(executes).join(', ')}`)
  }
  const raw = new Map([['name', name]])
  for (const [key, given] of [['value', value] as const, ...rest.map(word => readOption(word, complain))]) {
    if (given === undefined) continue
    if (raw.has(key)) throw complain(`${key} is given twice`)
    raw.set(key, decode(given, complain))
  }
  const read = faultSchema.safeParse(Object.fromEntries(raw))
  if (read.success) return read.data
  throw complain(read.error.issues.map(issue => sentence(name, issue)).join('; '))
}

/** The inverse of `parseFault`, always in the same order: value, own options, id, x, p, on. */
export function formatFault(fault: Fault): string {
  const { name, value, ...options } = { value: undefined, ...z.encode(faultSchema, fault) }
  const words = [value === undefined ? name : `${name}=${encode(value)}`]
  for (const [key, option] of Object.entries(options)) {
    if (option !== undefined) words.push(key === 'x' ? `x${option}` : `${key}=${encode(option)}`)
  }
  return words.join(':')
}

function splitWord(word: string): { key: string; value: string | undefined } {
  const at = word.indexOf('=')
  return at < 0 ? { key: word, value: undefined } : { key: word.slice(0, at), value: word.slice(at + 1) }
}

function readOption(word: string, complain: (what: string) => Error): readonly [string, string] {
  const { key, value } = splitWord(word)
  if (value !== undefined && key !== 'name' && key !== 'value' && key !== 'x') return [key, value]
  if (value === undefined && /^x\d/.test(word)) return ['x', word.slice(1)]
  throw complain(`"${word}" is neither key=value nor a count like x1`)
}

function decode(value: string, complain: (what: string) => Error): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw complain(`"${value}" has a per cent sign that begins no code; write it %25`)
  }
}

function encode(value: string): string {
  return value.replace(/[%:]/g, encodeURIComponent)
}

function sentence(name: string, issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') {
    const key = String(issue.path[0])
    return `${key === 'value' ? name : key} ${issue.message}`
  }
  return issue.keys.map(key => (key === 'value' ? `${name} takes no value` : `${name} takes no ${key}`)).join('; ')
}

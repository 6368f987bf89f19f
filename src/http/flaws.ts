/** What zod found wrong with a request, in sentences, all at once. */
import type { z } from 'zod'
import { pathInWords } from '../files/finding.ts'
import type { Flaw } from './problem.ts'

interface Refused {
  readonly target: string
  readonly error: { readonly issues: readonly z.core.$ZodIssue[] }
}

const places: Readonly<Record<string, string>> = { json: 'body', param: 'path' }

export function flawsOf({ target, error }: Refused): Flaw[] {
  const place = places[target] ?? target
  return error.issues.flatMap(issue => flawsOfIssue(issue, place))
}

function flawsOfIssue(issue: z.core.$ZodIssue, place: string): Flaw[] {
  const path = issue.path.map(key => (typeof key === 'number' ? key : String(key)))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ in: place, at: pathInWords([...path, key]), sentence: 'is not known here' }))
  return [{ in: place, at: pathInWords(path) || place, sentence: sentenceOf(issue, place).slice(0, 500) }]
}

/** Zod's own words quote patterns, as long as they are, and speak of its types. */
function sentenceOf(issue: z.core.$ZodIssue, place: string): string {
  // What a schema says in words of its own stands.
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_format':
      return 'is not of its form'
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is missing'
      if (place === 'query' && issue.message.endsWith('received array')) return 'is given more than once'
      return `must be ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'too_small':
      return `must ${measured(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${measured(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`
    default:
      return issue.message
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

function measured(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`
  if (origin === 'array') return `have ${bound} ${limit} entries`
  return `be ${bound} ${limit}`
}

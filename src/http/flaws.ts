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
  // zod's own words quote patterns, as long as they are.
  const sentence =
    issue.code === 'invalid_format' && issue.message.startsWith('Invalid') ? 'is not of its form' : issue.message
  return [{ in: place, at: pathInWords(path) || place, sentence: sentence.slice(0, 500) }]
}

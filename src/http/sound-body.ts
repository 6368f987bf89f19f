/**
 * What no body may hold, whatever it is for: texts that cannot be written as UTF-8, nesting that what reads it later may not bear,
 * and numbers that would be changed by being read.
 */
import type { HonoRequest } from 'hono'
import { pathInWords } from '../files/finding.ts'
import { type Flaw, invalidProblem } from './problem.ts'

/** How deep a body may be nested. */
const deepest = 64
/** More flaws than this nobody reads. */
const mostFlaws = 20

/** Throws Problem where the body is JSON and holds such. What is no JSON is left to who reads the body. */
export async function mustBeSound(request: HonoRequest): Promise<void> {
  if (!/^application\/([a-z-.]+\+)?json\b/i.test(request.header('content-type') ?? '')) return
  const body: unknown = await request.json().catch(() => undefined)
  const flaws: Flaw[] = []
  look(body, [], flaws)
  if (flaws.length > 0) throw invalidProblem(flaws)
}

function look(value: unknown, path: readonly (string | number)[], flaws: Flaw[]): void {
  if (flaws.length >= mostFlaws) return
  const flaw = (sentence: string) =>
    flaws.push({
      in: 'body',
      at:
        pathInWords([...path])
          .replaceAll(/\p{Surrogate}/gu, '\ufffd')
          .slice(0, 500) || 'body',
      sentence,
    })
  if (typeof value === 'string' && isBroken(value)) flaw('has half of a character (a lone surrogate)')
  if (typeof value === 'number' && isInexact(value))
    flaw('is a number of too many digits to be kept: write it in quotes')
  if (typeof value !== 'object' || value === null) return
  if (path.length >= deepest) {
    flaw(`is nested deeper than ${deepest}`)
    return
  }
  for (const [name, each] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(name) : name]
    if (isBroken(name)) flaw('has a name with half of a character (a lone surrogate)')
    look(each, here, flaws)
  }
}

/** Halves of a pair that stands whole are not matched. */
function isBroken(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

/** Whether more than one whole number, as people write them, is read as this one. */
function isInexact(value: number): boolean {
  return Math.abs(value) > Number.MAX_SAFE_INTEGER
}

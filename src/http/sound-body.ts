/** JSON bodies that hold what nothing later could bear are refused, whatever they are for. */
import type { HonoRequest } from 'hono'
import { pathInWords } from '../files/finding.ts'
import { shownWhole, unsoundIn } from '../files/unsound.ts'
import { invalidProblem } from './problem.ts'

/** More flaws than this nobody reads. */
const mostFlaws = 20

/** Throws Problem where the body is JSON and holds such. What is no JSON is left to who reads the body. */
export async function mustBeSound(request: HonoRequest): Promise<void> {
  if (!/^application\/([a-z-.]+\+)?json\b/i.test(request.header('content-type') ?? '')) return
  const body: unknown = await request.json().catch(() => undefined)
  const found = unsoundIn(body, mostFlaws)
  if (found.length === 0) return
  throw invalidProblem(
    found.map(({ path, sentence }) => ({
      in: 'body',
      at: shownWhole(pathInWords(path)).slice(0, 500) || 'body',
      sentence,
    })),
  )
}

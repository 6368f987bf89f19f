/** NDJSON: one JSON value per line, empty lines left out. A broken line is that line's flaw; the next one is read again. */
import { longestRow, tooLong } from './flaw.ts'
import { repeatedMember } from './json-members.ts'

export type JsonRead =
  | {
      readonly kind: 'value'
      readonly line: number
      readonly value: unknown
      /** A member that an object has twice; a parser keeps only the last of them. */
      readonly repeated?: string | undefined
    }
  | { readonly kind: 'broken'; readonly line: number; readonly sentence: string }

/** Takes text in pieces and holds one piece and one line of it at a time. */
export async function* jsonLines(texts: AsyncIterable<string>): AsyncGenerator<JsonRead> {
  let line = 0
  let begun = ''
  let skipping = false
  for await (const text of texts) {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      line += 1
      const whole = begun + text.slice(start, end)
      start = end + 1
      begun = ''
      const read = skipping ? undefined : readLine(whole, line)
      skipping = false
      if (read) yield read
    }
    if (skipping) continue
    begun += text.slice(start)
    if (begun.length <= longestRow) continue
    yield { kind: 'broken', line: line + 1, sentence: tooLong }
    begun = ''
    skipping = true
  }
  const read = readLine(begun, line + 1)
  if (read) yield read
}

function readLine(text: string, line: number): JsonRead | undefined {
  if (text.trim() === '') return undefined
  if (text.length > longestRow) return { kind: 'broken', line, sentence: tooLong }
  try {
    const value: unknown = JSON.parse(text)
    return { kind: 'value', line, value, repeated: repeatedMember(text, value) }
  } catch (error) {
    return { kind: 'broken', line, sentence: `this line is not JSON${placeOf(error)}` }
  }
}

/** Where the parser stopped, without its own words, which quote the text. */
function placeOf(error: unknown): string {
  if (error instanceof RangeError) return ': it is nested too deep'
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined
    ? ': it ends too early, or a quote or bracket is missing'
    : ` (character ${Number(position) + 1})`
}

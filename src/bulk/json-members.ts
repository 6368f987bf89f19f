/** Members that a JSON object has twice. JSON.parse keeps the last (ECMA-262, JSON.parse), so that the first is lost in silence. Pure. */

const names = /"\s*:/g
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/** Takes a text and what JSON.parse made of it; returns the first name that stands twice at its top, if any. */
export function repeatedMember(text: string, value: unknown): string | undefined {
  // Every member has a quote and a colon; where there are no more of them than members, none was lost.
  if ((text.match(names)?.length ?? 0) <= countMembers(value)) return undefined
  const seen = new Set<string>()
  let depth = 0
  let previous = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (token === ':' && depth === 1) {
      const name = String(JSON.parse(previous))
      if (seen.has(name)) return name
      seen.add(name)
    }
    previous = token
  }
  return undefined
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const below = Object.values(value)
  const own = Array.isArray(value) ? 0 : below.length
  return below.reduce((sum: number, item) => sum + countMembers(item), own)
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * Takes a text that JSON.parse has accepted as an object, and a name; returns the first token of each top-level value
 * that stands under that name, as it is written. JSON.parse alone cannot tell: it keeps only the last of several equal
 * names (ECMA-262, JSON.parse) and reads `0.0`, `-0` and `0e9` as the number 0.
 */
export function topLevelValues(text: string, name: string): readonly string[] {
  const found: string[] = []
  let depth = 0
  let previous = ''
  let isNext = false
  for (const [token] of text.matchAll(tokens)) {
    if (isNext) found.push(token)
    isNext = token === ':' && depth === 1 && JSON.parse(previous) === name
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    previous = token
  }
  return found
}

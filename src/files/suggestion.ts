/** "Did you mean": the known words that a mistyped one was most likely meant to be. Pure. */

const longestWord = 64

/** Up to three of `candidates` that `word` may have been meant to be, the likeliest first; none where nothing is near. */
export function nearest(word: string, candidates: Iterable<string>): string[] {
  if (word.length === 0 || word.length > longestWord) return []
  const known = [...candidates]
  const reach = Math.max(1, Math.floor(word.length / 3))
  const measured = known
    .map(candidate => ({ candidate, distance: editDistance(squeezed(word), squeezed(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  // A candidate that is much further off than the best one is noise beside it.
  const furthest = Math.min(reach, (measured[0]?.distance ?? 0) + 1)
  const mistyped = measured.filter(({ distance }) => distance <= furthest).map(({ candidate }) => candidate)
  const found = mistyped.length > 0 ? mistyped : known.filter(candidate => shareWord(word, candidate))
  return found.slice(0, 3)
}

/** `; did you mean "override_limit"?`, or an empty string where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const [likeliest] = nearest(word, candidates)
  return likeliest === undefined ? '' : `; did you mean "${likeliest}"?`
}

function squeezed(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, '')
}

/** `limits` and `override_limit` are far apart in letters, and yet one was meant to be the other. */
function shareWord(a: string, b: string): boolean {
  const words = new Set(wordsOf(a))
  return wordsOf(b).some(word => words.has(word))
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word.length > 1)
    .map(word => (word.length > 3 ? word.replace(/s$/, '') : word))
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one word to the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const change = (last[j - 1] ?? 0) + (same ? 0 : 1)
      let best = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[to.length] ?? 0
}

/** JSON by its meaning: the same text for the same value, whatever the order of its members. Pure. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(',')}}`
  }
  // JSON.stringify would write null for a number that is none.
  return typeof value === 'number' ? String(value + 0) : (JSON.stringify(value) ?? 'null')
}

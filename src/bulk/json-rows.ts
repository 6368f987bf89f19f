/** JSON objects → rows: each member is a column. A member that is null is not given. */
import type { Flaw } from './flaw.ts'
import type { GivenRow } from './given-row.ts'
import type { JsonRead } from './json-lines.ts'
import type { Mapping } from './mapping.ts'
import { Given } from './overlay.ts'

export async function* jsonRows(reads: AsyncIterable<JsonRead>, mapping: Mapping): AsyncGenerator<GivenRow> {
  for await (const read of reads) yield rowOf(read, mapping)
}

function rowOf(read: JsonRead, mapping: Mapping): GivenRow {
  const { line } = read
  const given = new Given()
  if (read.kind === 'broken') return { line, given, flaws: [{ sentence: read.sentence }] }
  const { value, repeated } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, given, flaws: [{ sentence: 'a row must be a JSON object, such as {"id":90}' }] }
  }
  const flaws: Flaw[] = repeated === undefined ? [] : [{ column: repeated, sentence: 'stands twice in this row' }]
  let key: string | undefined
  for (const [name, item] of Object.entries(value)) {
    const use = mapping.usesOf(name)
    if (use.kind === 'unknown') flaws.push({ column: name, sentence: use.sentence })
    if (use.kind !== 'used' || item === null) continue
    if (use.isKey) {
      if (typeof item === 'string' || typeof item === 'number') key = String(item)
      else flaws.push({ column: name, sentence: 'a key must be text or a number' })
    }
    for (const target of use.targets) given.put(target, item, name)
    if (use.targets.some(({ field }) => field === 'attach') && namesFile(item)) {
      flaws.push({ column: name, sentence: 'a row cannot name a file to attach; give it to the base launch' })
    }
  }
  if (Object.keys(value).length === 0) flaws.push({ sentence: 'this row says nothing' })
  return { line, given, key, flaws }
}

function namesFile(attach: unknown): boolean {
  return Array.isArray(attach) && attach.some(each => typeof each === 'object' && each !== null && 'file' in each)
}

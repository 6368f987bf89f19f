/** JSON objects → rows: each member is a column. A member that is null is not given. */
import { pathInWords } from '../files/finding.ts'
import { shownWhole, type Unsound, unsoundIn } from '../files/unsound.ts'
import type { Flaw } from './flaw.ts'
import type { GivenRow } from './given-row.ts'
import type { JsonRead } from './json-lines.ts'
import type { Mapping } from './mapping.ts'
import { Given } from './overlay.ts'

/** More of them are not told of one row. */
const mostUnsound = 5

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
  const unsound = unsoundIn(value, mostUnsound)
  if (unsound.length > 0) return { line, given, flaws: unsound.map(flawOf), isUnsound: true }
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

/** What nothing later could bear: of such a row nothing else is said. */
function flawOf({ path, sentence }: Unsound): Flaw {
  const [column, ...below] = path.map(key => (typeof key === 'string' ? shownWhole(key) : key))
  if (below.length === 0) return { column: String(column), sentence }
  return { column: String(column), sentence: `${pathInWords(below).slice(0, 80)} ${sentence}` }
}

function namesFile(attach: unknown): boolean {
  return Array.isArray(attach) && attach.some(each => typeof each === 'object' && each !== null && 'file' in each)
}

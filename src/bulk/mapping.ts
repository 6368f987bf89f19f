/** Which column of a file of rows is which field of a launch. Pure. */
import { nearest } from '../files/suggestion.ts'
import { launchFields } from '../launches/launch.ts'
import { type Target, targetNamed } from '../launches/row-field.ts'

export type Use =
  | { readonly kind: 'used'; readonly targets: readonly Target[]; readonly isKey: boolean }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'unknown'; readonly sentence: string }

export interface MappingRules {
  /** Field of the launch (`id`, `content.city`) → column of the file. */
  readonly columns: Readonly<Record<string, string>>
  /** Column that makes a row unique. */
  readonly key?: string | undefined
  /** Columns that are not read. */
  readonly ignore?: readonly string[] | undefined
  /** Where these rules were written, for what is said about them: in flags of the command line, else as keys of a file. */
  readonly writtenIn?: 'flags' | undefined
}

const fields = Object.keys(launchFields)

/** What becomes of each column. Columns that nothing maps are those of their own name; a column that nobody uses is a mistake. */
export class Mapping {
  readonly #rules: MappingRules
  readonly #mapped: ReadonlyMap<string, readonly Target[]>
  readonly #known = new Map<string, Use>()

  constructor(rules: MappingRules) {
    this.#rules = rules
    const mapped = new Map<string, Target[]>()
    for (const [name, column] of Object.entries(rules.columns)) {
      const target = targetNamed(name)
      if (target) mapped.set(column, [...(mapped.get(column) ?? []), target])
    }
    this.#mapped = mapped
  }

  /** The columns without which the rules make no sense, each with what it is needed for. */
  get needed(): ReadonlyMap<string, string> {
    const { key, columns, writtenIn } = this.#rules
    const taker = writtenIn === 'flags' ? '--column' : 'columns'
    const needed = new Map(
      Object.entries(columns).map(([field, column]) => [column, `${taker} takes ${field} from it`]),
    )
    if (key !== undefined) needed.set(key, 'it is the key')
    return needed
  }

  usesOf(column: string): Use {
    const known = this.#known.get(column)
    if (known) return known
    const use = this.#decide(column)
    if (use.kind !== 'unknown') this.#known.set(column, use)
    return use
  }

  #decide(column: string): Use {
    const { key, ignore, columns, writtenIn } = this.#rules
    const isKey = column === key
    const mapped = this.#mapped.get(column)
    if (mapped) return { kind: 'used', targets: mapped, isKey }
    if (ignore?.includes(column)) return isKey ? { kind: 'used', targets: [], isKey } : { kind: 'ignored' }
    const target = targetNamed(column)
    const other = columns[column]
    if (target && other === undefined) return { kind: 'used', targets: [target], isKey }
    if (isKey) return { kind: 'used', targets: [], isKey }
    return {
      kind: 'unknown',
      sentence: other === undefined ? unknownIn(column, writtenIn) : notUsed(column, other, writtenIn),
    }
  }
}

function unknownIn(column: string, writtenIn: MappingRules['writtenIn']): string {
  // Every mailing_id and segment_id shares a word with id; that says nothing.
  const near = nearest(column, fields).find(
    field => !field.endsWith('id') || Math.abs(field.length - column.length) <= 3,
  )
  const advice =
    writtenIn === 'flags'
      ? `map it, as with --column content.city=city, or leave it out with ${ignoring(column)}`
      : 'map it with columns (content.city: city), or name it in ignore'
  return `is no field of a launch${near === undefined ? `: ${advice}` : `; did you mean "${near}"? Else ${advice}`}`
}

function notUsed(column: string, other: string, writtenIn: MappingRules['writtenIn']): string {
  return writtenIn === 'flags'
    ? `is not used: --column takes ${column} from ${JSON.stringify(other)}. If that is meant, leave it out with ${ignoring(column)}`
    : `is not used: columns takes ${column} from ${JSON.stringify(other)}. If that is meant, name it in ignore`
}

/** The flag as it can be typed; for a name that a shell would take apart, what stands for it. */
function ignoring(column: string): string {
  return `--ignore ${/^[\p{L}\d_.-]{1,80}$/u.test(column) ? column : 'COLUMN'}`
}

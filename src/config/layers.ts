/** The config file with the settings of the environment and of flags laid over it, and where each value came from. */
import { type Finding, pathInWords, sentenceOf } from '../files/finding.ts'
import type { Problem } from '../files/problem.ts'
import { type Path, type Shape, shapesUnder } from '../files/shape.ts'
import { keysOf, valueAt } from '../files/value.ts'
import type { Yaml } from '../files/yaml.ts'
import type { Setting } from './settings.ts'

export class Layers {
  /** Everything laid over each other, not yet checked. */
  readonly value: unknown
  readonly #declared: unknown
  readonly #file: Yaml | undefined
  readonly #settings = new Map<string, Setting>()

  /** `declared` is what the file says, notes removed; the later settings override the earlier ones. */
  constructor(file: Yaml | undefined, declared: unknown, settings: readonly Setting[], shape: Shape) {
    this.#file = file
    this.#declared = declared
    let value = declared
    for (const setting of settings) {
      value = withValue(value, setting.path, setting.value, [shape])
      const words = pathInWords(setting.path)
      for (const known of [...this.#settings.keys()]) if (known.startsWith(`${words}.`)) this.#settings.delete(known)
      this.#settings.set(words, setting)
    }
    this.value = value
  }

  /** `config/sendoff.yaml:12`, `environment REDIS_URL`, `flag --log-level` or `default`. */
  sourceOf(path: Path): string {
    if (valueAt(this.value, path) === undefined) return 'default'
    for (let length = path.length; length > 0; length--) {
      const setting = this.#settings.get(pathInWords(path.slice(0, length)))
      if (setting) return setting.source
    }
    return this.#file ? `${this.#file.where}:${this.#file.locate(path).line}` : 'default'
  }

  /** A finding in `value` as a problem of the file or of the variable that holds what is wrong. */
  problemOf(finding: Finding, where: string): Problem {
    return {
      severity: finding.severity ?? 'error',
      ...(this.#placeOf(finding) ?? { where, ...this.#file?.locate(finding.path, finding.spot) }),
      sentence: sentenceOf(finding, pathInWords),
    }
  }

  #placeOf({ path }: Finding): Setting['place'] | undefined {
    for (let length = path.length; length > 0; length--) {
      const part = path.slice(0, length)
      const words = pathInWords(part)
      const own = this.#settings.get(words)
      if (own) return own.place
      if (valueAt(this.#declared, part) !== undefined) return undefined
      const [below] = [...this.#settings].filter(([key]) => key.startsWith(`${words}.`))
      if (below) return below[1].place
    }
    return undefined
  }
}

function withValue(value: unknown, path: Path, leaf: unknown, shapes: readonly Shape[]): unknown {
  const [key, ...rest] = path
  if (key === undefined) return leaf
  // Of a choice, `{ env }` or `{ file }`, the setting replaces whichever was made before.
  const kept = shapes.some(shape => shape.anyOf) ? [] : keysOf(value)
  const entries = kept.map(name => [name, valueAt(value, [name])] as const)
  const below = shapes.flatMap(shape => shapesUnder(shape, key))
  return { ...Object.fromEntries(entries), [key]: withValue(valueAt(value, [key]), rest, leaf, below) }
}

/** Something found wrong inside declared data, before it is known in which line that data stands. Pure. */
import type { Problem } from './problem.ts'
import type { Path } from './shape.ts'
import type { Yaml } from './yaml.ts'

export interface Finding {
  /** What the problem points at. */
  readonly path: Path
  /** What the sentence is about, where that is not what it points at: an unknown key is a flaw of its map. */
  readonly about?: Path
  readonly spot?: 'key' | 'value'
  /** Where inside a text it points, in characters from the beginning of that text. */
  readonly offset?: number
  readonly severity?: Problem['severity']
  readonly sentence: string
}

/** `weekly-digest.launch.attach[0]`: a path as people read it. */
export function pathInWords(path: Path): string {
  return path.reduce((words: string, key) => {
    if (typeof key === 'number') return `${words}[${key}]`
    return words === '' ? key : `${words}.${key}`
  }, '')
}

/** The finding as one sentence that names its place in the data; `name` puts a path into words. */
export function sentenceOf(finding: Finding, name: (path: Path) => string): string {
  const about = name(finding.about ?? finding.path)
  return about === '' ? finding.sentence : `${about}: ${finding.sentence}`
}

/** Findings as problems of a YAML text. */
export function problemsIn(yaml: Yaml, findings: readonly Finding[], name: (path: Path) => string): Problem[] {
  const problems = findings.map(finding => ({
    severity: finding.severity ?? 'error',
    where: yaml.where,
    ...yaml.locate(finding.path, finding.spot, finding.offset),
    sentence: sentenceOf(finding, name),
  }))
  return withoutEchoes(problems, yaml)
}

/** Where the text itself is flawed at a place, that flaw says enough about the place. */
export function withoutEchoes(problems: readonly Problem[], yaml: Yaml): Problem[] {
  const placeOf = ({ where, line, column }: Problem) => `${where}:${line}:${column}`
  const flawed = new Set(yaml.problems.map(placeOf))
  return problems.filter(problem => !flawed.has(placeOf(problem)))
}

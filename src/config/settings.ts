/** What the environment sets over the config file, as values of the types that the keys want. */
import type { Problem } from '../files/problem.ts'
import { type Path, type Shape, shapesAt, shapesUnder } from '../files/shape.ts'
import { nearest } from '../files/suggestion.ts'
import { type Environment, inWords, placeOf, secretVariable, type Variable } from './environment.ts'
import { isOurs, meaningOf, settingNames } from './variable-names.ts'

export interface Setting {
  readonly path: Path
  readonly value: unknown
  /** `environment REDIS_URL`, `.env:3 REDIS_URL`, `flag --log-level`. */
  readonly source: string
  readonly place: Pick<Problem, 'where' | 'line' | 'column'>
}

export interface Settings {
  /** In the order in which they are laid over each other. */
  readonly settings: readonly Setting[]
  readonly problems: readonly Problem[]
}

/** Reads the settings from the environment. `declared` is the value of the config file, relative files are below `cwd`. */
export function settingsIn(environment: Environment, declared: unknown, shape: Shape, cwd: string): Settings {
  const settings: Setting[] = []
  const problems: Problem[] = []
  for (const layer of environment.layers) {
    for (const variable of aliasesFirst(layer)) {
      const meaning = meaningOf(variable.name, declared, shape)
      if (!meaning) {
        if (isOurs(variable.name)) problems.push(nothingSet(variable, settingNames(shape, declared)))
        continue
      }
      const { path, secretName } = meaning
      if (secretName === undefined) {
        settings.push(settingOf(path, fitting(variable.value, shapesAt(shape, path)), variable))
        continue
      }
      const secret = secretVariable({ layers: [layer], problems: [] }, secretName, cwd)
      if (secret.found) settings.push(settingOf(path, secret.value, secret.variable))
      // Both names lead here where both are set; the problem is told once.
      else if (secret.problem && variable.name !== secretName) problems.push(secret.problem)
    }
  }
  return { settings, problems }
}

/** Where both are set, a `SENDOFF_` name is the more deliberate one. */
function aliasesFirst(layer: ReadonlyMap<string, Variable>): Variable[] {
  return [...layer.values()].sort((a, b) => Number(isOurs(a.name)) - Number(isOurs(b.name)))
}

/** The text of a variable as the type its key wants; text that does not fit stays, for the schema to complain about. */
function fitting(text: string, shapes: readonly Shape[]): unknown {
  const options = shapes.flatMap(each => each.anyOf ?? [each])
  const wants = (...types: string[]) => options.some(({ type }) => typeof type === 'string' && types.includes(type))
  if (wants('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (wants('integer', 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (wants('object') && text.startsWith('{')) return fromJson(text)
  if (!wants('array')) return text
  if (text.startsWith('[')) return fromJson(text)
  const items = options.flatMap(each => shapesUnder(each, 0))
  return text.split(',').map(item => fitting(item.trim(), items))
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
  } catch {
    return text
  }
}

function settingOf(path: Path, value: unknown, variable: Variable): Setting {
  return { path, value, source: inWords(variable), place: placeOf(variable) }
}

function nothingSet(variable: Variable, known: readonly string[]): Problem {
  const [likeliest] = nearest(withoutPrefix(variable.name), known.map(withoutPrefix))
  const hint = likeliest === undefined ? '' : `; did you mean SENDOFF_${likeliest}?`
  const subject = variable.line === undefined ? '' : `${variable.name} `
  return { severity: 'error', ...placeOf(variable), sentence: `${subject}names no setting${hint}` }
}

function withoutPrefix(name: string): string {
  return name.replace(/^SENDOFF_/, '')
}

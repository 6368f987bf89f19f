/**
 * Names of environment variables for settings: `SENDOFF_` and the path of a key, `__` between levels, `_` between the words
 * of a key. `SENDOFF_ACCOUNTS__MAIN__BASE_URL` is `accounts.main.baseUrl`. Pure.
 */
import { type Path, type Shape, shapesAt, shapesUnder } from '../files/shape.ts'
import { keysOf, valueAt } from '../files/value.ts'

const prefix = 'SENDOFF_'
/** Names that other tools set or expect. */
const aliases: Readonly<Record<string, Path>> = {
  REDIS_URL: ['redis', 'url'],
  LOG_LEVEL: ['log', 'level'],
  ALTCRAFT_URL: ['accounts', 'main', 'baseUrl'],
}
/** Where files are is no key of a file. */
export const fileVariables = { config: 'SENDOFF_CONFIG', jobs: 'SENDOFF_JOBS' } as const
/** Of commands that ask a server: no part of the configuration either. */
export const keyVariable = 'SENDOFF_KEY'
const outside: readonly string[] = [...Object.values(fileVariables), keyVariable, `${keyVariable}_FILE`]

export interface Meaning {
  readonly path: Path
  /** Where the key is a secret: the name that holds the secret itself; the same with `_FILE` holds the name of its file. */
  readonly secretName?: string
}

/** Whether the name is Sendoff's own, so that it must mean something. */
export function isOurs(name: string): boolean {
  return name.startsWith(prefix) && !outside.includes(name)
}

/** Which key the name sets; `declared` is the value of the config file, which says what accounts there are. */
export function meaningOf(name: string, declared: unknown, shape: Shape): Meaning | undefined {
  const path = pathOf(name, declared, shape)
  if (path) return isSecretText(shape, path) ? { path, secretName: name } : { path }
  if (!name.endsWith('_FILE')) return undefined
  const secretName = name.slice(0, -'_FILE'.length)
  const secretPath = pathOf(secretName, declared, shape)
  return secretPath && isSecretText(shape, secretPath) ? { path: secretPath, secretName } : undefined
}

/** Every name that sets something; of accounts, those of the declared ones. */
export function settingNames(shape: Shape, declared: unknown): string[] {
  return [...outside, ...namesBelow(shape, declared, [])]
}

function isSecretText(shape: Shape, path: Path): boolean {
  return shapesAt(shape, path).some(each => each.secret === true && each.type === 'string')
}

function pathOf(name: string, declared: unknown, shape: Shape): Path | undefined {
  if (Object.hasOwn(aliases, name)) return aliases[name]
  if (!name.startsWith(prefix)) return undefined
  let shapes: Shape[] = [shape]
  const path: string[] = []
  for (const segment of name.slice(prefix.length).split('__')) {
    const key = keyFor(segment, shapes, valueAt(declared, path))
    if (key === undefined) return undefined
    shapes = shapes.flatMap(each => shapesUnder(each, key))
    path.push(key)
  }
  return path
}

function keyFor(segment: string, shapes: readonly Shape[], declared: unknown): string | undefined {
  const key = shapes.flatMap(each => keysBelow(each, declared)).find(each => segmentOf(each) === segment)
  if (key !== undefined || !shapes.some(takesNames)) return key
  return /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(segment) ? segment.toLowerCase().replaceAll('_', '-') : undefined
}

function namesBelow(shape: Shape, declared: unknown, path: readonly string[]): string[] {
  const keys = keysBelow(shape, declared)
  if (keys.length === 0) return [`${prefix}${path.map(segmentOf).join('__')}`]
  return keys.flatMap(key =>
    shapesUnder(shape, key).flatMap(each => namesBelow(each, valueAt(declared, [key]), [...path, key])),
  )
}

function keysBelow(shape: Shape, declared: unknown): string[] {
  const choices = shape.anyOf ?? [shape]
  const own = choices.flatMap(each => Object.keys(each.properties ?? {}))
  const named = choices.some(takesNames) ? keysOf(declared) : []
  return takesNames(shape) && named.length === 0 ? ['main'] : [...own, ...named]
}

function takesNames(shape: Shape): boolean {
  return typeof shape.additionalProperties === 'object'
}

/** `baseUrl` → `BASE_URL`, `msk-2` → `MSK_2`. */
function segmentOf(key: string): string {
  return key.replace(/[A-Z]/g, '_$&').replaceAll('-', '_').toUpperCase()
}

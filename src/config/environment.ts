/** The environment of a process, and the `.env` file of the folder it starts in, which the environment overrides. */
import { resolve } from 'node:path'
import { parse } from 'dotenv'
import type { Problem } from '../files/problem.ts'
import { readTextFile } from '../files/text-file.ts'

const largestEnvFile = 64 * 1_024
const largestSecret = 64 * 1_024
const readableByAll = 0o004

/** One variable and where it was set; an empty one counts as not set. */
export interface Variable {
  readonly name: string
  readonly value: string
  readonly origin: 'environment' | '.env'
  /** In `.env`. */
  readonly line?: number
}

export interface Environment {
  /** `.env` first, the process's own after it: the later overrides the earlier. */
  readonly layers: readonly ReadonlyMap<string, Variable>[]
  readonly problems: readonly Problem[]
}

/** Reads `env` and the `.env` file in `cwd`; neither is changed. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, cwd: string): Environment {
  const own = new Map<string, Variable>()
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '') own.set(name, { name, value, origin: 'environment' })
  }
  const read = readTextFile(resolve(cwd, '.env'), largestEnvFile)
  if (read.ok) return { layers: [dotenvLayer(read.text), own], problems: [] }
  const problems: Problem[] = read.missing
    ? []
    : [{ severity: 'error', where: '.env', sentence: `the file ${read.why}` }]
  return { layers: [new Map(), own], problems }
}

function dotenvLayer(text: string): ReadonlyMap<string, Variable> {
  const layer = new Map<string, Variable>()
  for (const [name, value] of Object.entries(parse(text))) {
    if (value === '') continue
    const before = new RegExp(`^\\s*(?:export\\s+)?${name.replace(/[.]/g, '\\.')}\\s*[=:]`, 'm').exec(text)
    const line = text.slice(0, (before?.index ?? 0) + (before?.[0].search(/\S/) ?? 0)).split('\n').length
    layer.set(name, { name, value, origin: '.env', line })
  }
  return layer
}

/** The place of a variable, as problems name it. */
export function placeOf(variable: Variable): Pick<Problem, 'where' | 'line' | 'column'> {
  return variable.line === undefined ? { where: variable.name } : { where: '.env', line: variable.line, column: 1 }
}

/** `environment REDIS_URL` or `.env:3 REDIS_URL`. */
export function inWords({ name, origin, line }: Variable): string {
  return line === undefined ? `${origin} ${name}` : `${origin}:${line} ${name}`
}

export type SecretRead =
  | { readonly found: true; readonly value: string; readonly variable: Variable }
  | { readonly found: false; readonly problem?: Problem }

/** The secret that `name` holds, or that the file named by `name` + `_FILE` holds; both at once is a problem. */
export function secretVariable({ layers }: Environment, name: string, cwd: string): SecretRead {
  for (const layer of layers.toReversed()) {
    const value = layer.get(name)
    const file = layer.get(`${name}_FILE`)
    if (value && file) {
      const sentence = `${name} and ${name}_FILE are both set; set one of them`
      return { found: false, problem: { severity: 'error', ...placeOf(file), sentence } }
    }
    if (value) return { found: true, value: value.value, variable: value }
    if (file) return secretIn(file, cwd)
  }
  return { found: false }
}

function secretIn(variable: Variable, cwd: string): SecretRead {
  const read = readSecretFile(resolve(cwd, variable.value))
  if (read.ok) return { found: true, value: read.text, variable }
  const sentence = `${variable.origin === '.env' ? `${variable.name}: ` : ''}the file ${variable.value} ${read.why}`
  return { found: false, problem: { severity: 'error', ...placeOf(variable), sentence } }
}

/** The text of a secret's file without the newline at its end. */
export function readSecretFile(
  path: string,
): { ok: true; text: string; openToAll: boolean } | { ok: false; why: string } {
  const read = readTextFile(path, largestSecret)
  if (!read.ok) return { ok: false, why: read.why }
  const text = read.text.replace(/\r?\n$/, '')
  if (text === '') return { ok: false, why: 'is empty' }
  return { ok: true, text, openToAll: (read.stats.mode & readableByAll) !== 0 }
}

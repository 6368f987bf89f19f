/** Warnings about files of secrets that everybody on the machine can read. */
import { resolve } from 'node:path'
import type { Problem } from '../files/problem.ts'
import type { Config } from './config.ts'
import { type Environment, placeOf, readSecretFile } from './environment.ts'

interface SecretFile {
  readonly path: string
  readonly place: Pick<Problem, 'where' | 'line' | 'column'>
}

/** One warning per file that exists and is open to all; whether it exists at all matters only to processes that send. */
export function openSecrets(config: Config, environment: Environment, cwd: string): Problem[] {
  return [...referredFiles(config), ...namedFiles(config, environment)].flatMap(({ path, place }) => {
    const read = readSecretFile(resolve(cwd, path))
    if (!read.ok || !read.openToAll) return []
    const sentence = `the file ${path} holds a secret and can be read by everybody on this machine; chmod 600 it`
    return [{ severity: 'warning', ...place, sentence }]
  })
}

function referredFiles({ accounts }: Config): SecretFile[] {
  return Object.values(accounts).flatMap(({ name, token }) => {
    return 'file' in token ? [{ path: token.file, place: { where: `accounts.${name}.token` } }] : []
  })
}

function namedFiles({ accounts }: Config, environment: Environment): SecretFile[] {
  const tokens = Object.values(accounts).flatMap(({ token }) => ('env' in token ? [`${token.env}_FILE`] : []))
  const names = new Set([...tokens, 'REDIS_URL_FILE', 'SENDOFF_REDIS__URL_FILE'])
  return environment.layers.flatMap(layer =>
    [...layer.values()]
      .filter(({ name }) => names.has(name))
      .map(variable => ({ path: variable.value, place: placeOf(variable) })),
  )
}

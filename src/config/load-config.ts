/** The configuration from its four sources: flag > environment > `.env` > file > default. */
import { isAbsolute, relative, resolve } from 'node:path'
import { withoutEchoes } from '../files/finding.ts'
import { findingsIn } from '../files/issues.ts'
import { withoutNotes } from '../files/notes.ts'
import { DeclarationError, type Problem } from '../files/problem.ts'
import { shapeOf } from '../files/shape.ts'
import { readYamlFile, type Yaml } from '../files/yaml.ts'
import { tidyBaseUrl } from './base-url.ts'
import { type Config, configSchema, type Paths } from './config.ts'
import { type Environment, inWords, readEnvironment } from './environment.ts'
import { deepFrozen } from './freeze.ts'
import { Layers } from './layers.ts'
import { openSecrets } from './open-secrets.ts'
import { brokenRules } from './rules.ts'
import { type Setting, settingsIn } from './settings.ts'
import { leavesOf, writtenConfig } from './show.ts'
import { fileVariables } from './variable-names.ts'

export interface Flags {
  readonly config?: string | undefined
  readonly jobs?: string | undefined
  readonly logLevel?: string | undefined
}

export interface LoadInput {
  /** The folder that names of files are relative to. */
  readonly cwd: string
  readonly flags: Flags
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface LoadedConfig {
  readonly config: Config
  /** By path (`accounts.main.baseUrl`): `config/sendoff.yaml:12`, `environment REDIS_URL`, `flag --jobs`, `default` … */
  readonly sources: ReadonlyMap<string, string>
  readonly warnings: readonly Problem[]
}

/** Reads and checks the configuration; throws a DeclarationError that carries everything wrong with it at once. */
export function loadConfig({ cwd, flags, env }: LoadInput): LoadedConfig {
  const environment = readEnvironment(env, cwd)
  const configFile = fileChoice('config', 'config/sendoff.yaml', flags.config, environment)
  const jobs = fileChoice('jobs', 'jobs', flags.jobs, environment)
  const where = nameOf(resolve(cwd, configFile.path), cwd)
  const file = readConfigFile(resolve(cwd, configFile.path), where, configFile.source !== 'default')

  const shape = shapeOf(configSchema)
  const declared = file.yaml ? withoutNotes(file.yaml.value ?? {}, shape) : { version: 1 }
  const settings = settingsIn(environment, declared, shape, cwd)
  const layers = new Layers(file.yaml, declared, [...settings.settings, ...flagSettings(flags)], shape)
  const readable = file.yaml === undefined || file.yaml.value !== undefined
  const findings = readable ? [...findingsIn(configSchema, layers.value), ...brokenRules(layers.value)] : []
  const found = findings.map(finding => layers.problemOf(finding, where))
  const problems = [
    ...environment.problems,
    ...file.problems,
    ...settings.problems,
    ...(file.yaml ? withoutEchoes(found, file.yaml) : found),
    ...unsafeTls(env),
  ]
  if (problems.some(({ severity }) => severity === 'error')) throw new DeclarationError(problems)

  const paths = { ...(file.yaml ? { config: resolve(cwd, configFile.path) } : {}), ...dataPaths(cwd, jobs.path) }
  const config = builtConfig(layers.value, paths)
  const sources = new Map(leavesOf(writtenConfig(config)).map(({ path, words }) => [words, layers.sourceOf(path)]))
  if (config.paths.config !== undefined) sources.set('paths.config', configFile.source)
  sources.set('paths.jobs', jobs.source).set('paths.data', 'default')
  return { config, sources, warnings: [...problems, ...openSecrets(config, environment, cwd)] }
}

function builtConfig(value: unknown, paths: Paths): Config {
  const { version: _, accounts, ...rest } = configSchema.parse(value)
  const named = Object.entries(accounts).map(([name, account]) => {
    return [name, { ...account, baseUrl: tidyBaseUrl(account.baseUrl), name }] as const
  })
  return deepFrozen({ paths, ...rest, accounts: Object.fromEntries(named) })
}

function dataPaths(cwd: string, jobs: string): Pick<Paths, 'jobs' | 'data'> {
  return { jobs: resolve(cwd, jobs), data: resolve(cwd, '.sendoff') }
}

interface Choice {
  readonly path: string
  readonly source: string
}

function fileChoice(key: 'config' | 'jobs', usual: string, flag: string | undefined, environment: Environment): Choice {
  if (flag !== undefined) return { path: flag, source: `flag --${key}` }
  for (const layer of environment.layers.toReversed()) {
    const variable = layer.get(fileVariables[key])
    if (variable) return { path: variable.value, source: inWords(variable) }
  }
  return { path: usual, source: 'default' }
}

/** The file as people name it: relative where it lies below the folder they are in. */
export function nameOf(path: string, cwd: string): string {
  const below = relative(cwd, path)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}

function readConfigFile(path: string, where: string, asked: boolean): { yaml?: Yaml; problems: readonly Problem[] } {
  const file = readYamlFile(path, where)
  if (file.ok) return { yaml: file.yaml, problems: file.yaml.problems }
  return { problems: file.missing && !asked ? [] : [file.problem] }
}

function flagSettings({ logLevel }: Flags): Setting[] {
  if (logLevel === undefined) return []
  return [{ path: ['log', 'level'], value: logLevel, source: 'flag --log-level', place: { where: '--log-level' } }]
}

function unsafeTls(env: LoadInput['env']): Problem[] {
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED'
  if (env[name] !== '0') return []
  const sentence = 'must not be 0: the token would be given to whoever answers; name a certificate in caFile instead'
  return [{ severity: 'error', where: name, sentence }]
}

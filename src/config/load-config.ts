/** The configuration from its four sources: flag > environment > `.env` > file > default. */
import { resolve } from 'node:path'
import { fileName } from '../files/file-name.ts'
import { type Finding, withoutEchoes } from '../files/finding.ts'
import { findingsIn } from '../files/issues.ts'
import { withoutNotes } from '../files/notes.ts'
import { DeclarationError, inOrder, type Problem } from '../files/problem.ts'
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

interface Flags {
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
  /** Something that is found wrong later, as a problem of the file or of the variable that holds it. */
  readonly problemOf: (finding: Finding) => Problem
}

export interface ChosenFile {
  /** Absolute. */
  readonly path: string
  /** `default`, or which flag or variable chose it. */
  readonly source: string
}

/** Which config file and which folder of schedule files are meant; neither has to exist. */
export function chosenFiles({ cwd, flags, env }: LoadInput): { config: ChosenFile; jobs: ChosenFile } {
  return filesChosen(cwd, flags, readEnvironment(env, cwd))
}

/** Reads and checks the configuration; throws a DeclarationError that carries everything wrong with it at once. */
export function loadConfig({ cwd, flags, env }: LoadInput): LoadedConfig {
  const environment = readEnvironment(env, cwd)
  const { config: configFile, jobs } = filesChosen(cwd, flags, environment)
  const where = fileName(configFile.path, cwd)
  const file = readConfigFile(configFile.path, where, configFile.source !== 'default')

  const shape = shapeOf(configSchema)
  const declared = file.yaml ? withoutNotes(file.yaml.value ?? {}, shape) : { version: 1 }
  const settings = settingsIn(environment, declared, shape, cwd)
  const layers = new Layers(file.yaml, declared, [...settings.settings, ...flagSettings(flags)], shape)
  const readable = file.yaml === undefined || file.yaml.value !== undefined
  const findings = readable ? [...findingsIn(configSchema, layers.value), ...brokenRules(layers.value)] : []
  const found = findings.map(finding => layers.problemOf(finding, where))
  const problems = inOrder([
    ...environment.problems,
    ...file.problems,
    ...settings.problems,
    ...(file.yaml ? withoutEchoes(found, file.yaml) : found),
    ...unsafeTls(env),
  ])
  if (problems.some(({ severity }) => severity === 'error')) throw new DeclarationError(problems)

  const paths = { jobs: jobs.path, data: resolve(cwd, '.sendoff') }
  const config = builtConfig(layers.value, file.yaml ? { config: configFile.path, ...paths } : paths)
  const sources = new Map(leavesOf(writtenConfig(config)).map(({ path, words }) => [words, layers.sourceOf(path)]))
  if (config.paths.config !== undefined) sources.set('paths.config', configFile.source)
  sources.set('paths.jobs', jobs.source).set('paths.data', 'default')
  const warnings = [...problems, ...openSecrets(config, environment, cwd)]
  return { config, sources, warnings, problemOf: finding => layers.problemOf(finding, where) }
}

function builtConfig(value: unknown, paths: Paths): Config {
  const { version: _, accounts, ...rest } = configSchema.parse(value)
  const named = Object.entries(accounts).map(([name, account]) => {
    return [name, { ...account, baseUrl: tidyBaseUrl(account.baseUrl), name }] as const
  })
  return deepFrozen({ paths, ...rest, accounts: Object.fromEntries(named) })
}

function filesChosen(cwd: string, flags: Flags, environment: Environment) {
  const choose = (key: 'config' | 'jobs', usual: string): ChosenFile => {
    const flag = flags[key]
    if (flag !== undefined) return { path: resolve(cwd, flag), source: `flag --${key}` }
    const variable = environment.layers.findLast(layer => layer.has(fileVariables[key]))?.get(fileVariables[key])
    if (variable) return { path: resolve(cwd, variable.value), source: inWords(variable) }
    return { path: resolve(cwd, usual), source: 'default' }
  }
  return { config: choose('config', 'config/sendoff.yaml'), jobs: choose('jobs', 'jobs') }
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

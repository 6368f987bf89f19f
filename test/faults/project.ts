/** A scenario's project folder, whose files are written as JSON, which is YAML, and the command line run in it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Child } from './processes.ts'

/** The account's token, looked for in everything that is stored or printed. */
export const canary = 'canary-c41f0e9d73b25a68'

/** Short, so that leases and what follows from them are short as well. Durations as the configuration writes them. */
const quickTimeouts = { connect: '1s', headers: '1200ms', total: '1500ms' }

export interface Declared {
  readonly when: Readonly<Record<string, unknown>>
  readonly launch: { readonly id: number }
  readonly policy?: Readonly<Record<string, unknown>>
  readonly account?: string
}

export interface Configured {
  readonly timeouts?: Readonly<Record<string, string>>
  /** More accounts than `main`, by name, as the configuration writes them; each has the stand-in's address unless it has its own. */
  readonly accounts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What the policy of all schedules says otherwise than the suite's own, which tries 8 times. */
  readonly policy?: Readonly<Record<string, unknown>>
}

/** Writes the configuration, with the ports of Redis and of the stand-in, and an empty file of schedules. */
export async function writeProject(
  folder: string,
  ports: { readonly redis: number; readonly http: number },
  { timeouts = quickTimeouts, accounts = {} }: Configured,
): Promise<void> {
  // Most scenarios are nothing but failures in a row, and a breaker waits longer than they do.
  const brakes = { breaker: { failures: 'off' } }
  const account = { baseUrl: `http://127.0.0.1:${ports.http}`, token: { env: 'ALTCRAFT_TOKEN' }, timeouts, ...brakes }
  const all = Object.entries({ main: {}, ...accounts }).map(([name, own]) => [name, { ...account, ...own }])
  const redis = { url: `redis://127.0.0.1:${ports.redis}` }
  await mkdir(join(folder, 'config'))
  await mkdir(join(folder, 'jobs'))
  const config = { version: 1, accounts: Object.fromEntries(all), redis }
  await writeFile(join(folder, 'config/sendoff.yaml'), JSON.stringify(config))
  await writeSchedules(folder, {})
}

export async function writeSchedules(
  folder: string,
  schedules: Readonly<Record<string, Declared>>,
  otherwise: Configured['policy'] = {},
): Promise<void> {
  const policy = { overlap: 'allow', misfire: 'all', maxLateness: '10m', retry: retriesOf(8), ...otherwise }
  const file = { version: 1, defaults: { account: 'main', timezone: 'UTC', policy }, schedules }
  await writeFile(join(folder, 'jobs/all.yaml'), JSON.stringify(file))
}

/** Quick retries, as schedule files write them. */
export function retriesOf(attempts: number): Readonly<Record<string, unknown>> {
  return { attempts, initial: '300ms', max: '1s' }
}

/** An instant on a whole second, as schedule files write it. */
export function moment(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

/** Starts the command line of a build in the folder. */
export function startCli(
  build: string,
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  return new Child(process.execPath, [join(build, 'dist/cli.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ALTCRAFT_TOKEN: canary, NO_COLOR: '1', ...env },
  })
}

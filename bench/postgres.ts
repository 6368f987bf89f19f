/** A PostgreSQL of the benchmark's own: its data in a temporary folder, a Unix socket in it, and nothing that it leaves behind. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface Postgres {
  /** For `pg` and what is built on it. */
  readonly connectionString: string
  stop(): Promise<void>
}

/** The folder of the server's programs: on PATH, or where Debian keeps them, the newest first. */
function binaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions.map(each => join(debian, each, 'bin'))]
  return folders.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Undefined where no server is installed. */
export function postgresVersion(): string | undefined {
  const folder = binaries()
  if (folder === undefined) return undefined
  return /\d+(\.\d+)*/.exec(execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' }))?.[0]
}

/** The server refuses to run as root: somebody else takes its place then. */
function owner(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (user: string, flag: string) =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }))
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id(user, '-u'), gid: id(user, '-g') }
    } catch {
      // The next one.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody')
}

/** Starts one with the settings it comes with, so that what it has committed is on the disk; undefined where none is installed. */
export async function startPostgres(): Promise<Postgres | undefined> {
  const folder = binaries()
  if (folder === undefined) return undefined
  const place = await mkdtemp(join(tmpdir(), 'sendoff-postgres-'))
  const as = owner()
  if (as.uid !== undefined && as.gid !== undefined) await chown(place, as.uid, as.gid)
  const data = join(place, 'data')
  const made = ['-D', data, '-U', 'bench', '-A', 'trust', '--no-instructions', '-E', 'UTF8', '--locale', 'C']
  execFileSync(join(folder, 'initdb'), made, { ...as, cwd: place, stdio: 'ignore' })
  const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${place}`, '-c', 'max_connections=200']
  const child = spawn(join(folder, 'postgres'), ['-D', data, ...settings], {
    ...as,
    cwd: place,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGQUIT')
    await ended
    await rm(place, { recursive: true, force: true })
  }
  await ready(child).catch(async error => {
    await stop()
    throw error
  })
  return { connectionString: `postgres://bench@localhost/postgres?host=${encodeURIComponent(place)}`, stop }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', text => {
      said += text
      if (said.includes('ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)))
  })
}

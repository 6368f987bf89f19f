/** Runs the service in this process, from configuration to the last signal. */
import { armAccounts } from '../config/arm-accounts.ts'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { eventsTo } from '../events.ts'
import { DeclarationError, formatProblem } from '../files/problem.ts'
import { createLogger } from '../log.ts'
import { startService } from '../service.ts'
import { readDeclared } from './declared.ts'
import { reloadOnHangup } from './reload.ts'

/** Given to stopping beyond the drain time, before the process ends whatever still hangs. */
const lastWait = 10_000

/**
 * Returns the exit code. Throws DeclarationError, RedisUnreachable, UnfitRedis before anything was started. Schedule files that are
 * wrong are no reason where schedules are stored: those are run.
 */
export async function runService(input: {
  readonly flags: { readonly config?: string | undefined; readonly jobs?: string | undefined }
  readonly apply: boolean
  readonly interrupted: number
}): Promise<number> {
  const cwd = process.cwd()
  const loaded = loadConfig({ cwd, flags: input.flags, env: process.env })
  const { config, warnings } = loaded
  const accounts = armAccounts(config, process.env, cwd)
  const { declared, problems } = declaredBy(loaded, cwd, [...accounts.keys()])
  const secrets = [...accounts.values()].map(account => account.tokenSecret)
  const events = eventsTo(createLogger(config.log, process.stdout, secrets))
  for (const problem of [...warnings, ...problems]) events.fileProblem(formatProblem(problem))

  // Before it says that it has started: whoever reads that may stop it at once.
  const stopping = signalled()
  const starting = startService({ config, accounts, declared, apply: input.apply, events })
  const names = [...accounts.keys()]
  const reloading = reloadOnHangup(starting, { cwd, flags: input.flags, env: process.env, accounts: names, events })
  const service = await starting
  await stopping
  reloading.stop()
  const second = signalled().then(() => input.interrupted)
  const stopped = service.stop(config.worker.drainTimeout).then(() => 0)
  const stuck = new Promise<number>(resolve => {
    setTimeout(() => resolve(1), config.worker.drainTimeout + lastWait).unref()
  })
  return Promise.race([stopped, second, stuck])
}

function declaredBy(loaded: LoadedConfig, cwd: string, accounts: readonly string[]) {
  try {
    const { schedules, problems } = readDeclared(loaded, cwd, accounts)
    return { declared: schedules, problems }
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    return { declared: error, problems: [] }
  }
}

function signalled(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}

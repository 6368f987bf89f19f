/** SIGHUP: the configuration and the schedule files are read again, and nothing of it counts unless all of it is right. */
import { type LoadInput, loadConfig } from '../config/load-config.ts'
import type { Events } from '../events.ts'
import { DeclarationError, formatProblem } from '../files/problem.ts'
import type { Service } from '../service.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { readDeclared } from './declared.ts'

export interface ReloadInput extends LoadInput {
  /** Names of the accounts that this process has: they and their secrets are read at the start only. */
  readonly accounts: readonly string[]
  readonly events: Events
}

export interface Reloading {
  /** From now on no reading begins. */
  stop(): void
}

/**
 * Listens for SIGHUP at once, so that one during the start does not end the process, and reloads `service` from when it has
 * started. One reading follows the other; what is asked for while one waits to begin is answered by that one.
 */
export function reloadOnHangup(service: Promise<Service>, input: ReloadInput): Reloading {
  let running: Promise<unknown> = service.catch(() => {})
  let waiting = false
  const hangUp = () => {
    if (waiting) return
    waiting = true
    running = running.then(async () => {
      waiting = false
      await reload(await service, input).catch(error => input.events.reloadFailed(error))
    })
  }
  process.on('SIGHUP', hangUp)
  return {
    stop: () => {
      // Once more would end the process on the spot, in the middle of stopping.
      waiting = true
    },
  }
}

async function reload(service: Service, input: ReloadInput): Promise<void> {
  const { events } = input
  try {
    const declared = declaredNow(input)
    await service.reload(declared)
    events.reloaded(declared.length)
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    events.reloadRefused(error.problems.map(formatProblem))
  }
}

/** What is declared now. Throws DeclarationError with all that is wrong with it. */
function declaredNow({ accounts, events, ...input }: ReloadInput): readonly Schedule[] {
  const { cwd } = input
  const loaded = loadConfig(input)
  const { schedules, problems } = readDeclared(loaded, cwd, accounts)
  for (const problem of [...loaded.warnings, ...problems]) events.fileProblem(formatProblem(problem))
  return schedules
}

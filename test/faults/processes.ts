/** Processes that the suite starts. Each is ended by its own id, whatever happens to the run. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pauseFor } from 'node:timers/promises'

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const living = new Set<Child>()

export class Child {
  readonly pid: number
  /** Everything it has said, on both of its outputs. */
  output = ''
  /** Set once it has ended. */
  ending: Ending | undefined
  /** Whether the suite has asked for its end: any other end is its own doing. */
  mayEnd = false
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess

  /** Throws where there is no such program. */
  constructor(
    command: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  ) {
    this.#child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
    }
    this.#child.on('error', () => {})
    if (this.#child.pid === undefined) throw new Error(`${command} could not be started`)
    this.pid = this.#child.pid
    living.add(this)
    this.ended = once(this.#child, 'close').then(() => {
      living.delete(this)
      this.ending = { code: this.#child.exitCode, signal: this.#child.signalCode }
      return this.ending
    })
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM' || signal === 'SIGKILL') this.mayEnd = true
    if (this.ending === undefined) process.kill(this.pid, signal)
  }

  /** Ends it with the signal and waits for the end. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ending> {
    this.signal(signal)
    return this.ended
  }

  /** Whether it stands still under SIGSTOP. proc(5), /proc/[pid]/stat, the field after the name. */
  get isStopped(): boolean {
    return this.#proc('stat').split(') ').at(-1)?.startsWith('T') ?? false
  }

  /** The most memory it has held, in MB; 0 where it has ended. */
  get peakMemory(): number {
    return Number(/VmHWM:\s+(\d+) kB/.exec(this.#proc('status'))?.[1] ?? 0) / 1024
  }

  #proc(file: string): string {
    try {
      return readFileSync(`/proc/${this.pid}/${file}`, 'utf8')
    } catch {
      return ''
    }
  }
}

/** Ends what is left, when the run itself must end. */
export function endLiving(): void {
  for (const child of living) child.signal('SIGKILL')
}

export class WaitedTooLong extends Error {
  override readonly name = 'WaitedTooLong'
}

/** Waits until the condition holds; throws WaitedTooLong after `limit` milliseconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, limit = 60_000): Promise<void> {
  const end = performance.now() + limit
  while (!(await condition())) {
    if (performance.now() > end) throw new WaitedTooLong(`waited ${Math.round(limit / 1_000)} s until ${what}`)
    await pauseFor(25)
  }
}

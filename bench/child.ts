/** Processes of the benchmark: each says that it is ready, tells its processor time when asked, and ends with the benchmark. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { z } from 'zod'

/** Where a process of the benchmark works, and against whom. */
export const workplace = z.object({
  /** A folder of its own; the embedded Redis is under it. */
  folder: z.string(),
  /** The far side. */
  url: z.string(),
  /** Launches under way at once. */
  concurrency: z.number(),
})
export type Workplace = z.infer<typeof workplace>

const cpuReply = z.object({ cpu: z.number() })
const readyMessage = z.object({ startedIn: z.number() })

export interface Running {
  /** How long it took to start, in milliseconds. */
  readonly startedIn: number
  /** Processor time of the process so far, in microseconds. */
  cpu(): Promise<number>
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()

/** Ends all processes that are left, whatever state they are in. */
export async function endAll(): Promise<void> {
  await Promise.all([...running].map(end))
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  if (child.connected) child.disconnect()
  await ended
}

export function forked(name: string, ...args: readonly string[]): ChildProcess {
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  const child = fork(file, args, { execArgv: process.execArgv, stdio: [...stdio] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Starts one of the processes below and waits until it is ready. */
export async function startProcess(name: string, place: Workplace): Promise<Running> {
  const child = forked(name, JSON.stringify(place))
  const { startedIn } = readyMessage.parse((await once(child, 'message'))[0])
  return {
    startedIn,
    cpu: async () => {
      const reply = once(child, 'message')
      child.send('cpu')
      return cpuReply.parse((await reply)[0]).cpu
    },
    stop: () => end(child),
  }
}

/** What runs in such a process. */
export interface Served {
  readonly startedIn: number
  end(): Promise<void>
}

/** In the process itself: `start` builds what it is for. */
export async function serveAs(start: (place: Workplace) => Promise<Served>): Promise<void> {
  const { startedIn, end } = await start(workplace.parse(JSON.parse(process.argv[2] ?? '')))
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system })
  })
  process.on('disconnect', () => end().finally(() => process.exit()))
  process.send?.({ startedIn })
}

/** What one round of one side comes to, and how many rounds are told in few words. */
import type { Figures, Store } from './store.ts'

export interface Round {
  readonly perSecond: number
  /** Per launch: Redis commands, those inside scripts included, and calls of scripts, which are round trips. */
  readonly commands: number
  readonly scripts: number
  /** Processor time per launch in microseconds, of this process and of Redis. */
  readonly nodeCpu: number
  readonly redisCpu: number
}

/** For a side whose server tells no such figures. */
export const noFigures: Pick<Store, 'figures'> = {
  figures: async (): Promise<Figures> => ({ commands: 0, scripts: 0, cpu: 0 }),
}

/** `run` starts a worker, calls `done` once for each launch, and returns what stops the worker again. */
export async function measure(
  store: Pick<Store, 'figures'>,
  launches: number,
  run: (done: () => void) => () => Promise<unknown>,
): Promise<Round> {
  let left = launches
  let finish: () => void = () => {}
  const all = new Promise<void>(resolve => {
    finish = resolve
  })
  const before = await store.figures()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const stop = run(() => {
    left -= 1
    if (left === 0) finish()
  })
  await all
  const seconds = (performance.now() - start) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const after = await store.figures()
  await stop()
  return {
    perSecond: launches / seconds,
    commands: (after.commands - before.commands) / launches,
    scripts: (after.scripts - before.scripts) / launches,
    nodeCpu: (user + system) / launches,
    redisCpu: (after.cpu - before.cpu) / launches,
  }
}

/** How long each of `count` calls takes, one after the other, in milliseconds. */
export async function timeEach(count: number, call: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const start = performance.now()
    await call(index)
    times.push(performance.now() - start)
  }
  return times
}

/** The value that the share `part` (0 to 1) of the values does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** Median, with the least and the most in brackets. */
export function spread(values: readonly number[], digits = 2): string {
  const [middle, least, most] = [0.5, 0, 1].map(part => quantile(values, part).toFixed(digits))
  return `${middle} (${least}..${most})`
}

/** A time in which many launches are due: waits until they have arrived at the far side, and judges what came when. */
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Running } from './child.ts'
import type { Daily } from './many-schedules.ts'
import { quantile } from './measure.ts'
import { figuresOf } from './store.ts'

/** What is not there so long after the last due time is not waited for. */
const patience = 60_000

export interface Lateness {
  readonly launched: number
  readonly twice: number
  readonly missing: number
  /** Milliseconds from the due time to the arrival of the request. */
  readonly late: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Per launch: processor time in microseconds, and Redis commands, those inside scripts included. */
  readonly nodeCpu: number
  readonly redisCpu: number
  readonly commands: number
}

const count = async (url: string) => Number(await (await fetch(`${url}/count`)).text())
const arrivalsSchema = z.array(z.tuple([z.number(), z.number()]))

/** Watches what is due from shortly before the first until all have arrived, or none is expected any more. */
export async function watchDue(url: string, redis: Redis, worker: Running, due: readonly Daily[]): Promise<Lateness> {
  const first = Math.min(...due.map(each => each.due))
  const last = Math.max(...due.map(each => each.due))
  if (first - Date.now() < 1_000) throw new Error('the benchmark was not ready in time: give it fewer schedules')
  await pauseFor(first - Date.now() - 1_000)
  const before = { ...(await figuresOf(redis)), node: await worker.cpu() }
  while ((await count(url)) < due.length && Date.now() < last + patience) await pauseFor(250)
  // A second arrival of one that has arrived would still be on its way; outcomes are written down meanwhile.
  await pauseFor(1_000)
  const after = { ...(await figuresOf(redis)), node: await worker.cpu() }
  const arrivals = arrivalsSchema.parse(await (await fetch(`${url}/arrivals`)).json())
  return {
    ...judge(due, arrivals),
    nodeCpu: (after.node - before.node) / due.length,
    redisCpu: (after.cpu - before.cpu) / due.length,
    commands: (after.commands - before.commands) / due.length,
  }
}

function judge(due: readonly Daily[], arrivals: readonly (readonly [mailing: number, at: number])[]) {
  const times = new Map<number, number[]>()
  for (const [mailing, at] of arrivals) times.set(mailing, [...(times.get(mailing) ?? []), at])
  const late = due.flatMap(each => (times.get(each.mailing) ?? []).slice(0, 1).map(at => at - each.due))
  return {
    launched: times.size,
    twice: [...times.values()].filter(at => at.length > 1).length,
    missing: due.length - late.length,
    late: { p50: quantile(late, 0.5), p99: quantile(late, 0.99), max: quantile(late, 1) },
  }
}

/** What of a server can only be measured: its memory and its clock. */
import type { Redis } from 'ioredis'

export interface Memory {
  /** Bytes. */
  readonly used: number
  /** Bytes; undefined where there is no limit. */
  readonly limit: number | undefined
}

/** Reads the memory in use and its limit from INFO. */
export async function measureMemory(redis: Redis): Promise<Memory> {
  const info = await redis.info('memory')
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  const limit = bytes('maxmemory')
  return { used: bytes('used_memory'), limit: limit === 0 ? undefined : limit }
}

export interface ClockReading {
  /** The server's clock minus this process's, in milliseconds. */
  readonly offset: number
  /** How far the truth may be from it at most: half the round trip, in milliseconds. */
  readonly within: number
}

/** The server's clock against ours at the middle of the round trip; of three readings the quickest. */
export async function measureClock(redis: Redis): Promise<ClockReading> {
  const readings: ClockReading[] = []
  for (let count = 0; count < 3; count++) {
    const [sentAt, began] = [Date.now(), performance.now()]
    const [seconds, microseconds] = await redis.time()
    const half = (performance.now() - began) / 2
    const server = Number(seconds) * 1_000 + Number(microseconds) / 1_000
    readings.push({ offset: Math.round(server - sentAt - half), within: Math.ceil(half) })
  }
  return readings.reduce((best, reading) => (reading.within < best.within ? reading : best))
}

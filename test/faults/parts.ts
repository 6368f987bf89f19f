/** The servers that a scenario's services talk to. */
import { join } from 'node:path'
import { type Judging, Oracle } from './oracle.ts'
import { TcpProxy } from './proxy.ts'
import { RedisProcess } from './redis-process.ts'

export interface Parts {
  readonly redis: RedisProcess
  readonly oracle: Oracle
  readonly redisProxy: TcpProxy | undefined
  readonly httpProxy: TcpProxy | undefined
  /** How long the machine takes to start a process, ms. */
  readonly pace: number
}

export interface PartOptions extends Judging {
  /** Puts a proxy before Redis or before the stand-in. */
  readonly proxies?: readonly ('redis' | 'http')[]
}

/** Starts them, with their files in the folder; `judge` is the build that the stand-in comes from. */
export async function openParts(judge: string, folder: string, options: PartOptions): Promise<Parts> {
  const redis = await RedisProcess.start(join(folder, 'redis'))
  const begun = performance.now()
  const oracle = await Oracle.start(judge, folder, options)
  const pace = performance.now() - begun
  const proxied = (what: 'redis' | 'http', port: number) =>
    options.proxies?.includes(what) ? TcpProxy.open(port) : undefined
  const [redisProxy, httpProxy] = await Promise.all([proxied('redis', redis.port), proxied('http', oracle.port)])
  return { redis, oracle, redisProxy, httpProxy, pace }
}

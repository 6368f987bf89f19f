import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { groupScript } from '../../../src/redis/script.ts'
import { type Link, TcpProxy } from '../proxy.ts'
import { RedisProcess } from '../redis-process.ts'
import type { Scenario, Trial } from '../trial.ts'

const acknowledgement = /\*\d+\r\n\$7\r\nWAITAOF\r\n[\s\S]*$/i
/** Where the first connection breaks: before the write's reply, or between it and its acknowledgement. */
type Break = 'never' | 'before reply' | 'before acknowledgement'

/**
 * Stands between the commit connection and a Redis that may be too old for WAITAOF, and acknowledges in its place, at once,
 * as a real one does on a connection that has written nothing.
 */
function interpose(proxy: TcpProxy, where: Break): void {
  const broken = new Set<Link>()
  proxy.rule = (link, direction, chunk) => {
    const text = chunk.toString('latin1')
    const isFirst = proxy.links[0] === link
    if (direction === 'down') return broken.has(link) ? 'cut' : 'pass'
    const asked = acknowledgement.exec(text)
    if (asked === null) return 'pass'
    if (isFirst && where === 'before reply') broken.add(link)
    link.server.write(chunk.subarray(0, asked.index))
    const respond =
      isFirst && where === 'before acknowledgement' ? () => link.cut() : () => link.product.write('*2\r\n:1\r\n:0\r\n')
    if (!broken.has(link)) void pauseFor(50).then(respond)
    return 'swallow'
  }
}

/** The write must have happened at most once, and an acknowledgement counts only on the connection that wrote. */
export async function commitConnection(trial: Trial): Promise<void> {
  const load = (file: string) => import(pathToFileURL(join(trial.build, 'dist', file)).href)
  const product: typeof import('../../../src/redis/commit-connection.ts') = await load('redis/commit-connection.js')
  const { Secret }: typeof import('../../../src/config/secret.ts') = await load('config/secret.js')
  const folder = mkdtempSync(join(tmpdir(), 'sendoff-commit-'))
  const redis = await RedisProcess.start(join(folder, 'redis'))
  const script = groupScript('countWrites', { before: '', each: "return redis.call('INCRBY', KEYS[1], ARGV[1])" }, 0)
  for (const where of ['never', 'before reply', 'before acknowledgement'] as const) {
    const proxy = await TcpProxy.open(redis.port)
    interpose(proxy, where)
    const url = new Secret(`redis://127.0.0.1:${proxy.port}`)
    const commits = new product.CommitConnection({ kind: 'url', url }, 'sendoff-commit')
    const answer = await commits.write(script, where, [1], { kind: 'waitaof', replicas: 0 })
    // Long enough for whoever would come back and send again.
    await pauseFor(300)
    const writes = Number(await redis.client.get(where))
    const wanted = where === 'never' ? 'reply' : 'doubt'
    trial.check(answer.kind === wanted, `I3: broken ${where}, the commit's answer is ${answer.kind}`)
    trial.check(writes === 1, `I3: broken ${where}, the commit was written ${writes} times`)
    if (where !== 'never') trial.fault()
    await commits.close()
    proxy.close()
  }
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
}

export const commitScenarios: readonly Scenario[] = [
  {
    name: 'commit-connection',
    about: 'the connection of commits breaks before its reply, and before its acknowledgement',
    run: commitConnection,
  },
]

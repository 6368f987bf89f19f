import { setTimeout as pauseFor } from 'node:timers/promises'
import { endLoad, startLoad } from '../load.ts'
import { until } from '../processes.ts'
import type { Link, TcpProxy } from '../proxy.ts'
import { Stage, type StageOptions } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

const isCommitLink = ({ text }: Link) => text.up.includes('sendoff-commit')
const isCommit = (link: Link, chunk: Buffer) => isCommitLink(link) && /evalsha/i.test(chunk.toString('latin1'))

async function withProxy(
  trial: Trial,
  where: 'redis' | 'http',
  options: StageOptions,
  play: (stage: Stage, proxy: TcpProxy) => Promise<void>,
): Promise<void> {
  await Stage.with(trial, { ...options, proxies: [where] }, async stage => {
    const proxy = where === 'redis' ? stage.redisProxy : stage.httpProxy
    if (proxy !== undefined) await play(stage, proxy)
  })
}

/** The request or the reply of a commit is lost, with its connection or without. */
async function loseCommits(trial: Trial): Promise<void> {
  await withProxy(trial, 'redis', {}, async (stage, proxy) => {
    const losing = new Map<Link, 'cut' | 'swallow'>()
    let left = 16
    proxy.rule = (link, direction, chunk) => {
      if (direction === 'down') return losing.get(link) ?? 'pass'
      if (left === 0 || !isCommit(link, chunk) || !trial.random.chance(0.4)) return 'pass'
      left -= 1
      trial.fault()
      const how = trial.random.pick(['request lost', 'reply lost', 'connection lost'] as const)
      if (how === 'request lost') return 'cut'
      losing.set(link, how === 'reply lost' ? 'swallow' : 'cut')
      return 'pass'
    }
    const load = await startLoad(stage, { count: 30, spread: 6 })
    await endLoad(stage, load)
    const sent = new Map<string, number>()
    for (const link of proxy.links.filter(isCommitLink)) {
      // Several commits may go as one call; each has its nonce.
      for (const [, nonce = ''] of link.text.up.matchAll(/\$36\r\n([0-9a-f]{8}-[0-9a-f-]{27})\r\n/g)) {
        sent.set(nonce, (sent.get(nonce) ?? 0) + 1)
      }
    }
    const repeated = [...sent.values()].filter(count => count > 1).length
    trial.check(sent.size >= 30, `only ${sent.size} commits were seen on their way`)
    trial.check(repeated === 0, `I3: ${repeated} commits were sent more than once`)
  })
}

/** All connections to Redis break again and again, and replies to anything are lost with them. */
async function cutRedis(trial: Trial): Promise<void> {
  await withProxy(trial, 'redis', {}, async (stage, proxy) => {
    const load = await startLoad(stage, { count: 40, spread: 8 })
    // A service that is cut off while it starts ends, and says so.
    proxy.rule = (_link, direction) => {
      if (direction === 'up' || !trial.random.chance(0.004)) return 'pass'
      trial.fault()
      return 'cut'
    }
    for (const end = load.last; Date.now() < end; ) {
      await pauseFor(trial.random.whole(500, 1_500))
      proxy.cutAll()
      trial.fault()
    }
    proxy.rule = () => 'pass'
    await endLoad(stage, load)
  })
}

/** Far away and in small pieces: slow, and otherwise nothing. */
async function slowLinks(trial: Trial): Promise<void> {
  await Stage.with(trial, { proxies: ['redis', 'http'] }, async stage => {
    for (const proxy of [stage.redisProxy, stage.httpProxy]) {
      if (proxy === undefined) continue
      proxy.delay = trial.random.whole(5, 30)
      proxy.slice = trial.random.whole(100, 300)
      trial.fault()
    }
    await endLoad(stage, await startLoad(stage, { count: 20, spread: 5, services: 1, room: 6 }))
  })
}

type Moment = 'before' | 'during' | 'after'

/** Connections to the platform are cut before, during and after the request. */
async function cutHttp(trial: Trial): Promise<void> {
  await withProxy(trial, 'http', {}, async (stage, proxy) => {
    const moments = new Map<number, Moment>()
    proxy.refuses = () => {
      const refused = trial.random.chance(0.2)
      if (refused) trial.fault()
      return refused
    }
    proxy.rule = (link, direction, chunk) => {
      // Looks at the mailing before its due time pass untouched: they are other requests, of other connections.
      if (!link.text.up.includes('broadcasts/start')) return 'pass'
      const mailing = Number(/"id":(\d+)/.exec(link.text.up)?.[1])
      if (direction === 'down') return moments.get(mailing) === 'after' ? 'cut' : 'pass'
      if (!trial.random.chance(0.5) || moments.has(mailing)) return 'pass'
      trial.fault()
      const moment = trial.random.pick(['during', 'after'] as const)
      moments.set(mailing, moment)
      if (moment === 'after') return 'pass'
      link.server.write(chunk.subarray(0, chunk.length >> 1))
      return 'cut'
    }
    const load = await startLoad(stage, { count: 40, spread: 5, services: 1 })
    const audit = await endLoad(stage, load, ['launched', 'unknown'])
    for (const launch of audit.launches) {
      const moment = moments.get(launch.mailing)
      const starts = audit.startsOf(launch).length
      trial.check(moment !== 'during' || starts === 0, `${launch.key} was started by half a request`)
      trial.check(moment !== 'after' || starts === 1, `${launch.key} passed the proxy and was started ${starts} times`)
      if (moment !== undefined) {
        trial.atPoint(`request cut ${moment}`, { isUnknown: launch.state === 'unknown', starts })
      }
    }
  })
}

/** The link stands still until after our own deadline: by then the connection was reset, and nothing may arrive. */
export async function freezeHttp(trial: Trial): Promise<void> {
  // Without looks at the mailings before, whose connections would be given up as well.
  await withProxy(trial, 'http', { policy: { preflight: 'off' } }, async (stage, proxy) => {
    // Frozen once connected, before any byte of HTTP has gone through.
    proxy.freeze()
    trial.fault()
    const count = 8
    const load = await startLoad(stage, { count: count, spread: 2, services: 1 })
    const ended = () => proxy.links.filter(({ productEnded }) => productEnded !== undefined).length >= count
    await until('every request has been given up', ended, 20_000)
    const gentle = proxy.links.filter(({ productEnded }) => productEnded !== 'reset').length
    trial.check(gentle === 0, `${gentle} connections were not reset, so that their requests could still arrive`)
    proxy.thaw()
    const audit = await endLoad(stage, load, ['unknown'])
    trial.check(audit.requests.length === 0, `${audit.requests.length} requests arrived after their deadline`)
  })
}

export const linkScenarios: readonly Scenario[] = [
  {
    name: 'lost-commits',
    about: 'requests and replies of commits are lost, with their connection or without; none is sent twice',
    run: loseCommits,
  },
  {
    name: 'redis-cuts',
    about: 'all connections to Redis break again and again under load; everything is launched once',
    run: cutRedis,
  },
  { name: 'slow-links', about: 'Redis and the platform are far away and answer in small pieces', run: slowLinks },
  {
    name: 'http-cuts',
    about: 'connections to the platform are cut before, during and after the request',
    run: cutHttp,
  },
  {
    name: 'http-freeze',
    about: 'the link to the platform stands still beyond the deadline; what it held must never arrive',
    run: freezeHttp,
  },
]

/** The service itself: its life, its HTTP API, its Redis and what runs beside the workers. */
import type { Telling } from './telling.ts'

export function serviceEvents(log: Telling) {
  return {
    serviceStarted(facts: { redis: string; accounts: readonly string[]; schedules: number; owner: string }): void {
      const accounts = facts.accounts.length === 0 ? 'no account' : `account ${facts.accounts.join(', ')}`
      log.info(
        { event: 'serviceStarted', ...facts },
        `started: ${accounts}, ${facts.schedules} schedules, Redis ${facts.redis}`,
      )
    },

    serviceStopping(inFlight: number): void {
      log.info({ event: 'serviceStopping', inFlight }, `stopping: no new claims, ${inFlight} in flight`)
    },

    serviceStopped(left: number): void {
      const words = left === 0 ? 'stopped' : `stopped; ${left} in flight were left as unknown`
      log[left === 0 ? 'info' : 'warn']({ event: 'serviceStopped', left }, words)
    },

    httpListens(address: string, withoutKey: string): void {
      const open = withoutKey === 'off' ? '' : `; whoever is on this machine is ${withoutKey} without a key`
      log.info({ event: 'httpListens', address }, `HTTP API at ${address}${open}`)
    },

    requestFailed(error: unknown): void {
      log.error({ event: 'requestFailed', err: error }, 'a request over HTTP failed for a reason that is ours')
    },

    requestBrokenOff(method: string, path: string): void {
      log.info({ event: 'requestBrokenOff' }, `whoever asked over HTTP left before the end of ${method} ${path}`)
    },

    redisAdvice(sentence: string): void {
      log.warn({ event: 'redisAdvice' }, sentence)
    },

    storeIsAnother(): void {
      log.warn(
        { event: 'storeIsAnother' },
        'this Redis is not the one that this data folder knows: launches of before are not known here',
      )
    },

    storeForgot(kind: string, why: string, doubtful: number): void {
      log.error(
        { event: 'storeForgot', kind, doubtful },
        `EVERYTHING IS STOPPED: the store was ${kind}: ${why}. ${doubtful} launches that were due are unknown. See sendoff hold status`,
      )
    },

    clockWrong(why: string): void {
      log.error({ event: 'clockWrong' }, `EVERYTHING IS STOPPED: ${why}. See sendoff hold status`)
    },

    redisLost(error: unknown): void {
      log.warn({ event: 'redisLost', err: error }, 'Redis does not answer; waiting for it')
    },

    redisBack(): void {
      log.info({ event: 'redisBack' }, 'Redis answers again')
    },

    backgroundFailed(what: string, error: unknown): void {
      log.error({ event: 'backgroundFailed', what, err: error }, `${what} failed and will be tried again`)
    },

    pruned(count: number): void {
      log.info({ event: 'pruned', count }, `${count} old launches left the ledger`)
    },
  }
}

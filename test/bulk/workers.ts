/** Workers and feeders as two processes have them, in front of a platform that answers after a while. */
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Feeder } from '../../src/bulk/feeder.ts'
import type { AttemptTools, Sending } from '../../src/launches/attempt.ts'
import { systemClocks } from '../../src/launches/commit.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import type { StartMailing } from '../../src/launches/start-mailing.ts'
import { LaunchWorker } from '../../src/launches/worker.ts'
import type { BatchStage } from './stage.ts'

const sending: Sending = {
  lease: 10_000,
  sendingLasts: 60_000,
  durability: { kind: 'reply' },
  rules: { retry: [], permanent: [], trust503: false },
  confirmation: 'answer',
}

export interface Process {
  stop(): Promise<void>
}

/** Answers success after `delay` milliseconds and tells `started` the Request-ID and the mailing. */
export function platform(delay: number, started: (requestId: string, mailing: number) => void): StartMailing {
  return async ({ requestId, request }, permit) => {
    const permission = await permit()
    if (!permission.granted) return { kind: 'withheld', why: permission.why }
    started(requestId, request.id)
    await pauseFor(delay)
    const envelope = { kind: 'valid', error: 0, errorText: 'Successful operation' } as const
    return { kind: 'answered', status: 200, duplicate: false, envelope, retryAfter: undefined, serverDate: undefined }
  }
}

export function startProcess(stage: BatchStage, startMailing: StartMailing, concurrency = 8): Process {
  // The clock of the server: workers wait for real time.
  const ledger = { redis: stage.server.redis, keys: stage.ledger.keys }
  const queues = new LaunchQueues(ledger.redis, ledger.keys)
  const heard = {
    batchDone: () => {},
    batchPaused: () => {},
    batchStuck: (_: string, error: unknown) => {
      throw error
    },
  }
  const feeder = new Feeder({ ledger, queues, accounts: new Set(['main']), heard })
  const tools: AttemptTools = {
    ledger,
    commits: stage.commits,
    startMailing,
    clocks: systemClocks,
    accept: () => true,
    owner: 'test',
    heard: {
      attemptSettled: () => {},
      settleRefused: () => {},
      settleDelayed: () => {},
      launchEnded: () => {},
      breakerChanged: () => {},
    },
  }
  const account = { name: 'main', sending, concurrency }
  const listener = { jobNotUnderstood: () => {}, redisLost: () => {} }
  const workers = [undefined, (key: string) => feeder.rowEnded(key)].map(
    rowEnded => new LaunchWorker(ledger.redis, ledger.keys.queuePrefix, account, tools, listener, rowEnded),
  )
  for (const worker of workers) worker.start()
  const ended = new AbortController()
  const beat = (async () => {
    while (!ended.signal.aborted) {
      await feeder.pass()
      await pauseFor(200, undefined, { signal: ended.signal }).catch(() => {})
    }
  })()
  return {
    stop: async () => {
      ended.abort()
      await beat
      await feeder.stop()
      await Promise.all(workers.map(worker => worker.stop(pauseFor(1_000))))
      await queues.close()
    },
  }
}

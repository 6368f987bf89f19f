import { fileURLToPath } from 'node:url'
import { Queue } from 'bullmq'
import { judge } from '../audit.ts'
import type { Launch } from '../ledger.ts'
import { Child, until } from '../processes.ts'
import { Stage } from '../stage.ts'
import { type Scenario, Trial } from '../trial.ts'

const script = fileURLToPath(new URL('../naive.ts', import.meta.url))

/** The naive processor under a crash, a freeze and a gateway's failure: the judge must see a double in each. */
async function selfCheck(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const connection = { host: '127.0.0.1', port: stage.redis.port }
    const queue = new Queue('naive', { connection, defaultJobOptions: { attempts: 3 } })
    queue.on('error', () => {})
    const workers = new NaiveWorkers(stage)
    try {
      await provoke(stage, queue, workers)
    } finally {
      await workers.end()
      await queue.close()
    }
    const doubles = judgeNaive(stage)
    trial.check(doubles === 3, `the naive processor shows ${doubles} doubles, where three faults must make one each`)
  })
}

class NaiveWorkers {
  readonly #stage: Stage
  readonly #workers: Child[] = []

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Starts one; it may strike itself at once. */
  async start(signalAt: string): Promise<Child> {
    const { redis, oracle } = this.#stage
    const env = { REDIS_PORT: String(redis.port), ALTCRAFT_URL: oracle.url, TEST_SIGNAL_AT: signalAt }
    const options = { cwd: process.cwd(), env: { PATH: process.env.PATH, ...env } }
    const worker = new Child(process.execPath, ['--import', 'tsx', script], options)
    this.#workers.push(worker)
    const isUp = () => worker.output.includes('ready') || worker.ending !== undefined || worker.isStopped
    await until('the naive worker is up', isUp)
    return worker
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) await worker.end('SIGKILL')
  }
}

/** A crash after the answer, a gateway's failure after the start, a freeze before the call. */
async function provoke(stage: Stage, queue: Queue, workers: NaiveWorkers): Promise<void> {
  const add = (id: number) => queue.add('launch', { id }, { jobId: `naive-${id}` })
  const started = async (id: number, times: number) => {
    const count = () => stage.oracle.starts().filter(({ mailing }) => mailing === id).length
    await until(`mailing ${id} is started ${times} times`, () => count() >= times, 20_000)
  }
  await add(1)
  await (await workers.start('answered=SIGKILL')).ended
  stage.trial.fault()
  const healthy = await workers.start('')
  await started(1, 2)

  await stage.oracle.setFaults(['status-after=502:x1/launch:id=2'])
  await add(2)
  stage.trial.fault()
  await started(2, 2)
  await healthy.end('SIGKILL')

  await add(3)
  const frozen = await workers.start('taken=SIGSTOP')
  await until('a worker has stopped itself', () => frozen.isStopped)
  stage.trial.fault()
  await workers.start('')
  await started(3, 1)
  frozen.signal('SIGCONT')
  await started(3, 2)
}

/** The same judge as for the product, on records that the naive processor would have written. */
function judgeNaive({ trial, oracle }: Stage): number {
  const scratch = new Trial(trial, 0)
  const launches = [1, 2, 3].map(
    (id): Launch => ({
      key: `naive-${id}`,
      account: 'main',
      mailing: id,
      state: 'launched',
      reason: '',
      due: 0,
      sendUntil: Number.MAX_SAFE_INTEGER,
      attempts: 3,
      requestId: `naive-${id}`,
      owner: '',
      requestIds: new Set([`naive-${id}`]),
      attemptList: [],
      wasUnknown: false,
    }),
  )
  judge(scratch, { launches, starts: oracle.starts(), requests: oracle.requests(), plans: [], by: Date.now() })
  return scratch.tally.doubles
}

export const selfCheckScenarios: readonly Scenario[] = [
  {
    name: 'self-check',
    about: 'the judge must find doubles in a naive processor, or none found elsewhere means nothing',
    run: selfCheck,
  },
]

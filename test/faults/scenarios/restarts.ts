import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Audit } from '../audit.ts'
import { startLoad } from '../load.ts'
import { type Child, until } from '../processes.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

const beat = 2_000
const tickers = [1_001, 1_002, 1_003, 1_004, 1_005, 1_006]

async function declareTickers(stage: Stage): Promise<void> {
  const schedule = (id: number) => [`tick-${id}`, { when: { every: '2s' }, launch: { id } }]
  await stage.declare(Object.fromEntries(tickers.map(schedule)))
}

/** Every two seconds from the first to the last has a launch of each ticker, and each was launched. */
function checkTickers(trial: Trial, audit: Audit, from: number, to: number): void {
  for (const id of tickers) {
    const due = audit.launches.filter(({ mailing, due }) => mailing === id && due <= to).map(launch => launch.due)
    due.sort((a, b) => a - b)
    const gaps = due.slice(1).filter((at, index) => at - (due[index] ?? 0) !== beat)
    const reaches = (due[0] ?? Number.POSITIVE_INFINITY) <= from + beat && (due.at(-1) ?? 0) > to - beat
    trial.check(gaps.length === 0 && reaches, `I6: mailing ${id} has ${due.length} due times with ${gaps.length} gaps`)
  }
  const others = audit.launches.filter(({ due, state }) => due <= to && state !== 'launched')
  const [first] = others
  trial.check(
    first === undefined,
    `${others.length} are not launched: ${first?.key} is ${first?.state}: ${first?.reason}`,
  )
}

/** Three services are replaced one by one, as a deployment does it. */
async function rollingRestart(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    await declareTickers(stage)
    const first = await stage.serve()
    const from = Date.now()
    const services: Child[] = [first, ...(await Promise.all([stage.serve(), stage.serve()]))]
    for (const service of trial.random.shuffled(services)) {
      await pauseFor(trial.random.whole(200, 1_500))
      const { code } = await service.end('SIGTERM')
      trial.fault()
      trial.check(code === 0, `a service that was asked to stop ended with ${code}`)
      await stage.serve()
    }
    const to = Date.now()
    await stage.rest(to)
    checkTickers(trial, await stage.audit(to), from, to)
  })
}

/** Two services begin at the same moment on an empty store and work side by side. */
async function twins(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    await declareTickers(stage)
    await Promise.all([stage.serve(), stage.serve()])
    const from = Date.now()
    trial.fault()
    await pauseFor(6_000)
    const to = Date.now()
    await stage.rest(to)
    checkTickers(trial, await stage.audit(to), from, to)
  })
}

/** Services are killed at random moments, and Redis once; what can be proven is launched, the rest is unknown. */
async function storm(trial: Trial): Promise<void> {
  await Stage.with(trial, { faults: ['delay-after=150ms:p=0.5'] }, async stage => {
    const load = await startLoad(stage, { count: 60, spread: 12 })
    const services = [...load.services]
    await until('the first launch is started', () => stage.oracle.starts().length > 0)
    for (let round = 0; round < 4; round++) {
      await pauseFor(trial.random.whole(300, 1_500))
      const index = trial.random.whole(0, services.length - 1)
      await services[index]?.end('SIGKILL')
      trial.fault()
      if (round === 2) {
        await stage.redis.kill()
        await stage.redis.restart()
        trial.fault()
      }
      services[index] = await stage.serve()
    }
    await stage.rest(load.last)
    const audit = await stage.audit(load.last)
    for (const launch of audit.launches) {
      const starts = audit.startsOf(launch).length
      trial.atPoint('random kill', { isUnknown: launch.state === 'unknown', starts })
      trial.check(['launched', 'unknown'].includes(launch.state), `${launch.key} is ${launch.state}: ${launch.reason}`)
    }
    // Whoever is killed leaves what it was sending, eight launches at most.
    trial.check(audit.inState('unknown').length <= 4 * 8, `${audit.inState('unknown').length} are unknown`)
  })
}

export const restartScenarios: readonly Scenario[] = [
  { name: 'rolling-restart', about: 'three services are replaced one by one under load', run: rollingRestart },
  { name: 'twins', about: 'two services begin at once on an empty store', run: twins },
  { name: 'storm', about: 'services are killed at random moments under load, and Redis once', run: storm },
]

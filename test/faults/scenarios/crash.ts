import { until } from '../processes.ts'
import { Stage, type StageOptions } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'
import { type AttemptPoint, attemptPoints, strike } from '../victims.ts'

/** What must have become of a launch whose worker was killed at the point. */
const afterKill: Readonly<Record<AttemptPoint, { readonly states: readonly string[]; readonly starts: number }>> = {
  taken: { states: ['launched'], starts: 1 },
  claimed: { states: ['launched'], starts: 1 },
  connected: { states: ['launched'], starts: 1 },
  committed: { states: ['unknown'], starts: 0 },
  writing: { states: ['unknown'], starts: 0 },
  // The platform has it; where its log can be read, that ends the doubt.
  answered: { states: ['unknown', 'launched'], starts: 1 },
  settled: { states: ['launched'], starts: 1 },
}

/** Kills a worker at each of the points and lets another service clear up. */
export async function crashAt(
  trial: Trial,
  points: readonly AttemptPoint[],
  options: StageOptions = {},
): Promise<void> {
  await Stage.with(trial, options, async stage => {
    // All are due at once, so that no victim meets what another has left behind.
    const planned = Array.from({ length: points.length + 3 }, (_, index) => ({ mailing: 1_001 + index }))
    const { first, last } = await stage.declareLaunches(planned, { services: points.length + 4, spread: 1 })
    for (const mailing of [2_001, 2_002, 2_003]) await stage.launch(mailing, first)
    const victims = await strike(stage, trial.random.shuffled(points), 'SIGKILL')
    await stage.serve()
    await stage.rest(last)
    const audit = await stage.audit(last)
    for (const { point, key } of victims) {
      const launch = audit.launches.find(launch => launch.key === key)
      if (launch === undefined) {
        trial.violation(`killed at ${point}: the launch it had in hand cannot be found`)
        continue
      }
      const starts = audit.startsOf(launch).length
      trial.atPoint(point, { isUnknown: launch.state === 'unknown', starts })
      const wanted = afterKill[point]
      trial.check(
        wanted.states.includes(launch.state) && wanted.starts === starts,
        `killed at ${point}: ${launch.key} is ${launch.state} with ${starts} starts: ${launch.reason}`,
      )
    }
    for (const launch of audit.launches) {
      if (victims.some(({ key }) => key === launch.key)) continue
      trial.check(launch.state === 'launched', `${launch.key} met no fault and is ${launch.state}: ${launch.reason}`)
    }
  })
}

/** Kills workers when "asked to come again" is on the record and no job waits for that time yet: C13. */
async function crashWaiting(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const { last } = await stage.declareLaunches([{ mailing: 900_429 }, { mailing: 1_001 }], { services: 3, spread: 1 })
    await Promise.all(
      [1, 2].map(async () => {
        const victim = stage.begin({ TEST_SIGNAL_AT: 'settled=SIGKILL', SENDOFF_WORKER__CONCURRENCY: '1' })
        await until('the worker is killed at settled', () => victim.ending !== undefined, 60_000)
        trial.fault()
      }),
    )
    await stage.serve()
    await stage.rest(last + 5_000)
    const audit = await stage.audit(last)
    for (const launch of audit.launches) {
      const starts = audit.startsOf(launch).length
      trial.atPoint('settled as waiting', { isUnknown: launch.state === 'unknown', starts })
      trial.check(launch.state === 'launched' && starts === 1, `${launch.key} is ${launch.state}: ${launch.reason}`)
    }
  })
}

/** Kills a planner before and after it makes records; the next one leaves no due time out. */
async function crashPlanner(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const planned = Array.from({ length: 12 }, (_, index) => ({ mailing: 1_001 + index }))
    const { last } = await stage.declareLaunches(planned, { services: 4, spread: 6 })
    // One call makes the records of all of them: after a kill at minted there is nothing left to make.
    for (const point of ['listed', 'listed', 'minted']) {
      const victim = stage.begin({ TEST_SIGNAL_AT: `${point}=SIGKILL` })
      await until(`the planner is killed at ${point}`, () => victim.ending !== undefined, 20_000)
      trial.fault()
    }
    await stage.serve()
    await stage.rest(last)
    const audit = await stage.audit(last)
    for (const launch of audit.launches) {
      trial.atPoint('listed, minted', { isUnknown: launch.state === 'unknown', starts: audit.startsOf(launch).length })
      trial.check(launch.state === 'launched', `${launch.key} is ${launch.state}: ${launch.reason}`)
    }
  })
}

export const crashScenarios: readonly Scenario[] = [
  {
    name: 'crash',
    about: 'a worker is killed at each point of an attempt; another service clears up',
    run: trial => crashAt(trial, attemptPoints),
  },
  {
    name: 'crash-limited',
    about: 'workers are killed where there are places for three at a time: those of the dead are taken again',
    run: trial =>
      crashAt(trial, ['claimed', 'committed', 'answered'], {
        accounts: { main: { limits: { concurrency: 3, perMinute: 600 } } },
      }),
  },
  {
    name: 'crash-waiting',
    about: 'a worker is killed when the next attempt has a time and no job yet',
    run: crashWaiting,
  },
  {
    name: 'crash-planner',
    about: 'planners are killed before and after they make records; no due time is without one',
    run: crashPlanner,
  },
]

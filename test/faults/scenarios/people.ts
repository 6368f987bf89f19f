import { setTimeout as pauseFor } from 'node:timers/promises'
import { endLoad, startLoad } from '../load.ts'
import { until } from '../processes.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

/** What had its permit before the stop may still leave in this time. */
const permitLife = 1_200

/** Somebody stops everything under load, and lets it go on. */
export async function stopAndGo(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const load = await startLoad(stage, { count: 60, spread: 10 })
    await until('some launches are started', () => stage.oracle.starts().length >= 5)
    await pauseFor(trial.random.whole(0, 1_000))
    const on = await stage.command('hold', 'on', '--reason', 'wrong price')
    const from = Date.now()
    trial.fault()
    trial.check(on.ending?.code === 0, `hold on failed: ${on.output}`)
    if (trial.random.chance(0.5)) await stage.redis.kill().then(() => stage.redis.restart())
    await pauseFor(3_000)
    const late = stage.oracle.starts().filter(({ at }) => at > from + permitLife).length
    trial.check(late === 0, `I4: ${late} mailings were started under a stop`)
    const off = await stage.command('hold', 'off', '--reason', 'price is right')
    trial.check(off.ending?.code === 0, `hold off failed: ${off.output}`)
    await endLoad(stage, load)
  })
}

export const peopleScenarios: readonly Scenario[] = [
  { name: 'stop-and-go', about: 'a person stops everything under load, and lets it go on', run: stopAndGo },
]

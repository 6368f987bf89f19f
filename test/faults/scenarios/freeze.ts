import { setTimeout as pauseFor } from 'node:timers/promises'
import { until } from '../processes.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'
import { type AttemptPoint, attemptPoints, strike, type Victim } from '../victims.ts'

/** Where the right to connect may pass to another worker, and where nobody may go on but the frozen one. */
const takenOver: readonly AttemptPoint[] = ['claimed', 'connected', 'settled']
const neverTakenOver: readonly AttemptPoint[] = ['committed', 'writing', 'answered']

/** Freezes a worker at each of the points for longer than every lease, beside a working service, and lets it go on. */
export async function freezeAt(trial: Trial, points: readonly AttemptPoint[]): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const planned = Array.from({ length: points.length + 3 }, (_, index) => ({ mailing: 1_001 + index }))
    const { last } = await stage.declareLaunches(planned, { services: points.length, spread: 1 })
    const victims = await strike(stage, points, 'SIGSTOP')
    await stage.serve()
    await until('all leases are over', () => leasesAreOver(stage, victims), 45_000)
    for (const { service } of trial.random.shuffled(victims)) {
      service.signal('SIGCONT')
      await pauseFor(trial.random.whole(0, 500))
    }
    await stage.rest(last)
    const audit = await stage.audit(last)
    for (const { point, key } of victims) {
      const launch = audit.launches.find(launch => launch.key === key)
      if (launch === undefined) {
        trial.violation(`frozen at ${point}: the launch it had in hand cannot be found`)
        continue
      }
      const starts = audit.startsOf(launch).length
      trial.atPoint(`${point}, frozen`, { isUnknown: launch.state === 'unknown', starts })
      trial.check(launch.state === 'launched', `frozen at ${point}: ${key} is ${launch.state}: ${launch.reason}`)
      // Its permit was old when it woke: this attempt may have written nothing.
      const wrote = launch.attemptList[0]?.handed !== false
      trial.check(point !== 'committed' || !wrote, `I4: frozen at ${point}: ${key} was sent under a permit of long ago`)
    }
  })
}

async function leasesAreOver(stage: Stage, victims: readonly Victim[]): Promise<boolean> {
  const states = new Map((await stage.launches()).map(({ key, state }) => [key, state]))
  return victims.every(({ point, key = '' }) => {
    const state = states.get(key) ?? ''
    if (takenOver.includes(point)) return state === 'launched'
    return !neverTakenOver.includes(point) || state === 'unknown' || state === 'launched'
  })
}

/** Wakes frozen workers at the worst moment: while whoever took their launch over is sending it. */
export async function zombies(trial: Trial, points: readonly AttemptPoint[] = ['claimed', 'connected']): Promise<void> {
  const options = {
    timeouts: { connect: '500ms', headers: '6s', total: '7s' },
    faults: [`delay-after=4s:x${points.length}`],
  }
  await Stage.with(trial, options, async stage => {
    for (const [index] of points.entries()) await stage.launch(1_001 + index)
    const victims = await strike(stage, points, 'SIGSTOP')
    await stage.serve()
    const mailings = new Map((await stage.launches()).map(({ key, mailing }) => [key, mailing]))
    const asleep = new Set(victims)
    await until('every successor has been seen sending', () => {
      const started = stage.oracle.starts().map(({ mailing }) => mailing)
      for (const victim of asleep) {
        if (!started.includes(mailings.get(victim.key ?? '') ?? 0)) continue
        victim.service.signal('SIGCONT')
        asleep.delete(victim)
      }
      return asleep.size === 0
    })
    const by = Date.now()
    await stage.rest(by)
    const audit = await stage.audit(by)
    for (const launch of audit.launches) {
      trial.check(launch.state === 'launched', `${launch.key} is ${launch.state}: ${launch.reason}`)
    }
  })
}

export const freezeScenarios: readonly Scenario[] = [
  {
    name: 'freeze',
    about: 'a worker is stopped at each point of an attempt for longer than every lease, beside a working service',
    run: trial => freezeAt(trial, attemptPoints),
  },
  {
    name: 'zombies',
    about: 'stopped workers wake while whoever took their launches over is sending them',
    run: zombies,
  },
]

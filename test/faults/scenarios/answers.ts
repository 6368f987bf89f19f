import { z } from 'zod'
import { endLoad, startLoad } from '../load.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

interface Expected {
  readonly states: readonly string[]
  readonly starts: number
}

/** What a start must come to by the fault that the stand-in's page gives its mailing; the first pattern that fits. */
const byFault: readonly (readonly [RegExp, Expected])[] = [
  [/^refuse=/, { states: ['rejected'], starts: 0 }],
  [/^status=429.*x1/, { states: ['launched'], starts: 1 }],
  [/^status=429/, { states: ['failed'], starts: 0 }],
  [/^mislabel/, { states: ['launched'], starts: 1 }],
  [/^swallow/, { states: ['swallowed'], starts: 0 }],
  [/^status=/, { states: ['unknown'], starts: 0 }],
  [/-after|^delay|^truncate|^drip|^(double|string)-error/, { states: ['unknown', 'launched'], starts: 1 }],
  [/^(drop|reset|silent|html|garbage)/, { states: ['unknown'], starts: 0 }],
]

/** Every mailing that has a fault of its own. Some refusals stop an account: those have one of their own. */
export async function zoo(trial: Trial, only?: readonly number[]): Promise<void> {
  const accounts = { 'zoo-401': {}, 'zoo-403': {} }
  await Stage.with(trial, { accounts }, async stage => {
    const faults = await fetch(`${stage.oracle.url}/_sandbox/faults`).then(answer => answer.json())
    const { mailings } = z.object({ mailings: z.record(z.string(), z.string()) }).parse(faults)
    const chosen = Object.keys(mailings)
      .map(Number)
      .filter(mailing => only === undefined || only.includes(mailing))
      .map(mailing =>
        mailings[mailing]?.startsWith('refuse=40') ? { mailing, account: accountFor(mailing) } : { mailing },
      )
    const { last } = await stage.declareLaunches(chosen, { services: 1, spread: 3 })
    await stage.serve({ SENDOFF_WORKER__CONCURRENCY: '30' })
    // A start that is late by 5 s must have come, whoever gave up waiting for it.
    await stage.rest(last + 7_000)
    const audit = await stage.audit(last)
    trial.fault(chosen.length)
    for (const launch of audit.launches) {
      const fault = mailings[launch.mailing] ?? ''
      const expected = byFault.find(([pattern]) => pattern.test(fault))?.[1]
      const starts = audit.startsOf(launch).length
      trial.check(
        expected?.states.includes(launch.state) === true && expected.starts === starts,
        `${fault}: mailing ${launch.mailing} is ${launch.state} with ${starts} starts: ${launch.reason}`,
      )
    }
  })
}

function accountFor(mailing: number): string {
  return mailing === 900_401 ? 'zoo-401' : mailing === 900_403 ? 'zoo-403' : 'main'
}

/** Everybody is asked to come again, with all kinds of `Retry-After`. */
async function tooMany(trial: Trial): Promise<void> {
  const waits = ['0', '1', '1000000000', '-5', 'soon', '0.5', 'Wed, 21 Oct 2015 07%3A28%3A00 GMT']
  const faults = trial.random.shuffled(waits).map(wait => `status=429:retry-after=${wait}:p=0.09`)
  await Stage.with(trial, { faults: [...faults, 'status=429:p=0.2'] }, async stage => {
    const load = await startLoad(stage, { count: 50, spread: 4, services: 1 })
    const audit = await endLoad(stage, load, ['launched', 'failed'])
    trial.fault(audit.requests.length - audit.starts.length)
    trial.check(audit.requests.length > audit.starts.length, 'nobody was asked to come again')
    for (const launch of audit.launches) {
      trial.check(launch.attempts <= 8, `${launch.key} was tried ${launch.attempts} times, 8 were allowed`)
      const wasStarted = audit.startsOf(launch).length === 1
      trial.check(wasStarted === (launch.state === 'launched'), `${launch.key} is ${launch.state}: ${launch.reason}`)
    }
    trial.check(audit.inState('launched').length >= 20, `only ${audit.inState('launched').length} were launched`)
  })
}

export const answerScenarios: readonly Scenario[] = [
  { name: 'zoo', about: 'every mailing of the stand-in that has a fault of its own', run: trial => zoo(trial) },
  { name: 'too-many', about: 'a storm of 429 with every kind of Retry-After', run: tooMany },
]

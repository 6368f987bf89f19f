import type { Audit } from '../audit.ts'
import { until } from '../processes.ts'
import { Stage, type StageOptions } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'
import { type AttemptPoint, strike, type Victim } from '../victims.ts'

/** Reserved mailings of the stand-in whose first request of a launch ends in doubt, and whether it is executed. */
const doubtful = new Map([
  [900_500, false],
  [900_502, false],
  [902_001, false],
  [902_003, false],
  [902_005, false],
  [901_307, true],
  [901_502, true],
  [902_002, true],
  [902_004, true],
  [902_006, true],
  [903_001, true],
  [903_004, true],
])
const strickenAt: readonly AttemptPoint[] = ['committed', 'writing', 'answered']

const repeats: StageOptions = { dropsRepeats: true, accounts: { main: { deduplication: 'declared' } } }

/** Strikes workers where a doubt remains, and has launches whose answers leave one; returns the victims and the end. */
async function sowDoubt(stage: Stage, signal: 'SIGKILL' | 'SIGSTOP'): Promise<{ victims: Victim[]; last: number }> {
  const mailings = [...doubtful.keys()].map(mailing => ({ mailing }))
  const { last } = await stage.declareLaunches(mailings, { services: 5, spread: 2 })
  for (const [index] of strickenAt.entries()) await stage.launch(1_001 + index)
  const victims = await strike(stage, strickenAt, signal)
  await stage.serve()
  stage.trial.fault(doubtful.size)
  return { victims, last }
}

function tell(trial: Trial, audit: Audit, how: string): void {
  for (const launch of audit.launches) {
    if (!launch.wasUnknown) continue
    trial.atPoint(how, { isUnknown: launch.state === 'unknown', starts: audit.startsOf(launch).length })
  }
}

/** Where the platform drops repeats, every doubt ends by an identical repeat. */
async function byRepeats(trial: Trial, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  await Stage.with(trial, repeats, async stage => {
    const { victims, last } = await sowDoubt(stage, signal)
    const ended = async () => (await stage.launches()).every(({ state, due }) => due > last || state === 'launched')
    await until('every doubt has ended', ended, 70_000).catch(() => {})
    if (signal === 'SIGSTOP') {
      for (const { service } of trial.random.shuffled(victims)) service.signal('SIGCONT')
      const requests = stage.oracle.requests().length
      const woken = () => stage.oracle.requests().length > requests
      await until('the one that was about to write has written', woken, 5_000).catch(() => {})
    }
    const audit = await stage.audit(last)
    tell(trial, audit, 'any doubt, repeats are dropped')
    for (const { key, state, reason } of audit.launches) {
      trial.check(state === 'launched', `${key} is ${state}, though repeats are dropped: ${reason}`)
    }
  })
}

/** Where it is not known to, the log ends the doubt about what was started; the rest waits for a person. */
export async function doubtByLog(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const { last } = await sowDoubt(stage, 'SIGKILL')
    await stage.rest(last)
    const read = async () => {
      const started = new Set(stage.oracle.starts().map(({ request_id }) => request_id))
      const launches = await stage.launches()
      return launches.every(
        ({ requestId, state, due }) => due > last || !started.has(requestId) || state === 'launched',
      )
    }
    await until('the log has ended the doubts that it can end', read, 60_000).catch(() => {})
    const audit = await stage.audit(last)
    tell(trial, audit, 'any doubt, repeats may start again')
    for (const launch of audit.launches) {
      const wanted = audit.startsOf(launch).length === 0 && launch.wasUnknown ? 'unknown' : 'launched'
      trial.check(launch.state === wanted, `${launch.key} is ${launch.state}, not ${wanted}: ${launch.reason}`)
    }
    await refuseRelease(trial, stage, audit)
  })
}

/** A person who would send again at once is refused: the request may still be travelling. */
async function refuseRelease(trial: Trial, stage: Stage, audit: Audit): Promise<void> {
  const [doubt] = audit.inState('unknown')
  if (doubt === undefined) return trial.violation('no launch was left in doubt')
  const sendUntil = new Date(Date.now() + 600_000).toISOString()
  const release = ['--not-launched', '--relaunch', '--send-until', sendUntil]
  for (const words of [
    ['resolve', doubt.key, ...release],
    ['retry', doubt.key],
  ]) {
    const { ending, output } = await stage.command('launches', ...words, '--reason', 'it must go out')
    trial.check(ending?.code === 1 && output.includes('refused'), `launches ${words[0]} was not refused: ${output}`)
  }
  const after = (await stage.launches()).find(({ key }) => key === doubt.key)
  trial.check(after?.state === 'unknown', `${doubt.key} is ${after?.state} after a release that was refused`)
}

export const recoveryScenarios: readonly Scenario[] = [
  {
    name: 'doubt-repeats',
    about: 'every kind of doubt, killed workers among them, on a platform that drops repeats',
    run: trial => byRepeats(trial, 'SIGKILL'),
  },
  {
    name: 'doubt-zombies',
    about: 'the same with stopped workers, which wake after the repeats',
    run: trial => byRepeats(trial, 'SIGSTOP'),
  },
  {
    name: 'doubt-log',
    about: 'every kind of doubt on a platform that may start repeats again: its log decides, or a person',
    run: doubtByLog,
  },
]

import type { Audit } from '../audit.ts'
import type { Launch } from '../ledger.ts'
import { type Declared, moment } from '../project.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

const rules = ['once', 'skip', 'all'] as const
type Rule = (typeof rules)[number]
const gaps = [1, 10, 1_000]
const beat = 1_000
const maxLateness = 40_000

interface Missed {
  readonly schedule: string
  readonly rule: Rule
  readonly gap: number
  readonly mailing: number
}

/** Nothing ran over 1, 10 and 1,000 due times, for each of the rules about what was missed. */
async function downtime(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const missed = rules.flatMap((rule, row) =>
      gaps.map((gap, column) => ({ schedule: `${rule}-${gap}`, rule, gap, mailing: 1_001 + row * 10 + column })),
    )
    // The last due time is far enough back for `skip`, which forgives a moment.
    const until = Math.floor(Date.now() / beat) * beat - 7_000
    const when = { every: '1s', until: moment(until) }
    const declared = missed.map(({ schedule, rule, mailing }): [string, Declared] => [
      schedule,
      { when, launch: { id: mailing }, policy: { misfire: rule, maxLateness: `${maxLateness / 1_000}s` } },
    ])
    await stage.declare(Object.fromEntries(declared))
    await (await stage.serve()).end('SIGTERM')
    for (const { schedule, gap } of missed) {
      const watermark = until - beat - gap * beat
      await stage.redis.client.hset('{sendoff}:watermarks', schedule, watermark)
      await stage.redis.client.zadd('{sendoff}:upcoming', watermark + beat, schedule)
      for (let due = watermark + beat; due < until; due += beat) stage.expect({ schedule, due })
      trial.fault()
    }
    await stage.serve()
    await stage.rest(until)
    const audit = await stage.audit(until)
    for (const each of missed) checkMissed(trial, audit, each)
  })
}

function checkMissed(trial: Trial, audit: Audit, { schedule, rule, gap }: Missed): void {
  const launches = audit.launches.filter(launch => launch.schedule === schedule).sort((a, b) => b.due - a.due)
  const [newest] = launches
  const launched = launches.filter(({ state }) => state === 'launched')
  const allowed = rule === 'all' ? ['launched', 'expired'] : ['launched', 'skipped', 'expired']
  const odd = launches.find(({ state }) => !allowed.includes(state))
  trial.check(launches.length === gap, `${schedule}: ${launches.length} records of ${gap} due times`)
  trial.check(odd === undefined, `${schedule}: ${odd?.key} is ${odd?.state}: ${odd?.reason}`)
  const asRuled = {
    once: isAlone(launched, newest),
    skip: launched.length === 0,
    // Of a thousand, those go that are not too late by the time their turn has come.
    all: launched.length >= Math.min(gap, 10),
  }
  trial.check(asRuled[rule], `${schedule}: ${launched.length} were launched, which is not what the rule says`)
}

function isAlone(launched: readonly Launch[], newest: Launch | undefined): boolean {
  return launched.length === 1 && launched[0] === newest
}

export const downtimeScenarios: readonly Scenario[] = [
  {
    name: 'downtime',
    about: 'nothing ran over 1, 10 and 1,000 due times, under each rule about what was missed',
    run: downtime,
  },
]

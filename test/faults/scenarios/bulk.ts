import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { until } from '../processes.ts'
import { startCli } from '../project.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

const rows = 10_000
const kills = 5
const firstMailing = 1_001
/** The longest that all rows may take, however often their worker is killed. */
const patience = 180_000

/** As many rows as mailings: the judge tells them apart by what was started. */
function writeRows(folder: string): void {
  const lines = Array.from({ length: rows }, (_, index) => `r${index + 1},${firstMailing + index}`)
  writeFileSync(join(folder, 'rows.csv'), ['region,id', ...lines, ''].join('\n'))
}

const submitArgs = [
  'bulk',
  'submit',
  'rows.csv',
  '--account',
  'main',
  '--name',
  'all',
  '--key',
  'region',
  '--yes',
  '--json',
]

/** Kills submitters while rows are being staged, and one right after the batch has come into being. */
async function killSubmitters(stage: Stage): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    const point = kill < kills ? 'staged' : 'sealed'
    const victim = startCli(stage.trial.build, stage.folder, submitArgs, { TEST_SIGNAL_AT: `${point}=SIGKILL` })
    victim.mayEnd = true
    await until(`the submitter is killed at ${point}`, () => victim.ending !== undefined, 30_000)
    stage.trial.check(victim.ending?.signal === 'SIGKILL', `the submitter was not killed at ${point}: ${victim.output}`)
    stage.trial.fault()
    const batches = await stage.redis.client.zcard('{sendoff}:batches')
    stage.trial.check(batches === (kill < kills ? 0 : 1), `killed at ${point}, there are ${batches} batches`)
  }
  const again = await stage.command(...submitArgs)
  stage.trial.check(again.ending?.code === 0, `submitting the same file again: ${again.output}`)
  stage.trial.check((await stage.redis.client.zcard('{sendoff}:batches')) === 1, 'the same file became two batches')
}

async function batchField(stage: Stage, name: string): Promise<string> {
  const [id = ''] = await stage.redis.client.zrange('{sendoff}:batches', '0', '0')
  return (await stage.redis.client.hget(`{sendoff}:batch:${id}`, name)) ?? ''
}

/** Submitter, feeder and workers are killed again and again; every row is launched once, or its doubt is on record. */
async function killAll(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    writeRows(stage.folder)
    await killSubmitters(stage)
    for (let kill = 1; kill <= kills; kill++) await killWhileRowsGo(stage)
    for (let kill = 1; kill <= kills; kill++) await killFeeder(stage)
    await stage.serve()
    await until('the batch is done', async () => (await batchField(stage, 'state')) === 'done', patience)
    await settleDoubts(stage)
    const audit = await stage.audit(Date.now())
    trial.check(audit.launches.length === rows, `${audit.launches.length} records for ${rows} rows`)
    for (const launch of audit.launches) {
      const starts = audit.startsOf(launch).length
      const isAccounted = launch.state === 'launched' ? starts === 1 : launch.state === 'unknown' && starts <= 1
      trial.check(isAccounted, `${launch.key} is ${launch.state} with ${starts} starts: ${launch.reason}`)
      if (launch.wasUnknown) trial.atPoint('row in a killed worker', { isUnknown: launch.state === 'unknown', starts })
    }
    const mailings = new Set(audit.starts.map(({ mailing }) => mailing))
    trial.check(mailings.size === audit.starts.length, 'I1: a row was started twice')
    const counted = Number(await batchField(stage, 'n:launched')) + Number(await batchField(stage, 'n:unknown'))
    trial.check(counted === rows, `the batch counts ${counted} of ${rows} rows`)
  })
}

async function killWhileRowsGo(stage: Stage): Promise<void> {
  const victim = await stage.serve()
  const started = stage.oracle.starts().length
  await until('rows are being launched', () => stage.oracle.starts().length > started, 30_000)
  await pauseFor(stage.trial.random.whole(50, 1_000))
  await victim.end('SIGKILL')
  stage.trial.fault()
}

/** What it has released has no jobs then: the sweep gives them some. */
async function killFeeder(stage: Stage): Promise<void> {
  const victim = stage.begin({ TEST_SIGNAL_AT: 'released=SIGKILL' })
  // It releases more only when enough of what was released before has been launched.
  await until('the feeder is killed with rows released and without jobs', () => victim.ending !== undefined, 90_000)
  stage.trial.fault()
}

/** The log ends the doubt about every row that was started. */
async function settleDoubts(stage: Stage): Promise<void> {
  const read = async () => {
    const started = new Set(stage.oracle.starts().map(({ mailing }) => mailing))
    return (await stage.launches()).every(({ mailing, state }) => state === 'launched' || !started.has(mailing))
  }
  await until('the log has ended the doubts that it can end', read, 60_000).catch(() => {})
}

export const bulkScenarios: readonly Scenario[] = [
  {
    name: 'bulk-kills',
    about: 'submitters, feeders and workers of ten thousand rows are killed, five times each',
    run: killAll,
  },
]

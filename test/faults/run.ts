/**
 * The fault suite: real processes of the built command line under faults, judged by what the platform received and what
 * the ledger says. See README.md beside this file.
 */
import { parseArgs } from 'node:util'
import { Builds } from './builds.ts'
import { catalogue } from './catalogue.ts'
import { runMutations } from './mutations.ts'
import { endLiving } from './processes.ts'
import { seedFor } from './random.ts'
import { inParallel, Report, say } from './report.ts'
import { conclude, type Scenario } from './trial.ts'

const help = `npm run test:faults -- [--seed N] [--only NAMES] [--minutes N] [--soak N] [--jobs N] [--dist FOLDER]
npm run test:faults -- --mutations [--seed N]     the suite itself under test
npm run test:faults -- --list                     the scenarios
What each flag does, and what is judged: test/faults/README.md`

/** A scenario that still runs when the time is over gets this long to end. */
const grace = 150_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '8' },
    soak: { type: 'string' },
    mutations: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '3' },
    dist: { type: 'string', default: 'dist' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole('seed', values.seed)
const minutes = whole('minutes', values.soak ?? values.minutes)
const jobs = whole('jobs', values.jobs)

function whole(flag: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new Error(`--${flag} ${text} is not a whole number`)
}

function chosen(): readonly Scenario[] {
  if (values.only === undefined) return catalogue
  const names = values.only.split(',')
  const unknown = names.filter(name => !catalogue.some(scenario => scenario.name === name))
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: --list shows what there is`)
  return catalogue.filter(({ name }) => names.includes(name))
}

/** One cycle through the scenarios; `cycle` is the seed that replays it. False once the time is over. */
async function runCycle(builds: Builds, report: Report, cycle: number, end: number): Promise<boolean> {
  let inTime = true
  const tasks = chosen().map(({ name, run }) => async () => {
    if (performance.now() > end) {
      if (values.soak === undefined) say(`not run, the time is over: ${name}`)
      inTime = false
      return
    }
    const begun = performance.now()
    const trial = await conclude(run, { build: builds.plain, judge: builds.plain }, seedFor(cycle, name))
    const seconds = (performance.now() - begun) / 1_000
    report.add(name, trial, seconds)
    say(`${trial.violations.length === 0 ? 'holds ' : 'BROKEN'}  ${name}  (${seconds.toFixed(0)} s)`)
    for (const violation of trial.violations) say(`        ${violation}`)
    if (trial.violations.length === 0) return
    say(`        replay: npm run test:faults -- --seed ${cycle} --only ${name}`)
    say(`        left for a look: ${trial.folders.join(' ')}`)
  })
  await inParallel(tasks, jobs)
  return inTime
}

async function runScenarios(builds: Builds): Promise<boolean> {
  const end = performance.now() + minutes * 60_000
  setTimeout(() => abandon('the run did not end by itself'), minutes * 60_000 + grace).unref()
  const report = new Report()
  for (let cycle = 0; ; cycle++) {
    const inTime = await runCycle(builds, report, cycle === 0 ? seed : seedFor(seed, `cycle ${cycle}`), end)
    if (values.soak === undefined || !inTime) break
  }
  report.print()
  return report.violations === 0
}

function abandon(why: string): void {
  say(why)
  process.exit(1)
}

process.once('exit', endLiving)
process.once('SIGINT', () => abandon('stopped'))
process.once('SIGTERM', () => abandon('stopped'))

if (values.help) {
  say(help)
} else if (values.list) {
  for (const { name, about } of catalogue) say(`${name.padEnd(18)}  ${about}`)
} else {
  say(`seed ${seed}`)
  const builds = new Builds(values.dist)
  const holds = values.mutations ? await runMutations(builds, seed, jobs) : await runScenarios(builds)
  builds.remove()
  say('')
  say(holds ? `all of it holds (seed ${seed})` : `NOT ALL OF IT HOLDS (seed ${seed})`)
  process.exit(holds ? 0 : 1)
}

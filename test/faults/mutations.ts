/** Mistakes put into a copy of the built product, and the smallest scenario that must find each. */
import type { Builds, Edit } from './builds.ts'
import { seedFor } from './random.ts'
import { inParallel, say } from './report.ts'
import { zoo } from './scenarios/answers.ts'
import { commitConnection } from './scenarios/commit-connection.ts'
import { crashAt } from './scenarios/crash.ts'
import { freezeAt, zombies } from './scenarios/freeze.ts'
import { freezeHttp } from './scenarios/links.ts'
import { stopAndGo } from './scenarios/people.ts'
import { poison } from './scenarios/queue.ts'
import { doubtByLog } from './scenarios/recovery.ts'
import { restore } from './scenarios/store.ts'
import { conclude, type Trial } from './trial.ts'

interface Probe {
  readonly name: string
  readonly run: (trial: Trial) => Promise<void>
}

const killedAfterAnswer: Probe = { name: 'a worker killed at answered', run: trial => crashAt(trial, ['answered']) }
const frozenAfterCommit: Probe = { name: 'a worker frozen at committed', run: trial => freezeAt(trial, ['committed']) }
const wokenZombie: Probe = { name: 'zombies', run: trial => zombies(trial) }
const resetAndGateway: Probe = { name: 'two of the zoo', run: trial => zoo(trial, [902_004, 901_502]) }
const commits: Probe = { name: 'commit-connection', run: commitConnection }
const copiedJobs: Probe = { name: 'poison', run: poison }
const frozenLink: Probe = { name: 'http-freeze', run: freezeHttp }
const stopped: Probe = { name: 'stop-and-go', run: stopAndGo }
const readLog: Probe = { name: 'doubt-log', run: doubtByLog }
const oldCopy: Probe = { name: 'restored', run: trial => restore(trial, 'sender') }

interface Mutation {
  readonly name: string
  readonly edits: readonly Edit[]
  readonly probe: Probe
  /** What must be found: a copy that is merely broken proves nothing. */
  readonly shown: RegExp
}

const holder = /row\.token ~= token or row\.nonce ~= nonce/

const mutations: readonly Mutation[] = [
  {
    name: 'skip the commit',
    edits: [
      {
        file: 'launches/commit.js',
        find: /const answer = await connection\.write\([^;]*;/,
        replace: "const answer = { kind: 'reply', reply: ['committed', 60_000, Date.now()] };",
      },
    ],
    probe: killedAfterAnswer,
    // Where the watch over the store steps in first, the request without an attempt is what remains to be seen.
    shown: /I1|I4/,
  },
  {
    name: 'accept any token',
    edits: ['launches/commit.js', 'launches/settle.js'].map(file => ({ file, find: holder, replace: 'false' })),
    probe: wokenZombie,
    shown: /I1/,
  },
  {
    name: 'treat a reset as not launched',
    edits: [
      {
        file: 'launches/outcome-table.js',
        find: /when: brokenOff,\s*outcome: 'ambiguous'/,
        replace: "when: brokenOff, outcome: 'notLaunched'",
      },
    ],
    probe: resetAndGateway,
    shown: /I1/,
  },
  {
    name: 'treat a server error as not launched',
    edits: [
      {
        file: 'launches/outcome-table.js',
        find: /when: it => statusBetween\(it, 500, 599\),\s*outcome: 'ambiguous'/,
        replace: "when: it => statusBetween(it, 500, 599), outcome: 'notLaunched'",
      },
    ],
    probe: resetAndGateway,
    shown: /I1/,
  },
  {
    name: 'resend on sending',
    edits: [
      {
        file: 'launches/sweep.js',
        find: /elseif row\.state == 'sending' then[\s\S]*?kind = 'unknown'/,
        replace: "elseif row.state == 'sending' then\n enter(key, row, 'waiting', at, at)\n kind = 'requeue'",
      },
    ],
    probe: killedAfterAnswer,
    shown: /I1/,
  },
  {
    name: 'take over sending',
    edits: [
      {
        file: 'launches/claim.js',
        find: /elseif row\.state ~= 'planned' and row\.state ~= 'waiting'/,
        replace: "elseif row.state ~= 'planned' and row.state ~= 'waiting' and row.state ~= 'sending'",
      },
      { file: 'launches/launch.js', find: /sending: \[/, replace: "sending: ['claimed', " },
    ],
    probe: copiedJobs,
    shown: /I1/,
  },
  {
    name: 'drop the deadline check',
    edits: [{ file: 'launches/commit.js', find: /const open = within[^;]*;/, replace: 'const open = true;' }],
    probe: frozenAfterCommit,
    shown: /I4/,
  },
  {
    name: 'let the commit connection resend',
    edits: [
      {
        file: 'redis/connection.js',
        find: /enableOfflineQueue: false,\s*autoResendUnfulfilledCommands: false,\s*maxRetriesPerRequest: 0,\s*retryStrategy: \(\) => null/,
        replace: 'maxRetriesPerRequest: null, retryStrategy: () => 10',
      },
    ],
    probe: commits,
    shown: /I3/,
  },
  {
    name: 'count WAITAOF after a reconnect',
    edits: [
      {
        file: 'redis/commit-connection.js',
        find: /acknowledge\(redis, first\.durability\),/,
        replace: `acknowledge(redis, first.durability).catch(async () => {
          this.#discard(connection);
          return acknowledge(await this.#open(), first.durability);
        }),`,
      },
    ],
    probe: commits,
    shown: /I3/,
  },
  {
    name: 'end the connection in order instead of resetting it',
    edits: [{ file: 'altcraft/line.js', find: /this\.#raw\.resetAndDestroy\(\)/, replace: 'this.#raw.destroySoon()' }],
    probe: frozenLink,
    shown: /not reset/,
  },
  {
    name: 'send though there is a stop',
    edits: ['launches/claim.js', 'launches/commit.js'].map(file => ({
      file,
      find: /local stop = holdOn\(row\)/,
      replace: 'local stop = nil',
    })),
    probe: stopped,
    shown: /I4/,
  },
  {
    name: 'release before the quarantine is over',
    edits: [{ file: 'launches/doubt.js', find: /if left > 0 then/, replace: 'if false then' }],
    probe: readLog,
    shown: /was not refused/,
  },
  {
    name: 'take any number of a commit',
    edits: [
      { file: 'launches/store-watch.js', find: /accept\(commit\) \{/, replace: 'accept(commit) {\nreturn true;' },
    ],
    probe: oldCopy,
    shown: /I1/,
  },
]

/** Runs each mutation under its scenario, and each scenario without a mutation. True where all were found. */
export async function runMutations(builds: Builds, seed: number, jobs: number): Promise<boolean> {
  const controls = [...new Set(mutations.map(({ probe }) => probe))].map(probe => async () => {
    const found = await violationsOf(probe, builds.plain, builds, seed)
    if (found.length > 0) say(`WORTHLESS  ${probe.name} fails without a mutation: ${found[0]}`)
    return found.length === 0
  })
  const runs = mutations.map(({ name, edits, probe, shown }) => async () => {
    const found = await violationsOf(probe, builds.mutated(name, edits), builds, seed)
    const proof = found.find(violation => shown.test(violation))
    if (proof === undefined) say(`SURVIVED   ${name}: ${probe.name} finds ${found[0] ?? 'nothing'}`)
    else say(`found      ${name}: ${probe.name}: ${proof.trim()}`)
    return proof !== undefined
  })
  return (await inParallel([...runs, ...controls], jobs)).every(Boolean)
}

async function violationsOf(probe: Probe, build: string, builds: Builds, seed: number): Promise<string[]> {
  const trial = await conclude(probe.run, { build, judge: builds.plain }, seedFor(seed, probe.name))
  return trial.violations
}

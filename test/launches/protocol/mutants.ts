/** What the protocol would be without one of its rules. Each must be found, or the property proves nothing about that rule. */
import type { Observation } from '../../../src/launches/outcome.ts'
import { openings } from './openings.ts'
import { type Edit, edit, type Product, realProduct } from './product.ts'
import type { Bias, Settings } from './world.ts'

export interface Mutant {
  readonly name: string
  /** The rule that is seen to be broken. */
  readonly breaks: RegExp
  readonly edits?: readonly Edit[]
  readonly product?: Partial<Product>
  /** Where the rule matters seldom, runs in which it matters more often. */
  readonly settings?: Partial<Settings>
}

const { classify, commit } = realProduct
const alwaysOpen = { granted: true, stillOpen: () => true } as const
/** The transition table is a second wall behind many a rule; where it would stop a mutant, it goes too. */
export const noTable = edit(
  "if row.state ~= state and not string.find(MAY, ' ' .. row.state .. '>' .. state .. ' ', 1, true) then",
  'if false then',
)
const wasReset = (seen: Observation) => seen.kind === 'broken' && seen.handed

export const evenly: Bias = { harm: 1, network: 1, late: 1, people: 1, stops: 1, service: 1, time: 1 }
export const one = [{ mailing: 1, lateness: 7_200_000, attempts: 3, overlap: 'allow' }] as const

const severally = [1, 2, 3].map(mailing => ({ ...one[0], mailing }))
const oneAtOnce = { limits: { concurrency: 1 }, breaker: undefined }

const openFor = (milliseconds: number) => [{ ...one[0], open: [[0, milliseconds]] }] as const

export const mutants: readonly Mutant[] = [
  { name: 'writes without a commit', breaks: /I4/, product: { commit: async () => alwaysOpen } },
  {
    name: 'writes however long ago the commit was',
    breaks: /I4 a write has its commit|I7/,
    product: {
      commit: async (...args) => ((await commit(...args)).granted ? alwaysOpen : { granted: false, why: '' }),
    },
    settings: { launches: one, bias: { ...evenly, time: 4 } },
  },
  {
    name: 'commits for any token and nonce',
    breaks: /I4/,
    edits: [
      edit(
        "if row.token ~= token or row.nonce ~= nonce then return { 'refused', 'another worker",
        "if false then return { 'refused', 'another worker",
      ),
    ],
    settings: { launches: one, workers: 2, opening: openings.takenOver },
  },
  {
    name: 'commits after the deadline',
    breaks: /I4 a write has its commit|I7/,
    edits: [
      edit(
        "if tonumber(row.sendUntil) < at then return { 'refused', 'the time in which",
        "if false then return { 'refused', 'the time in which",
      ),
    ],
    product: {
      commit: async (...args) => ((await commit(...args)).granted ? alwaysOpen : { granted: false, why: '' }),
    },
    settings: { launches: [{ ...one[0], lateness: 60_000 }], bias: { ...evenly, time: 4 } },
  },
  {
    name: 'commits under a stop',
    breaks: /I4 no permit under a stop/,
    edits: [edit('local stop = holdOn(row)\nif stop and row.doubt', 'local stop = nil\nif stop and row.doubt')],
    settings: { launches: one, opening: openings.stopped },
  },
  {
    name: 'claims while its hours are closed',
    breaks: /I4 nothing is claimed while/,
    edits: [
      edit('if not opens then\n  local reason', 'if false then\n  local reason'),
      edit('elseif opens > at then\n', 'elseif false then\n'),
    ],
    settings: { launches: openFor(3_100), opening: openings.closed },
  },
  {
    name: 'commits while its hours are closed',
    breaks: /I4 no permit while its hours are closed/,
    edits: [edit('if opens ~= at then\n', 'if false then\n')],
    settings: { launches: openFor(2_000), opening: openings.closing },
  },
  {
    name: 'writes when its hours have ended since the commit',
    breaks: /I7 a write is within its open hours/,
    edits: [edit('opens == at and math.min(row.sendUntil - at, closes - at) or 0', 'row.sendUntil - at')],
    settings: { launches: openFor(3_100), opening: openings.closingLate },
  },
  {
    name: 'settles for any token and nonce',
    breaks: /I3|I4/,
    edits: [edit('if row.token ~= token or row.nonce ~= nonce then\n', 'if false then\n')],
    settings: { launches: one, workers: 2, opening: openings.takenOver, bias: { ...evenly, harm: 4 } },
  },
  {
    name: 'takes a reset for "not launched"',
    breaks: /I3/,
    product: {
      classify: (seen, ...rest) =>
        wasReset(seen)
          ? { kind: 'notLaunched', transport: 'failed', reason: 'reset', retryAfter: undefined }
          : classify(seen, ...rest),
    },
  },
  {
    name: 'claims what is being sent',
    breaks: /I3|guards count|sending is not taken over/,
    edits: [
      edit(
        "if row.state == 'claimed' then\n  if row.nonce == nonce",
        "if row.state == 'claimed' or row.state == 'sending' then\n  if row.nonce == nonce",
      ),
      noTable,
    ],
  },
  {
    name: 'claims what another has claimed',
    breaks: /a claim is not taken over/,
    edits: [
      edit("if tonumber(row.leaseUntil) > at then return { 'later', tonumber(row.leaseUntil) - at, 'owned' } end", ''),
    ],
  },
  {
    name: 'ignores the lane',
    breaks: /lane/,
    edits: [edit("local holder = redis.call('GET', P .. 'lane:' .. place)", 'local holder = false')],
  },
  {
    name: 'gives back what is being sent',
    breaks: /I3|guards count|not hidden/,
    edits: [
      edit("elseif row.state == 'sending' then\n    beginDoubt", 'elseif false then\n    beginDoubt'),
      edit(
        "row.state == 'claimed' or row.state == 'held' then",
        "row.state == 'claimed' or row.state == 'held' or row.state == 'sending' then",
      ),
      edit(
        "if row.state == 'claimed' then enter(key, row, 'planned'",
        "if row.state ~= 'planned' then enter(key, row, 'planned'",
      ),
      noTable,
    ],
  },
  {
    name: 'does not look again at what waits',
    breaks: /looked at again/,
    edits: [edit("if state == 'waiting' then wakeAt =", 'if false then wakeAt =')],
  },
  {
    name: 'cannot end what was planned again and came too late',
    breaks: /illegal change of state/,
    edits: [edit('planned>failed ', '')],
    settings: { launches: one, opening: openings.givenBack, leaps: true, bias: { ...evenly, time: 4 } },
  },
  {
    name: 'cancels what is being sent',
    breaks: /cannot be cancelled/,
    edits: [
      edit("or row.state == 'held'\nif not open", "or row.state == 'held' or row.state == 'sending'\nif not open"),
      noTable,
    ],
  },
  {
    name: 'takes a new Request-ID for every attempt',
    breaks: /I8/,
    edits: [edit("put('requestId', ARGV[14])", "put('requestId', nonce)")],
  },
  {
    name: 'lets more be under way than may be',
    breaks: /no more are under way/,
    edits: [edit('if pause == 0 and turn and not full then', 'if pause == 0 and turn then')],
    settings: { launches: severally, brakes: oneAtOnce },
  },
  {
    name: 'takes what is being sent for landed when its lease is over',
    breaks: /no more are under way/,
    edits: [edit("return it.state == 'sending' or", 'return')],
    settings: { launches: severally, brakes: oneAtOnce, bias: { ...evenly, time: 4 } },
  },
  {
    name: 'never gives back the place of a process that died',
    breaks: /nothing comes to rest|comes to an end/,
    edits: [edit('if inFlight(key, at) then redis', 'if true then redis')],
    settings: { launches: severally, brakes: oneAtOnce, bias: { ...evenly, harm: 4 } },
  },
]

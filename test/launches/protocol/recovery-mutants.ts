/** Recovery, releases and repeats, each without one of its rules. */
import { evenly, type Mutant, noTable, one } from './mutants.ts'
import { openings } from './openings.ts'
import { edit } from './product.ts'

const oneRepeated = { launches: one, workers: 2, dropsRepeats: true, window: 86_400_000, opening: openings.recovering }

export const recoveryMutants: readonly Mutant[] = [
  {
    name: 'holds a launch in doubt',
    breaks: /a doubt is not hidden/,
    edits: [edit('if stop and row.doubt then', 'if false then'), noTable],
    settings: { ...oneRepeated, bias: { ...evenly, people: 0.25, stops: 4, service: 4 } },
  },
  {
    name: 'claims what is unknown',
    breaks: /I1|I3/,
    edits: [
      edit(
        "row.state == 'unknown' and row.repeatAt and tonumber(row.repeatAt) <= at then",
        "row.state == 'unknown' then",
      ),
      edit("or tonumber(row.repeatUntil or '0') < at ", ''),
      edit("row.doubt and tonumber(row.repeatUntil or '0') < at then", 'false then'),
    ],
    settings: { launches: one, dropsRepeats: false, opening: openings.vanished },
  },
  {
    name: 'takes the lane of a launch whose log is read',
    breaks: /keeps its lane/,
    edits: [edit("if other.state == 'unknown' and other.recovering == '1' then", 'if false then')],
  },
  {
    name: 'releases within the quarantine',
    breaks: /I1|I3/,
    edits: [edit('if left > 0 then', 'if false then')],
    settings: { launches: one, opening: openings.vanished, bias: { ...evenly, people: 4, network: 0.25 } },
  },
  {
    name: 'releases while an owner lives',
    breaks: /I5/,
    edits: [edit("if redis.call('EXISTS', P .. 'process:' .. owner) == 1 then", 'if false then')],
    settings: {
      launches: one,
      workers: 2,
      opening: openings.vanished,
      dropsRepeats: false,
      onSilentLog: 'hold',
      leaps: true,
      bias: { ...evenly, people: 4, time: 4, network: 0.25 },
    },
  },
  {
    name: 'forgets, when a repeat ends, that the first owner vanished',
    breaks: /I1|I3/,
    edits: [edit("if lost == '' then", 'if true then')],
    settings: {
      ...oneRepeated,
      leaps: false,
      onSilentLog: 'relaunch',
      opening: openings.repeatedInVain,
      bias: { ...evenly, network: 0.25, service: 0.25, people: 4, time: 4, stops: 0.25 },
    },
  },
  {
    name: 'does not hear an owner that comes back',
    breaks: /I7/,
    edits: [edit("if row.vanished and string.find(row.vanished, ' ' .. nonce .. '=', 1, true) then", 'if false then')],
    settings: { ...oneRepeated, bias: { ...evenly, service: 4, network: 0.25 } },
  },
  {
    name: 'repeats where repeats are not dropped',
    breaks: /I1/,
    product: { knowsRepeats: () => true },
    settings: { launches: one, dropsRepeats: false, opening: openings.recovering },
  },
  {
    name: 'repeats when the platform has forgotten',
    breaks: /I1/,
    edits: [
      edit("or tonumber(row.repeatUntil or '0') < at ", ''),
      edit("row.doubt and tonumber(row.repeatUntil or '0') < at then", 'false then'),
      edit('or tonumber(ARGV[6]) < at or holdOn', 'or holdOn'),
    ],
    settings: {
      ...oneRepeated,
      window: 2_400_000,
      opening: openings.startedAndForgotten,
      bias: { ...evenly, service: 4, people: 0.25, late: 0.25, stops: 0.25 },
    },
  },
  {
    name: 'retries the unknown',
    breaks: /I5/,
    edits: [
      edit(
        "if row.state == 'unknown' then\n  return { 'refused', 'it is unknown",
        "if false then\n  return { 'refused', 'it is unknown",
      ),
      edit(
        "if row.state ~= 'failed' and row.state ~= 'rejected'",
        "if row.state ~= 'unknown' and row.state ~= 'failed' and row.state ~= 'rejected'",
      ),
      noTable,
    ],
  },
]

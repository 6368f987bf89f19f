import { describe, expect, it } from 'vitest'
import { type DoubtFacts, recoveryStep } from '../../src/launches/recovery-step.ts'

const minute = 60_000
const day = 1_440 * minute
const facts: DoubtFacts = {
  begun: 0,
  ended: 0,
  sendUntil: 15 * minute,
  deduplication: 'proven',
  window: day,
  repeats: 0,
  polls: 0,
  evidence: 'none',
  onSilentLog: 'hold',
  reset: true,
  quarantineUntil: 3 * minute,
  readAt: 0,
}
const step = (over: Partial<DoubtFacts>, now: number) => recoveryStep({ ...facts, ...over }, now)
const silent = { deduplication: 'off', polls: 5, readAt: 2 * minute } as const

describe('recovery', () => {
  it.each<[string, Partial<DoubtFacts>, number, ReturnType<typeof recoveryStep>]>([
    ['waits before the first repeat', {}, 0, { kind: 'wait', until: 2_000 }],
    ['repeats, until a moment before the deadline', {}, 2_000, { kind: 'repeat', until: 15 * minute - 1_000 }],
    [
      'repeats only in the first half of the memory',
      { window: 4 * minute },
      2_000,
      { kind: 'repeat', until: 2 * minute },
    ],
    [
      'repeats until a moment before its hours close',
      { open: [[0, minute]] },
      2_000,
      { kind: 'repeat', until: minute - 1_000 },
    ],
    ['waits where the repeat comes in open hours', { open: [[0, minute]] }, 0, { kind: 'wait', until: 2_000 }],
    ['reads while its hours are closed', { open: [[minute, 2 * minute]] }, 30_000, { kind: 'read' }],
    [
      'repeats when they are open again',
      { open: [[minute, 2 * minute]] },
      minute,
      { kind: 'repeat', until: 2 * minute - 1_000 },
    ],
    [
      'launches again where open hours are left, which the claim waits for',
      { ...silent, onSilentLog: 'relaunch', readAt: 3 * minute, open: [[5 * minute, 6 * minute]] },
      3 * minute,
      { kind: 'relaunch' },
    ],
    [
      'asks where none are left',
      { ...silent, onSilentLog: 'relaunch', readAt: 3 * minute, open: [[0, 3 * minute]] },
      3 * minute,
      { kind: 'ask', why: expect.stringContaining('the log shows no start') },
    ],
    ['reads where the memory is half over', { window: 10_000 }, 6_000, { kind: 'read' }],
    [
      'does not repeat what is forgotten while the first may still arrive',
      { window: 2 * minute },
      5_000,
      { kind: 'read' },
    ],
    [
      'repeats what is remembered until the first can arrive no more',
      { window: 2 * minute, quarantineUntil: 2 * minute },
      2_000,
      { kind: 'repeat', until: minute },
    ],
    [
      'does not repeat where nothing proves that repeats are dropped',
      { deduplication: 'unproven' },
      5_000,
      { kind: 'read' },
    ],
    ['believes the log', { evidence: 'started' }, 5_000, { kind: 'launched' }],
    [
      'waits for the quarantine before it launches again',
      { ...silent, onSilentLog: 'relaunch' },
      2 * minute,
      { kind: 'wait', until: 3 * minute },
    ],
    ['reads once more after the quarantine', { ...silent, onSilentLog: 'relaunch' }, 3 * minute, { kind: 'read' }],
    [
      'launches again where the log is silent even then',
      { ...silent, onSilentLog: 'relaunch', readAt: 3 * minute },
      3 * minute,
      { kind: 'relaunch' },
    ],
    [
      'asks where the log cannot be read once more',
      { ...silent, onSilentLog: 'relaunch', polls: 10 },
      3 * minute,
      { kind: 'ask', why: expect.any(String) },
    ],
    [
      'asks where the owner vanished',
      { ...silent, onSilentLog: 'relaunch', reset: false },
      3 * minute,
      { kind: 'ask', why: expect.any(String) },
    ],
    [
      'asks where the deadline has passed',
      { ...silent, onSilentLog: 'relaunch' },
      15 * minute,
      { kind: 'ask', why: expect.any(String) },
    ],
    ['asks where the account holds', silent, 3 * minute, { kind: 'ask', why: expect.any(String) }],
  ])('%s', (_, over, now, expected) => {
    expect(step(over, now)).toEqual(expected)
  })
})

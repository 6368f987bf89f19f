/** The input of a run: what takes part in it, and the numbers that choose what happens. */
import fc from 'fast-check'
import { openings } from './openings.ts'
import type { Bias, LaunchSettings, Settings } from './world.ts'

const minute = 60_000

const launch: fc.Arbitrary<LaunchSettings> = fc.record({
  mailing: fc.constantFrom(1, 1, 2),
  lateness: fc.constantFrom(15 * minute, 120 * minute, 120 * minute, minute),
  attempts: fc.constantFrom(3, 1, 5),
  overlap: fc.constantFrom('allow', 'skip', 'queueOne'),
  guard: fc.constantFrom(undefined, undefined, undefined, 'skip', 'hold'),
  open: fc.constantFrom<LaunchSettings['open']>(
    undefined,
    undefined,
    [[0, 5 * minute]],
    [
      [0, 20_000],
      [2 * minute, 110 * minute],
    ],
    [
      [0, minute],
      [5 * minute, 6 * minute],
      [40 * minute, 41 * minute],
    ],
  ),
})

const { planned, stopped, takenOver, reset, vanished, recovering } = openings
const usual = [planned, planned, planned, stopped, takenOver, vanished, reset, recovering]

const share = fc.constantFrom(1, 0.25, 1, 4)
const bias: fc.Arbitrary<Bias> = fc.record({
  harm: share,
  network: share,
  late: share,
  people: share,
  stops: share,
  service: share,
  time: share,
})

const breaker = { failures: 2, pause: 30_000 }
/** In every other run there are none: what they keep back meets less of everything else. */
const brakes: fc.Arbitrary<Settings['brakes']> = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  { limits: { concurrency: 1 }, breaker },
  { limits: { perMinute: 6, concurrency: 1 }, breaker: undefined },
  { limits: { perMinute: 1 }, breaker },
)

/** Any settings, or where `fixed` says so, those. */
export function settingsWith(fixed: Partial<Settings> = {}): fc.Arbitrary<Settings> {
  return fc
    .record({
      dropsRepeats: fc.boolean(),
      window: fc.constantFrom(1_440 * minute, 40 * minute),
      logDelay: fc.constantFrom(0, minute),
      onSilentLog: fc.constantFrom('hold', 'relaunch'),
      workers: fc.constantFrom(2, 3),
      opening: fc.constantFrom(...usual),
      bias,
      leaps: fc.constantFrom(false, false, true),
      brakes,
      launches: fc.array(launch, { minLength: 1, maxLength: 3 }),
    })
    .map(settings => ({ ...settings, ...fixed }))
}

export const choices = fc.array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 20, maxLength: 90, size: 'max' })

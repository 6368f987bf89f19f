/** How a run may begin: the quickest ways into a doubt, which chance alone would take seldom. */
import { fates, type Verdict } from './platform.ts'
import type { Settings } from './world.ts'

/** Steps of the clock, milliseconds: within a permit, past it, past pauses, leases, sendings and the shorter quarantine. */
export const clockSteps = [
  3_000, 200, 1_000, 3_000, 3_000, 11_000, 11_000, 31_000, 31_000, 61_000, 61_000, 185_000,
] as const
/** Past quarantines, deadlines, and what a platform remembers. */
export const leaps = [...clockSteps, 305_000, 905_000, 905_000, 2_500_000, 2_500_000] as const

type Opening = Settings['opening']

const sent: Opening = [['claims launch-0'], ['commits'], ['writes']]
/** Past the time that sending may last; the sweep finds it. */
const missed: Opening = [['time passes', clockSteps.indexOf(61_000)], ['sweep']]
const recovered: Opening = [['time passes'], ['sweep']]
const arrives = (verdict: Verdict): Opening => [['the request of launch-0', fates.indexOf(verdict)]]

const leaseOver: Opening = [['time passes', clockSteps.indexOf(11_000)]]

export const openings = {
  planned: [],
  stopped: [['claims launch-0'], ['a stop']],
  takenOver: [['w1.0: claims launch-0'], ...leaseOver, ['w2.0: claims launch-0']],
  /** Tried once in vain, claimed again, and given back by the sweep. */
  givenBack: [
    ...([['claims launch-0'], ['cannot connect'], ['settles'], ['time passes'], ['claims launch-0']] as const),
    ...leaseOver,
    ['sweep'],
  ],
  /** Its hours end between the claim and the commit, or between the commit and the write, at 3.1 s. */
  closing: [['claims launch-0'], ['time passes']],
  closingLate: [
    ['claims launch-0'],
    ['time passes'],
    ['commits'],
    ['time passes', clockSteps.indexOf(200)],
    ['writes'],
  ],
  closed: [['time passes', clockSteps.indexOf(11_000)]],
  reset: [...sent, ['resets its socket'], ['settles']],
  vanished: [...sent, ...missed],
  recovering: [...sent, ['freezes'], ...missed, ...recovered],
  repeatedInVain: [
    ...sent,
    ['freezes'],
    ...missed,
    ...recovered,
    ['w2.0: claims launch-0'],
    ['w2.0: cannot connect'],
    ['w2.0: settles'],
  ],
  startedAndForgotten: [
    ...sent,
    ...arrives('startUnheard'),
    ['is killed'],
    ...missed,
    ...recovered,
    ['time passes', leaps.indexOf(2_500_000)],
  ],
} as const satisfies Record<string, Opening>

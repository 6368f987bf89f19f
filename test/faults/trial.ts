/** One run of one scenario: its chances, what it counts, and what it finds wrong. */
import { Random } from './random.ts'

export interface Scenario {
  readonly name: string
  /** What is done and what is expected, in a sentence. */
  readonly about: string
  readonly run: (trial: Trial) => Promise<void>
}

/** The machine was too slow: a service had not started by the time at which its launches were due. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive'
}

export interface Tally {
  faults: number
  launches: number
  doubles: number
  lost: number
  stuck: number
  unknown: number
}

/** What became of the launches that met a fault at one named point. */
export interface PointTally {
  launches: number
  unknown: number
  started: number
}

export class Trial {
  readonly random: Random
  /** A folder with `dist`: the product under test. */
  readonly build: string
  /** The same, never mutated: the judge comes from here. */
  readonly judge: string
  readonly tally: Tally = { faults: 0, launches: 0, doubles: 0, lost: 0, stuck: 0, unknown: 0 }
  readonly points = new Map<string, PointTally>()
  readonly violations: string[] = []
  /** Folders that a person may want to look into after a violation. */
  readonly folders: string[] = []

  constructor(builds: { readonly build: string; readonly judge: string }, seed: number) {
    this.build = builds.build
    this.judge = builds.judge
    this.random = new Random(seed)
  }

  fault(count = 1): void {
    this.tally.faults += count
  }

  /** A sentence about what must not be; the scenario goes on. */
  violation(sentence: string): void {
    this.violations.push(sentence)
  }

  check(holds: boolean, sentence: string): void {
    if (!holds) this.violation(sentence)
  }

  atPoint(point: string, launch: { readonly isUnknown: boolean; readonly starts: number }): void {
    const tally = this.points.get(point) ?? { launches: 0, unknown: 0, started: 0 }
    tally.launches += 1
    tally.unknown += launch.isUnknown ? 1 : 0
    tally.started += launch.starts
    this.points.set(point, tally)
  }
}

/** Runs a scenario until the machine was fast enough for it to mean something; what it throws is a violation. */
export async function conclude(
  run: Scenario['run'],
  builds: { readonly build: string; readonly judge: string },
  seed: number,
): Promise<Trial> {
  for (let tries = 1; ; tries++) {
    const trial = new Trial(builds, seed)
    try {
      await run(trial)
      return trial
    } catch (error) {
      if (error instanceof Inconclusive && tries < 3) continue
      trial.violation(String(error))
      return trial
    }
  }
}

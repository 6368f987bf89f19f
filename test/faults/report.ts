/** What a run prints. */
import type { PointTally, Tally, Trial } from './trial.ts'

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs the tasks in their order, so many at once; returns their results in the same order. */
export async function inParallel<T>(tasks: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const work = async () => {
    for (let index = next++; index < tasks.length; index = next++) {
      const task = tasks[index]
      if (task) results[index] = await task()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

const columns = ['faults', 'launches', 'doubles', 'lost', 'stuck', 'unknown'] as const

/** Sums over the runs of each scenario, and over the points at which faults struck. */
export class Report {
  readonly #rows = new Map<string, Tally & { runs: number; violations: number; seconds: number }>()
  readonly #points = new Map<string, PointTally>()

  get violations(): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + row.violations, 0)
  }

  add(name: string, trial: Trial, seconds: number): void {
    const blank = {
      runs: 0,
      violations: 0,
      seconds: 0,
      faults: 0,
      launches: 0,
      doubles: 0,
      lost: 0,
      stuck: 0,
      unknown: 0,
    }
    const row = this.#rows.get(name) ?? blank
    this.#rows.set(name, row)
    row.runs += 1
    row.violations += trial.violations.length
    row.seconds += seconds
    for (const column of columns) row[column] += trial.tally[column]
    for (const [point, { launches, unknown, started }] of trial.points) {
      const sum = this.#points.get(point) ?? { launches: 0, unknown: 0, started: 0 }
      this.#points.set(point, {
        launches: sum.launches + launches,
        unknown: sum.unknown + unknown,
        started: sum.started + started,
      })
    }
  }

  print(): void {
    const rows = [...this.#rows].map(([name, row]) => [
      name,
      row.runs,
      ...columns.map(column => row[column]),
      row.violations,
      Math.round(row.seconds),
    ])
    const total = rows.reduce<(string | number)[]>(
      (sum, row) => row.map((cell, index) => (index === 0 ? 'all' : Number(sum[index] ?? 0) + Number(cell))),
      [],
    )
    printTable(['scenario', 'runs', ...columns, 'violations', 'seconds'], [...rows, total])
    const points = [...this.#points].map(([point, row]) => [point, row.launches, row.started, row.unknown])
    if (points.length > 0) printTable(['fault struck at', 'launches', 'started', 'unknown'], points)
  }
}

function printTable(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map(row => String(row[index] ?? '').length)))
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, index) =>
        index === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[index] ?? 0),
      )
      .join('  ')
  say('')
  say(line(heads))
  for (const row of rows) say(line(row))
}

/** Stops of everything, an account or a mailing, as the calendar sees them. Pure. */
import type { Schedule } from './schedule.ts'

export interface Stop {
  /** `all`, `account:main` or `mailing:main:90`. */
  readonly scope: string
  readonly reason: string
  readonly by: string
  /** Since when; epoch milliseconds. Nobody knows when it will end. */
  readonly at: number
}

/** The first stop that holds what this schedule launches. */
export function stopOf({ account, launch }: Schedule, stops: readonly Stop[]): Stop | undefined {
  const scopes = ['all', `account:${account}`, `mailing:${account}:${launch.id}`]
  return stops.filter(({ scope }) => scopes.includes(scope)).toSorted((a, b) => a.at - b.at)[0]
}

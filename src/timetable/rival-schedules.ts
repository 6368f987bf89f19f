/** Schedules that mail the same people: without a word about it, the second of a day is left out by its guard. Pure. */
import type { Problem } from '../files/problem.ts'
import { audienceOf } from '../launches/launch.ts'
import type { Schedule } from './schedule.ts'

/**
 * A warning at each schedule whose mailing and audience another one launches too, and which says nothing of how often a day that is
 * meant: guards count what went to an audience through whatever door.
 */
export function rivalWarnings(schedules: readonly Schedule[]): Problem[] {
  const first = new Map<string, Schedule>()
  return schedules.flatMap((schedule): Problem[] => {
    const { name, account, launch, policy, source } = schedule
    const people = `${account} ${launch.id} ${audienceOf(launch)}`
    const rival = first.get(people)
    if (rival === undefined) first.set(people, schedule)
    if (rival === undefined || (policy.maxPerDay !== undefined && rival.policy.maxPerDay !== undefined)) return []
    const who = `mailing ${launch.id} goes to the same audience by ${rival.name} (${rival.source.file}:${rival.source.line})`
    const sentence = `${name}: ${who}: where both are due on a day, the later one is left out; set policy.maxPerDay of both to what is meant`
    return [{ severity: 'warning', where: source.file, line: source.line, column: 1, sentence }]
  })
}

/**
 * Recurrence rules as sets of wall-clock labels. A library expands them in UTC, so that it never sees a change of clocks;
 * what a label means in a zone is decided where it is for cron (wall-times.ts). docs/decisions/0012-rrule.md says why. Pure.
 */
import { RRuleTemporal } from 'rrule-temporal'
import { readRruleText, untilOf } from './rrule-parts.ts'
import { longestSilence, type WallTimes } from './wall-times.ts'

const dayMs = 86_400_000
/** The library gives up on a question after so many steps; asked for less than a day of seconds it never needs as many. */
const mostSteps = 200_000

/** The labels of a rule (`FREQ=…`) that begins at the label `start`; throws RangeError where the border was passed by. */
export function rruleLabels(rule: string, start: number): Pick<WallTimes, 'labels' | 'intervalLike' | 'end'> {
  const { parts, problems } = readRruleText(rule)
  if (problems.length > 0) throw new RangeError(`not a recurrence rule: ${problems.join('; ')}`)
  const until = untilOf(parts.get('UNTIL') ?? '')
  const last = until && 'label' in until ? until.label : Number.POSITIVE_INFINITY
  const bare = [...parts].filter(([name]) => name !== 'UNTIL').map(([name, value]) => `${name}=${value}`)
  const stamp = new Date(start).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const expanded = new RRuleTemporal({
    rruleString: `DTSTART;TZID=UTC:${stamp}\nRRULE:${bare.join(';')}`,
    strict: true,
    maxIterations: mostSteps,
  })
  const fine = ['HOURLY', 'MINUTELY', 'SECONDLY'].includes(parts.get('FREQ') ?? '')
  return {
    labels: (from, to) => {
      const least = Math.max(from, start)
      const most = Math.min(to, last)
      if (least > most) return []
      return expanded.between(new Date(least), new Date(most), true).map(({ epochMilliseconds }) => epochMilliseconds)
    },
    intervalLike: fine && !parts.has('BYHOUR'),
    end: until && 'instant' in until ? until.instant + 1 : Number.POSITIVE_INFINITY,
  }
}

/** Everything that is wrong with a rule, as sentences; none where it is due at least once within forty years. */
export function rruleFlaws(rule: string, start: number): readonly string[] {
  const { problems } = readRruleText(rule)
  if (problems.length > 0) return problems
  const { labels } = rruleLabels(rule, start)
  for (
    let from = start, span = dayMs;
    from - start < longestSilence;
    from += span, span = Math.min(2 * span, 256 * dayMs)
  ) {
    for (const _ of labels(from, from + span)) return []
  }
  return ['no date ever matches']
}

/** The overview: in five seconds, whether all is well, what goes out next, and what needs a decision. Pure. */
import type { BatchView } from '../../bulk/read.ts'
import type { HoldRow } from '../../duty/holds.ts'
import type { Look } from '../look.ts'
import type { LastDay, Overview } from '../read/overview.ts'
import { stopOver } from '../read/stops.ts'
import { AttentionList } from './attention.tsx'
import { BatchBadge, batchAddress, Progress, Speed } from './batch-parts.tsx'
import { Badge, Stopped } from './state.tsx'
import { number, pageZone, timeText } from './times.tsx'
import { UpcomingLanes } from './upcoming.tsx'

export function OverviewPage({ look, overview }: { look: Look; overview: Overview }) {
  const { overview: t } = look.t
  return (
    <>
      <AttentionList look={look} items={overview.attention} ended={endedWell(overview)} />
      {overview.schedules === 0 ? (
        <FirstSteps look={look} isPart={overview.isPart} />
      ) : (
        <UpcomingLanes look={look} upcoming={overview.upcoming} />
      )}
      <div class="columns">
        {overview.lastDay === undefined ? null : <LastDayPanel look={look} day={overview.lastDay} />}
        <section aria-labelledby="batches-title" id="running">
          <h2 id="batches-title">{t.batches}</h2>
          {overview.batches.length === 0 ? (
            <p class="muted">{t.noBatches}</p>
          ) : (
            <ul class="items">
              {overview.batches.map(view => (
                <li>
                  <BatchLine look={look} view={view} stop={stopOver(overview.stops, view.batch.account)} />
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </>
  )
}

/** Whether it can be said of the last day that launches ended, and as they should: nothing else did, as nothing needs a person. */
function endedWell({ lastDay }: Overview): boolean {
  return lastDay?.counts.some(({ state }) => state === 'launched') ?? false
}

function FirstSteps({ look, isPart }: { look: Look; isPart: boolean }) {
  const { overview: t } = look.t
  return (
    <section class="upcoming">
      <h2>{t.upcoming}</h2>
      <p>{isPart ? t.noOwnSchedules : t.noSchedules}</p>
      {isPart ? null : (
        <pre>
          <code>{'sendoff validate\nsendoff plan\nsendoff apply'}</code>
        </pre>
      )}
    </section>
  )
}

function BatchLine({ look, view, stop }: { look: Look; view: BatchView; stop: HoldRow | undefined }) {
  return (
    <>
      <BatchBadge look={look} view={view} />
      <Stopped look={look} stop={stop} />
      <a href={batchAddress(view.batch.id)}>{view.batch.id}</a>
      <Progress look={look} view={view} />
      <Speed look={look} view={view} />
    </>
  )
}

function LastDayPanel({ look, day }: { look: Look; day: LastDay }) {
  const { overview: t } = look.t
  const since = new Date(day.hours[0]?.at ?? look.now).toISOString()
  return (
    <section aria-labelledby="day-title" id="day">
      <h2 id="day-title">{t.lastDay}</h2>
      <Hours look={look} day={day} />
      {day.counts.length === 0 ? <p class="muted">{t.nothingLaunched}</p> : null}
      <ul class="counts">
        {day.counts.map(({ state, count }) => (
          <li>
            <a href={`/launches?q=${encodeURIComponent(`state:${state} from:${since.slice(0, 16)}Z`)}`}>
              <Badge look={look} name={state} /> <strong class="num">{number(look, count)}</strong>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

const height = 36

/** Launches by the hour: what was launched above, what went wrong in its own colour below. */
function Hours({ look, day: { hours } }: { look: Look; day: LastDay }) {
  const most = Math.max(1, ...hours.map(({ launched, bad }) => launched + bad))
  const tall = (count: number) => (count === 0 ? 0 : Math.max(2, Math.round((height * count) / most)))
  const width = 100 / hours.length
  const zone = pageZone(look)
  const words = hours
    .filter(({ launched, bad }) => launched + bad > 0)
    .map(({ at, launched, bad }) => `${timeText(look, at, zone, 'clock')}: ${launched}${bad === 0 ? '' : ` + ${bad}`}`)
  return (
    <svg
      class="hours"
      width="100%"
      height={height + 14}
      role="img"
      aria-label={`${look.t.overview.byHour}: ${words.join(', ')}`}
    >
      {hours.map(({ at, launched, bad }, index) => (
        <svg x={`${(index * width).toFixed(2)}%`} width={`${(width * 0.8).toFixed(2)}%`} height={height}>
          <title>{`${timeText(look, at, zone, 'clock')}: ${launched} + ${bad}`}</title>
          <rect class="ground" width="100%" y={height - 1} height="1" />
          <rect class="fill-ok" width="100%" y={height - tall(launched) - tall(bad)} height={tall(launched)} />
          <rect class="fill-bad" width="100%" y={height - tall(bad)} height={tall(bad)} />
        </svg>
      ))}
      {hours.map(({ at }, index) =>
        index % 6 === 0 ? (
          <text x={`${(index * width).toFixed(2)}%`} y={height + 12}>
            {timeText(look, at, zone, 'clock')}
          </text>
        ) : null,
      )}
    </svg>
  )
}

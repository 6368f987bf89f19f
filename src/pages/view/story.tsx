/** The story of a launch as a line of moments. Pure. */
import type { Attempt } from '../../launches/record.ts'
import type { Look } from '../look.ts'
import type { LaunchModel } from '../read/launch.ts'
import { actionText } from '../sentence.ts'
import type { Moment } from '../story.ts'
import { Said, Verbatim } from './said.tsx'
import { Badge, tones } from './state.tsx'
import { AllTimes, timeText, zoneFor } from './times.tsx'

export function Story({ look, model: { story, zone } }: { look: Look; model: LaunchModel }) {
  const [first] = story
  return (
    <>
      {first === undefined ? null : (
        <p class="since">
          <AllTimes look={look} at={first.at} zone={zone} />
        </p>
      )}
      <ol class="story" id="story">
        {story.map((moment, index) => (
          <li class={`moment tone-${toneOf(moment)}${moment.at > look.now ? ' coming' : ''}`}>
            <MomentTime look={look} moment={moment} zone={zone} before={story[index - 1]?.at} />
            <div>
              <Words look={look} moment={moment} />
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}

/** The day is said where it changes; that of the first moment stands above, in every zone. */
function MomentTime({
  look,
  moment,
  zone,
  before,
}: {
  look: Look
  moment: Moment
  zone: string | undefined
  before: number | undefined
}) {
  const shown = zoneFor(look, zone)
  const day = timeText(look, moment.at, shown, 'day')
  const full = timeText(look, moment.at, shown, 'full')
  return (
    <time
      class={before === moment.at ? 'repeated' : undefined}
      dateTime={new Date(moment.at).toISOString()}
      title={new Date(moment.at).toISOString()}
    >
      {before === undefined || day === timeText(look, before, shown, 'day') ? null : <small>{day} </small>}
      {full.slice(-8)}
      <small>.{String(moment.at % 1_000).padStart(3, '0')}</small>
    </time>
  )
}

function toneOf(moment: Moment): string {
  switch (moment.kind) {
    case 'state':
      return tones[moment.state]
    case 'ended':
      return moment.attempt.outcome === 'launched' ? 'ok' : moment.attempt.outcome === 'ambiguous' ? 'doubt' : 'bad'
    case 'began':
      return 'run'
    case 'made':
    case 'due':
    case 'note':
    case 'deadline':
      return 'rest'
  }
}

function Words({ look, moment }: { look: Look; moment: Moment }) {
  const { story: t } = look.t
  switch (moment.kind) {
    case 'made':
      return (
        <>
          {t.made}{' '}
          {moment.by === undefined ? null : (
            <small class="muted">
              <Said look={look} words={moment.by} />
            </small>
          )}
        </>
      )
    case 'due':
      return <>{t.due}</>
    case 'deadline':
      return <>{t.deadline}</>
    case 'state':
      return (
        <>
          <Badge look={look} name={moment.state} /> {moment.isNow ? <small class="muted">{t.still}</small> : null}
        </>
      )
    case 'began':
      return (
        <>
          {t.began(moment.attempt.number)}{' '}
          {moment.attempt.owner === undefined ? null : <small class="muted">{moment.attempt.owner}</small>}
        </>
      )
    case 'ended':
      return <Ended look={look} attempt={moment.attempt} />
    case 'note':
      return (
        <>
          <strong>
            <Said look={look} words={moment.who} />
          </strong>
          : {actionText(look, moment.what)}
          {moment.why === '' ? null : (
            <p>
              <Said look={look} words={moment.why} />
            </p>
          )}
        </>
      )
  }
}

/** The kinds of outcomes are words of ours; a record may be older than they are. */
function outcomeWord({ t }: Look, outcome = ''): string {
  const known = Object.entries(t.outcomes).find(([kind]) => kind === outcome)
  return known?.[1] ?? outcome
}

function Ended({ look, attempt }: { look: Look; attempt: Attempt }) {
  const { story: t } = look.t
  const { error, error_text, status, detail, duplicate } = attempt
  return (
    <>
      {t.ended(attempt.number)} <strong>{outcomeWord(look, attempt.outcome)}</strong>
      <p>
        <Said look={look} words={attempt.reason ?? ''} /> {attempt.handed === true ? t.handed : t.notHanded}
        {status === undefined ? null : ` HTTP ${status}.`}
        {duplicate === true ? ` ${t.repeated}` : null}
      </p>
      {error === undefined ? null : (
        <p>
          <code class="error">error {error}</code> <Verbatim look={look} words={error_text ?? ''} />
        </p>
      )}
      {error !== undefined || detail === undefined ? null : (
        <p class="muted">
          <Said look={look} words={detail} />
        </p>
      )}
    </>
  )
}

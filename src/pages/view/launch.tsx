/** One launch: what became of it and why, what was asked and answered, and what can be done now. Pure. */
import type { Look } from '../look.ts'
import type { LaunchModel } from '../read/launch.ts'
import { foreignLanguage } from '../sentence.ts'
import { LinkButton, Unfold } from './form.tsx'
import { launchAddress, scheduleAddress } from './launch-parts.tsx'
import { Resolve } from './resolve.tsx'
import { Said } from './said.tsx'
import { Badge } from './state.tsx'
import { Story } from './story.tsx'
import { AllTimes, latenessText, Relative, Time } from './times.tsx'

export function LaunchPage({ look, model }: { look: Look; model: LaunchModel }) {
  const { launch } = model
  const { launch: t } = look.t
  return (
    <>
      <div class="head" id="launch-head">
        <h1>
          <Badge look={look} name={launch.state} /> <span class="key">{launch.key}</span>
        </h1>
        <Actions look={look} model={model} />
      </div>
      <Answer look={look} model={model} />
      {launch.state === 'unknown' ? <Resolve look={look} model={model} /> : null}
      <div class="columns wide-left">
        <section aria-labelledby="story-title">
          <h2 id="story-title">{t.story}</h2>
          <Story look={look} model={model} />
        </section>
        <section aria-labelledby="facts-title" id="facts">
          <h2 id="facts-title">{t.facts}</h2>
          <Facts look={look} model={model} />
          <h2>{t.request}</h2>
          <pre class="json">
            <code>{JSON.stringify(launch.request, undefined, 2)}</code>
          </pre>
          {model.evidence === undefined ? null : (
            <>
              <h2>{t.evidence}</h2>
              <pre class="json">
                <code>{JSON.stringify(model.evidence, undefined, 2)}</code>
              </pre>
            </>
          )}
        </section>
      </div>
    </>
  )
}

/** The answer, word for word, and the reason: the first thing that people look for. */
function Answer({ look, model: { launch, advice, preflight } }: { look: Look; model: LaunchModel }) {
  const { launch: t } = look.t
  const detail = launch.attempts.at(-1)?.detail
  const isAnswered = launch.error !== null || launch.error_text !== null
  return (
    <section class="said" aria-label={t.answer} id="said">
      <dl class="facts exact">
        {isAnswered ? <Answered look={look} launch={launch} /> : null}
        {isAnswered || detail === undefined ? null : (
          <>
            <dt>{t.cause}</dt>
            <dd>
              <strong>
                <Said look={look} words={detail} />
              </strong>
            </dd>
          </>
        )}
        {launch.reason === null ? null : (
          <>
            <dt>{t.why}</dt>
            <dd>
              <Said look={look} words={launch.reason} />
            </dd>
          </>
        )}
        {advice === undefined || launch.state !== 'unknown' ? null : (
          <>
            <dt>{t.advice}</dt>
            <dd>
              <Said look={look} words={advice} />
            </dd>
          </>
        )}
        {preflight === undefined ? null : (
          <>
            <dt>{t.preflight}</dt>
            <dd>
              <Said look={look} words={preflight.why} />. <Said look={look} words={preflight.remedy} />{' '}
              <Relative look={look} at={preflight.at} />
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

function Answered({ look, launch }: { look: Look; launch: LaunchModel['launch'] }) {
  const none = <span class="muted">{look.t.launch.noAnswer}</span>
  return (
    <>
      <dt>error</dt>
      <dd>{launch.error === null ? none : <code class="error">{launch.error}</code>}</dd>
      <dt>error_text</dt>
      <dd>
        {launch.error_text === null ? (
          none
        ) : (
          <pre class="verbatim" lang={foreignLanguage(look, launch.error_text)}>
            {launch.error_text}
          </pre>
        )}
      </dd>
    </>
  )
}

function Facts({ look, model: { launch, zone, lastSent } }: { look: Look; model: LaunchModel }) {
  const { launch: t, words } = look.t
  const { id, override_source_type, override_source_id, override_limit } = launch.request
  const audience =
    override_source_id === undefined ? words.ownAudience : `${override_source_type} ${override_source_id}`
  const rows: [string, unknown][] = [
    [words.mailing, String(id)],
    [words.audience, audience],
    [words.limit, override_limit === undefined ? words.ownLimit : String(override_limit)],
    [words.account, launch.account],
    [t.origin, t.origins[launch.origin]],
  ]
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{String(value)}</dd>
        </>
      ))}
      {launch.schedule === null ? null : (
        <>
          <dt>{words.schedule}</dt>
          <dd>
            <a href={scheduleAddress(launch.schedule)}>{launch.schedule}</a>
          </dd>
        </>
      )}
      <dt>{t.due}</dt>
      <dd>
        <AllTimes look={look} at={Date.parse(launch.due)} zone={zone} />
      </dd>
      {launch.lateness === null ? null : (
        <>
          <dt>{look.t.columns.lateness}</dt>
          <dd>{latenessText(launch.lateness)}</dd>
        </>
      )}
      <dt>{t.sendUntil}</dt>
      <dd>
        <Deadline look={look} at={launch.sendUntil} zone={zone} />
      </dd>
      <dt>{look.t.columns.attempts}</dt>
      <dd>{launch.attempts.length}</dd>
      {launch.by === null ? null : (
        <>
          <dt>{t.by}</dt>
          <dd>
            <Said look={look} words={launch.by} />
            {launch.why === null ? null : (
              <>
                : <Said look={look} words={launch.why} />
              </>
            )}
          </dd>
        </>
      )}
      {lastSent === undefined ? null : (
        <>
          <dt>{t.lastSent}</dt>
          <dd>
            <Time look={look} at={lastSent} zone={zone} /> · <Relative look={look} at={lastSent} />
          </dd>
        </>
      )}
      <dt>Request-ID</dt>
      <dd class="key">
        <code>{launch.requestId}</code>
      </dd>
    </dl>
  )
}

/** Rows of a paused batch have no deadline. */
function Deadline({ look, at, zone }: { look: Look; at: string | null; zone: string | undefined }) {
  return at === null ? <span>{look.t.launch.noDeadline}</span> : <Time look={look} at={Date.parse(at)} zone={zone} />
}

function Actions({ look, model: { launch, heldBy } }: { look: Look; model: LaunchModel }) {
  const { actions: t } = look.t
  const { state } = launch
  const here = launchAddress(launch.key)
  const isOpen = state === 'planned' || state === 'claimed' || state === 'waiting' || state === 'held'
  const endedBadly = state === 'failed' || state === 'rejected' || state === 'swallowed'
  return (
    <div class="actions">
      {endedBadly && look.rights.retry ? (
        <LinkButton kind="danger" href={`${here}/retry`}>
          {t.retry}
        </LinkButton>
      ) : null}
      {state === 'held' && heldBy !== 'hold' && look.rights.release ? (
        <LinkButton kind="danger" href={`${here}/release`}>
          {t.release}
        </LinkButton>
      ) : null}
      {isOpen && look.rights.cancel ? (
        <Unfold look={look} action={`${here}/cancel`} word={t.cancel} submit={t.cancelNow} kind="danger">
          <p>{t.cancelWords}</p>
        </Unfold>
      ) : null}
    </div>
  )
}

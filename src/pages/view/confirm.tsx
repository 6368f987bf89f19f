/** The page before something that cannot be taken back: the facts, what must be typed, why. Pure. */
import type { Look } from '../look.ts'
import { Button, Field, Form, Hidden, LinkButton, Reason } from './form.tsx'
import { launchAddress } from './launch-parts.tsx'
import { Icon } from './state.tsx'
import { Relative, Time, timeText, zoneFor } from './times.tsx'

/** What one launch would do, to whom. */
export interface LaunchFacts {
  readonly mailing: number
  readonly account: string
  /** `list 5`; absent: the mailing's own. */
  readonly audience: string | undefined
  readonly limit: number | undefined
  /** When the mailing last went to this audience; epoch milliseconds. */
  readonly lastSent: number | undefined
  readonly zone: string | undefined
}

export interface ConfirmModel {
  readonly title: string
  readonly action: string
  readonly back: string
  /** What follows, in a sentence. */
  readonly words: string
  readonly submit: string
  readonly facts?: LaunchFacts
  /** What else is to be known before; `launch`: the key of the one that it is about. */
  readonly warnings?: readonly { readonly words: string; readonly launch?: string }[]
  /** What must be typed, and what it is called. */
  readonly typed?: { readonly label: string; readonly value: string }
  /** The time (UTC, HH:MM) of the launch that this one repeats, where it mails the same people again. */
  readonly repeats?: { readonly at: number; readonly confirmation: string }
  /** Whether a deadline is asked for: until when it may go out. */
  readonly until?: boolean
  /** Why it cannot be done now. */
  readonly refused?: string
  readonly hidden?: Readonly<Record<string, string>>
  /** What was wrong with what was typed. */
  readonly flaw?: string
  /** What was filled in before and need not be typed again. */
  readonly given?: { readonly reason: string; readonly minutes: string }
}

/** What must be typed of the launch that is repeated: its time as the page shows it. */
export function repeatedTime(look: Look, at: number, facts: LaunchFacts | undefined): { time: string; zone: string } {
  const zone = zoneFor(look, facts?.zone)
  return { time: timeText(look, at, zone, 'clock'), zone }
}

export function ConfirmPage({ look, model }: { look: Look; model: ConfirmModel }) {
  const { confirm: t } = look.t
  return (
    <section class="confirm" aria-labelledby="confirm-title">
      <h1 id="confirm-title">{model.title}</h1>
      <p>{model.words}</p>
      {model.facts === undefined ? null : <Facts look={look} facts={model.facts} />}
      {(model.warnings ?? []).map(({ words, launch }) => (
        <p class="warning">
          <Icon name="warn" /> {words}
          {launch === undefined ? null : (
            <>
              {' '}
              <a class="key" href={launchAddress(launch)}>
                {launch}
              </a>
            </>
          )}
        </p>
      ))}
      {model.refused === undefined ? null : (
        <p class="flash tone-bad" role="alert">
          {model.refused}
        </p>
      )}
      {model.flaw === undefined ? null : (
        <p class="flash tone-bad" role="alert">
          {model.flaw}
        </p>
      )}
      {model.refused === undefined ? (
        <Asked look={look} model={model} />
      ) : (
        <LinkButton href={model.back}>{t.back}</LinkButton>
      )}
    </section>
  )
}

function Asked({ look, model }: { look: Look; model: ConfirmModel }) {
  const { confirm: t } = look.t
  const { typed, repeats, given } = model
  const repeated = repeats && repeatedTime(look, repeats.at, model.facts)
  return (
    <Form look={look} action={model.action}>
      {Object.entries(model.hidden ?? {}).map(([name, value]) => (
        <Hidden name={name} value={value} />
      ))}
      {repeats === undefined || repeated === undefined ? null : (
        <div class="warning">
          <p>
            <Icon name="warn" /> {t.repeats} <Relative look={look} at={repeats.at} /> (
            <Time look={look} at={repeats.at} zone={model.facts?.zone} />
            ). {t.repeatsWords}
          </p>
          <Field
            label={t.typeTime(repeated.time, repeated.zone)}
            name="confirmation"
            required
            pattern={repeated.time}
            inputmode="text"
            autofocus
          />
        </div>
      )}
      {typed === undefined ? null : (
        <Field
          label={t.type(typed.label, typed.value)}
          name="typed"
          required
          pattern={typed.value}
          inputmode="numeric"
          autofocus={repeats === undefined}
        />
      )}
      {model.until === true ? (
        <Field label={t.until} name="minutes" type="number" value={given?.minutes ?? '15'} required />
      ) : null}
      <Reason look={look} value={given?.reason} />
      <div class="actions">
        <Button kind="danger">{model.submit}</Button>
        <LinkButton href={model.back}>{t.back}</LinkButton>
      </div>
    </Form>
  )
}

function Facts({ look, facts }: { look: Look; facts: LaunchFacts }) {
  const { words, confirm: t } = look.t
  return (
    <dl class="facts big">
      <dt>{words.mailing}</dt>
      <dd>
        <strong>{facts.mailing}</strong>
      </dd>
      <dt>{words.audience}</dt>
      <dd>{facts.audience ?? words.ownAudience}</dd>
      <dt>{words.limit}</dt>
      <dd>{facts.limit ?? words.ownLimit}</dd>
      <dt>{words.account}</dt>
      <dd>{facts.account}</dd>
      <dt>{t.last}</dt>
      <dd>
        {facts.lastSent === undefined ? (
          t.never
        ) : (
          <>
            <Time look={look} at={facts.lastSent} zone={facts.zone} /> · <Relative look={look} at={facts.lastSent} />
          </>
        )}
      </dd>
    </dl>
  )
}

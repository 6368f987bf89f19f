/** The strip under the bar: whether the machinery works, what is stopped, and the stop for everything. Pure. */
import type { Look } from '../look.ts'
import { plannerIsLate } from '../read/machinery.ts'
import type { Shell } from '../read/shell.ts'
import { ledgerText } from '../sentence.ts'
import { Hidden, Unfold } from './form.tsx'
import { Said } from './said.tsx'
import { Icon, type IconName, tones } from './state.tsx'
import { Relative } from './times.tsx'

/** More than this between two clocks and what is due is not what people think. Milliseconds. */
const clocksDiffer = 2_000

/** `needs`: how many things need a person, where that is known; then the strip begins with the verdict. */
export function HealthStrip({ look, shell, needs }: { look: Look; shell: Shell; needs?: number | undefined }) {
  return (
    <div class="health" id="health">
      {needs === undefined ? null : <Verdict look={look} shell={shell} needs={needs} />}
      <ul aria-label={look.t.health.title}>
        {chipsOf(look, shell).map(({ icon, words, title, href }) => (
          <li class={`chip tone-${tones[icon]}`} title={title}>
            <Icon name={icon} />
            {href === undefined ? <span>{words}</span> : <a href={href}>{words}</a>}
          </li>
        ))}
      </ul>
      <HoldButton look={look} shell={shell} />
      <Stops look={look} shell={shell} />
    </div>
  )
}

interface Chip {
  readonly icon: IconName
  readonly words: string
  readonly title?: string | undefined
  readonly href?: string
}

function chipsOf(look: Look, { planner, checks, accounts, skew, unknown }: Shell): Chip[] {
  const { health: t } = look.t
  const late = planner === undefined || look.now - planner > plannerIsLate
  const seconds = planner === undefined ? undefined : Math.max(0, Math.round((look.now - planner) / 1_000))
  return [
    { icon: late ? 'rejected' : 'ok', words: late ? t.plannerLate(seconds) : t.planner },
    ...checks.map(
      ({ name, ok, why }): Chip => ({
        icon: ok ? 'ok' : 'rejected',
        words: `${t.checks[name]} ${ok ? t.ok : t.notOk}`,
        title: why === undefined ? undefined : ledgerText(look, why),
      }),
    ),
    ...accounts.map(({ name, workers, breaker }): Chip => {
      if (breaker !== undefined) return { icon: 'warn', words: t.breaker(name), title: ledgerText(look, breaker.cause) }
      return workers === 0
        ? { icon: 'rejected', words: t.noWorkers(name) }
        : { icon: 'ok', words: t.workers(name, workers) }
    }),
    ...(Math.abs(skew) < clocksDiffer ? [] : [{ icon: 'warn' as const, words: t.clocks(Math.round(skew / 1_000)) }]),
    ...(unknown === 0
      ? []
      : [{ icon: 'unknown' as const, words: t.unknown(unknown), href: '/launches?q=state%3Aunknown' }]),
  ]
}

/** All of it in one line: whether anything is stopped, whether anything needs a person. */
function Verdict({ look, shell, needs }: { look: Look; shell: Shell; needs: number }) {
  const { verdict: t } = look.t
  const all = shell.holds.some(({ scope }) => scope === 'all')
  // A stop of less than everything is said in its own line, right below.
  const parts = [...(all ? [t.allStopped] : []), ...(needs > 0 ? [t.needs(needs)] : [])]
  const some = shell.holds.length > 0
  const troubled = chipsOf(look, shell).some(({ icon }) => icon !== 'ok')
  const icon: IconName = all ? 'held' : needs > 0 || troubled ? 'warn' : some ? 'held' : 'ok'
  const words = parts.length > 0 ? parts.join('. ') : troubled ? t.trouble : some ? t.someStopped : t.well
  return (
    <p class={`verdict tone-${tones[icon]}`}>
      <Icon name={icon} />
      {needs > 0 ? <a href="#attention">{words}</a> : words}
    </p>
  )
}

function HoldButton({ look, shell }: { look: Look; shell: Shell }) {
  const { health: t } = look.t
  const all = shell.holds.some(({ scope, cause }) => scope === 'all' && cause === 'person')
  if (all || !look.rights.hold) return null
  return (
    <Unfold
      look={look}
      id="hold-all"
      kind="stop"
      action="/hold"
      submit={t.holdAll}
      word={
        <>
          <Icon name="stop" />
          {t.hold}
        </>
      }
    >
      <p>{t.holdWords}</p>
      {shell.wholeAccounts ? <Hidden name="scope" value="all" /> : <ScopeChoice look={look} shell={shell} />}
    </Unfold>
  )
}

function Stops({ look, shell }: { look: Look; shell: Shell }) {
  const { health: t } = look.t
  if (shell.holds.length === 0) return null
  return (
    <ul class="held" aria-label={t.stopped}>
      {shell.holds.map(({ scope, cause, reason, by, at }) => (
        <li id={`h-${scope}-${cause}`}>
          <Icon name="held" />
          <strong>{t.scope(scope)}</strong>
          <span class="what">
            <Said look={look} words={reason} />{' '}
            <small class="muted">
              <Said look={look} words={by} />, <Relative look={look} at={Date.parse(at)} />
            </small>
          </span>
          {(cause === 'person' ? look.rights.endHold : look.rights.endServiceHold) ? (
            <Unfold
              look={look}
              kind="danger"
              action="/hold/end"
              word={t.release}
              submit={t.releaseNow}
              name={`${t.release} ${t.scope(scope)}`}
            >
              <p>{t.releaseWords}</p>
              <Hidden name="scope" value={scope} />
              <Hidden name="cause" value={cause} />
            </Unfold>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

function ScopeChoice({ look, shell }: { look: Look; shell: Shell }) {
  return (
    <label class="field">
      <span>{look.t.words.account}</span>
      <select name="scope">
        {shell.accounts.map(({ name }) => (
          <option value={`account:${name}`}>{name}</option>
        ))}
      </select>
    </label>
  )
}

/** One schedule. Pure. */
import { formatDuration } from '../../files/duration.ts'
import type { DueTime } from '../../timetable/noted-times.ts'
import type { Schedule } from '../../timetable/schedule.ts'
import { timingInWords } from '../../timetable/words.ts'
import type { Look } from '../look.ts'
import type { ScheduleModel } from '../read/schedule.ts'
import { AuditTable } from './audit.tsx'
import { Hidden, LinkButton, Unfold } from './form.tsx'
import { LaunchTable, scheduleAddress } from './launch-parts.tsx'
import { noteText } from './notes.ts'
import { Pausing, ScheduleState, Unplannable } from './schedules.tsx'
import { Badge, type Run, RunStrip } from './state.tsx'
import { Relative, Time, timeText, zoneFor, zoneText } from './times.tsx'

export function SchedulePage({ look, model }: { look: Look; model: ScheduleModel }) {
  const { schedule: t } = look.t
  const { name, mintable, unmintable } = model
  const zone = model.schedule?.when.timezone
  return (
    <>
      <div class={model.pause === undefined ? 'head' : 'head paused'} id="schedule-head">
        <h1 class="key">{name}</h1>
        <ScheduleState look={look} item={model} />
        <div class="actions">
          {look.rights.run && mintable !== undefined && model.pause === undefined ? (
            <LinkButton kind="danger" href={`${scheduleAddress(name)}/run`}>
              {look.t.actions.run}
            </LinkButton>
          ) : null}
          <Pausing look={look} item={model} />
        </div>
      </div>
      {mintable === undefined ? (
        <p>
          <Unplannable look={look} why={unmintable} />
        </p>
      ) : (
        <Declared look={look} model={model} schedule={mintable} />
      )}
      <section aria-labelledby="runs-title">
        <div class="head">
          <h2 id="runs-title">{t.runs}</h2>
          <span class="dated-strip">
            <End look={look} run={model.runs[0]} zone={zone} />
            <RunStrip
              look={look}
              runs={model.runs}
              when={({ due }) => timeText(look, due, zoneFor(look, zone), 'short')}
            />
            <End look={look} run={model.runs.at(-1)} zone={zone} />
          </span>
          <a class="more" href={`/launches?q=${encodeURIComponent(`schedule:${name}`)}`}>
            {t.allRuns}
          </a>
        </div>
        {model.launches.length === 0 ? (
          <p class="empty">{look.t.schedules.noRuns}</p>
        ) : (
          <LaunchTable look={look} rows={model.launches} id="runs" isOfOne />
        )}
      </section>
      <section aria-labelledby="decisions-title">
        <h2 id="decisions-title">{t.decisions}</h2>
        {model.decisions.length === 0 ? (
          <p class="muted">{t.noDecisions}</p>
        ) : (
          <AuditTable look={look} entries={model.decisions} id="decisions" />
        )}
      </section>
    </>
  )
}

/** The date of the first or the last bar. */
function End({ look, run, zone }: { look: Look; run: Run | undefined; zone: string | undefined }) {
  return run === undefined ? null : (
    <small class="muted nowrap">{timeText(look, run.due, zoneFor(look, zone), 'day')}</small>
  )
}

function Declared({ look, model, schedule }: { look: Look; model: ScheduleModel; schedule: Schedule }) {
  return (
    <>
      {schedule.description === undefined ? null : <p>{schedule.description}</p>}
      <div class="columns">
        <section aria-labelledby="when-title">
          <h2 id="when-title">{look.t.schedules.when}</h2>
          <ul class="plain">
            {timingInWords(schedule, look.language).map(line => (
              <li>{line}</li>
            ))}
          </ul>
          <Rules look={look} schedule={schedule} />
        </section>
        <section aria-labelledby="next-title" id="coming">
          <h2 id="next-title">{look.t.schedule.next}</h2>
          {model.coming.length === 0 ? <p class="muted">{look.t.schedules.never}</p> : null}
          <ol class="coming">
            {model.coming.map(due => (
              <Coming look={look} due={due} isSkipped={model.skipped.has(due.key)} />
            ))}
          </ol>
        </section>
      </div>
    </>
  )
}

function Rules({ look, schedule }: { look: Look; schedule: Schedule }) {
  const { schedule: t, words } = look.t
  const { launch, policy, source } = schedule
  const audience =
    launch.override_source_id === undefined
      ? words.ownAudience
      : `${launch.override_source_type} ${launch.override_source_id}`
  const rows: readonly (readonly [string, string])[] = [
    [words.mailing, String(launch.id)],
    [words.audience, audience],
    [words.limit, launch.override_limit === undefined ? words.ownLimit : String(launch.override_limit)],
    [words.account, schedule.account],
    [t.zone, zoneText(look.now, schedule.when.timezone)],
    [t.lateness, formatDuration(policy.maxLateness)],
    [t.misfire, t.misfires[policy.misfire]],
    [t.overlap, t.overlaps[policy.overlap]],
    [t.retry, t.retries(policy.retry.attempts, formatDuration(policy.retry.initial))],
    ...(policy.maxPerDay === undefined ? [] : [[t.maxPerDay, String(policy.maxPerDay)] as const]),
    ...(policy.coolDown === undefined ? [] : [[t.coolDown, formatDuration(policy.coolDown)] as const]),
    [t.source, `${source.file}:${source.line}`],
  ]
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  )
}

/** Why a paused schedule does not go is said once, at its top. */
function Notes({ look, due: { goes, notes, schedule } }: { look: Look; due: DueTime }) {
  if (notes.some(({ kind }) => kind === 'paused')) return <Badge look={look} name="paused" />
  return (
    <>
      {goes ? null : <Badge look={look} name="skipped" word={look.t.schedule.leftOut} />}{' '}
      {notes.map(note => noteText(look, note, schedule.when.timezone)).join('; ')}
    </>
  )
}

function Coming({ look, due, isSkipped }: { look: Look; due: DueTime; isSkipped: boolean }) {
  const { actions } = look.t
  const { schedule } = due
  const zone = schedule.when.timezone
  const here = scheduleAddress(schedule.name)
  const at = new Date(due.nominal).toISOString()
  return (
    <li class={due.goes ? undefined : 'out'} id={`d-${due.nominal}`}>
      <span class="nowrap">
        <Time look={look} at={due.due} zone={zone} shape="due" />
      </span>
      <span class="muted">
        <Relative look={look} at={due.due} />
      </span>
      <span>
        <Notes look={look} due={due} />
      </span>
      {isSkipped && look.rights.skip ? (
        <Unfold look={look} action={`${here}/unskip`} word={actions.unskip} submit={actions.unskipNow}>
          <Hidden name="at" value={at} />
        </Unfold>
      ) : null}
      {due.goes && look.rights.skip ? (
        <Unfold look={look} action={`${here}/skip`} word={actions.skip} submit={actions.skipNow}>
          <Hidden name="at" value={at} />
        </Unfold>
      ) : null}
    </li>
  )
}

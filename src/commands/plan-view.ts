/** A plan as people and programs see it. */
import { DateTime } from 'luxon'
import pc from 'picocolors'
import type { Problem } from '../files/problem.ts'
import { namesOf, type Plan, type Step, shownHash } from '../timetable/plan.ts'
import { type DueTimesChange, dueTimesOf, type Some } from '../timetable/plan-due-times.ts'
import { type FieldChange, fieldChanges } from '../timetable/plan-fields.ts'
import { warningsOf } from '../timetable/plan-warnings.ts'
import { storedName } from '../timetable/store.ts'
import { mintableSchedule } from '../timetable/unmintable.ts'

/** A step with what it means. */
export interface PlannedStep {
  readonly step: Step
  readonly fields: readonly FieldChange[]
  readonly dueTimes: DueTimesChange
  readonly warnings: readonly string[]
}

/** Each step's consequences at `now` (epoch milliseconds); `paused` says which stored schedules are, and why. */
export function consequences(plan: Plan, now: number, paused: ReadonlyMap<string, string>): PlannedStep[] {
  return plan.steps.map(step => {
    const dueTimes = dueTimesOf(step, now)
    const fields = step.kind === 'changed' || step.kind === 'renamed' ? fieldsOf(step) : []
    const pause = step.kind === 'added' ? undefined : paused.get(storedName(step.before))
    return { step, fields, dueTimes, warnings: warningsOf(step, dueTimes, now, pause) }
  })
}

function fieldsOf(step: Step & { kind: 'changed' | 'renamed' }): FieldChange[] {
  return step.before.schedule ? fieldChanges(step.before.schedule, step.after) : []
}

/** `sendoff plan --json`. Times are UTC; each list holds at most the first five of `count`. `refused`: why apply would refuse it. */
export function planObject(plan: Plan, steps: readonly PlannedStep[], refused: readonly Problem[]) {
  const named = (kind: Step['kind']) => steps.filter(({ step }) => step.kind === kind).map(stepObject)
  return {
    plan: plan.hash.slice(0, shownHash),
    added: named('added'),
    changed: named('changed'),
    renamed: named('renamed'),
    removed: named('removed'),
    unchanged: plan.unchanged,
    warnings: steps.flatMap(({ warnings }) => warnings),
    refused: refused.map(({ where, line, sentence }) => ({ file: where, line: line ?? null, sentence })),
  }
}

function stepObject({ step, fields, dueTimes }: PlannedStep) {
  const { appear, vanish, move, kept, until, unmintable } = dueTimes
  return {
    schedule: step.name,
    ...(step.kind === 'renamed' ? { formerly: storedName(step.before) } : {}),
    fields: fields.map(({ field, before, after }) => ({ field, before: before ?? null, after: after ?? null })),
    unmintable: unmintable ?? null,
    dueTimes: {
      until: until === undefined ? null : utc(until),
      appear: { count: appear.count, first: appear.first.map(utc) },
      vanish: { count: vanish.count, first: vanish.first.map(utc) },
      move: { count: move.count, first: move.first.map(({ from, to }) => ({ from: utc(from), to: utc(to) })) },
      unchanged: kept,
    },
  }
}

const marks = { added: '+', changed: '~', renamed: '>', removed: '-' } as const

/** The plan in lines for a terminal or a review; `colours` for a terminal. */
export function planLines(plan: Plan, steps: readonly PlannedStep[], colours: boolean): string {
  const paint = pc.createColors(colours)
  const colour = { added: paint.green, changed: paint.yellow, renamed: paint.cyan, removed: paint.red } as const
  const lines = steps.flatMap(planned => {
    const { step } = planned
    const details = [...planned.fields.map(fieldLine), ...dueTimeLines(planned)]
    return [
      colour[step.kind](`${marks[step.kind]} ${step.name}`) + paint.dim(headOf(step)),
      ...details.map(line => `    ${line}`),
    ]
  })
  const warnings = steps.flatMap(({ warnings }) => warnings).map(sentence => paint.yellow(`warning: ${sentence}`))
  return [...lines, ...warnings, `Plan ${plan.hash.slice(0, shownHash)}: ${countsOf(plan)}.`].join('\n')
}

/** `1 added, 2 changed, 0 removed, 12 unchanged` */
export function countsOf(plan: Plan): string {
  const renamed = namesOf(plan, 'renamed').length
  return [
    `${namesOf(plan, 'added').length} added`,
    `${namesOf(plan, 'changed').length} changed`,
    ...(renamed === 0 ? [] : [`${renamed} renamed`]),
    `${namesOf(plan, 'removed').length} removed`,
    `${plan.unchanged} unchanged`,
  ].join(', ')
}

/** The command that applies just this plan. */
export function applyLine(plan: Plan): string {
  const removed = namesOf(plan, 'removed')
  const confirm = removed.length === 0 ? '' : ` --confirm-remove ${removed.join(' ')}`
  return `sendoff apply --plan ${plan.hash.slice(0, shownHash)}${confirm}`
}

function headOf(step: Step): string {
  const source = (step.kind === 'removed' ? step.before.schedule : step.after)?.source
  const place = source === undefined ? '' : `  ${source.file}:${source.line}`
  switch (step.kind) {
    case 'added':
    case 'changed':
      return place
    case 'renamed':
      return `  formerly ${storedName(step.before)}${place}`
    case 'removed':
      return place.replace('  ', '  was ')
  }
}

function fieldLine({ field, before, after }: FieldChange): string {
  return `${field}: ${before ?? '(none)'} -> ${after ?? '(none)'}`
}

function dueTimeLines({ step, dueTimes }: PlannedStep): string[] {
  const { appear, vanish, move, kept, unmintable } = dueTimes
  const before = unmintable === undefined ? [] : [`due times until now: not known, ${unmintable}`]
  const shown = step.kind === 'removed' ? mintableSchedule(step.before) : step.after
  if (!shown) return before
  const at = (instant: number) => local(instant, shown.when.timezone)
  const lines = [
    ...some('+', appear, at, 'appear'),
    ...some('-', vanish, at, 'vanish'),
    ...some('>', move, ({ from, to }) => `${at(from)} -> ${at(to)}`, 'move'),
  ]
  const total = appear.count + vanish.count + move.count
  const same = kept === 0 ? '' : `, ${kept} stay`
  const counts =
    total === 0 ? `no change${same}` : `${appear.count} appear, ${vanish.count} vanish, ${move.count} move${same}`
  const span = dueTimes.until === undefined ? 'in the next 30 days' : `until ${utc(dueTimes.until)}`
  return [...before, `due times ${span}: ${counts}`, ...lines.map(line => `  ${line}`)]
}

function some<T>(mark: string, { count, first }: Some<T>, words: (each: T) => string, verb: string): string[] {
  const more = count - first.length
  return [...first.map(each => `${mark} ${words(each)}`), ...(more === 0 ? [] : [`  … and ${more} more that ${verb}`])]
}

function utc(instant: number): string {
  return new Date(instant).toISOString()
}

function local(instant: number, zone: string): string {
  return DateTime.fromMillis(instant, { zone }).toFormat("ccc yyyy-MM-dd'T'HH:mm:ssZZ", { locale: 'en' })
}

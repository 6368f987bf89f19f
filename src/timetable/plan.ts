/** What would have to happen to the stored schedules so that they say what the files say: a plan, as data. */
import { createHash } from 'node:crypto'
import type { Schedule } from './schedule.ts'
import { meaningOf, type Stored, storedMeaning, storedName } from './store.ts'

/** One schedule's part of a plan. */
export type Step =
  | { readonly kind: 'added'; readonly name: string; readonly after: Schedule }
  | { readonly kind: 'changed'; readonly name: string; readonly before: Stored; readonly after: Schedule }
  | { readonly kind: 'renamed'; readonly name: string; readonly before: Stored; readonly after: Schedule }
  | { readonly kind: 'removed'; readonly name: string; readonly before: Stored }

export interface Plan {
  /** 64 hex digits, of what is stored and what is declared: equal as long as neither has changed. No clock, no file lines. */
  readonly hash: string
  /** By name. */
  readonly steps: readonly Step[]
  /** How many stored schedules stay as they are. */
  readonly unchanged: number
}

/** As much of a hash as is shown, and the least that is taken for it. */
export const shownHash = 12
export const shortestHash = 8

/** Names of the steps of one kind. */
export function namesOf(plan: Plan, kind: Step['kind']): string[] {
  return plan.steps.filter(step => step.kind === kind).map(({ name }) => name)
}

/** The difference between what is stored and what is declared. Names are unique among the declared ones. Pure. */
export function planBetween(stored: ReadonlyMap<string, Stored>, declared: readonly Schedule[]): Plan {
  const meanings = new Map(declared.map(schedule => [schedule.name, meaningOf(schedule)]))
  const before = new Map([...stored].map(([name, each]) => [name, storedMeaning(each)]))
  const taken = new Set<string>()
  const steps = declared.flatMap((after): Step[] => {
    const { name } = after
    const same = stored.get(name)
    if (same) return before.get(name) === meanings.get(name) ? [] : [{ kind: 'changed', name, before: same, after }]
    const old = after.formerly?.find(each => stored.has(each) && !meanings.has(each) && !taken.has(each))
    const predecessor = old === undefined ? undefined : stored.get(old)
    if (old === undefined || !predecessor) return [{ kind: 'added', name, after }]
    taken.add(old)
    return [{ kind: 'renamed', name, before: predecessor, after }]
  })
  const unchanged = declared.length - steps.length
  for (const [name, each] of stored) {
    if (!meanings.has(name) && !taken.has(name)) steps.push({ kind: 'removed', name, before: each })
  }
  steps.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { hash: hashOf(before, meanings, steps), steps, unchanged }
}

function hashOf(stored: ReadonlyMap<string, string>, declared: ReadonlyMap<string, string>, steps: readonly Step[]) {
  const hash = createHash('sha256')
  // Each part with its length before it: no text can pass for another's end.
  const add = (...parts: readonly string[]) => {
    for (const part of parts) hash.update(`${part.length}:${part}`)
  }
  const names = new Set([...stored.keys(), ...declared.keys()])
  for (const name of [...names].sort()) add(name, stored.get(name) ?? '', declared.get(name) ?? '')
  for (const step of steps) if (step.kind === 'renamed') add('renamed', storedName(step.before), step.name)
  return hash.digest('hex')
}

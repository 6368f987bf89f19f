/** Rules of schedule files that no single key can show. They work on data that may be wrong elsewhere. Pure. */
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { didYouMean } from '../files/suggestion.ts'
import { keysOf, valueAt } from '../files/value.ts'
import { bothSourceFieldsOrNone } from '../launches/launch.ts'
import { type Policy, policyInput, resolvePolicy } from '../launches/policy.ts'
import { scheduleName } from './schedule-schema.ts'

/** Every key called `token`, wherever it is. What is said never repeats what stands under it. */
export function tokenFlaws(value: unknown, path: Path = []): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => tokenFlaws(item, [...path, index]))
  return keysOf(value).flatMap(key => {
    const below = [...path, key]
    if (isToken(key)) return [{ path: below, about: path, spot: 'key', sentence: tokenSentence }]
    return tokenFlaws(valueAt(value, [key]), below)
  })
}

/** Whether a key is one under which people put tokens. */
export function isToken(key: string): boolean {
  return /^(x-)?((api|altcraft)[_-]?)?token$/i.test(key)
}

const tokenSentence =
  'a token has no place in a schedule file, which is shared and stored; name an account, whose token: in the configuration says where the token is'

export function nameFlaws(name: string, path: Path): Finding[] {
  if (scheduleName.test(name)) return []
  const why = 'use small letters, digits and hyphens, not digits alone, at most 63'
  const sentence = `${JSON.stringify(name.slice(0, 80))} is not a schedule name: ${why}`
  return [{ path, about: [], spot: 'key', sentence }]
}

/** The names that a schedule had before, each with its place below the schedule; texts only. */
export function formerNames(declared: unknown): { readonly name: string; readonly path: Path }[] {
  const formerly = valueAt(declared, ['formerly'])
  if (typeof formerly === 'string') return [{ name: formerly, path: ['formerly'] }]
  if (!Array.isArray(formerly)) return []
  return formerly.flatMap((name, index) => (typeof name === 'string' ? [{ name, path: ['formerly', index] }] : []))
}

/** A former name was a name once: anything else is a slip of the pen. */
export function formerNameFlaws(declared: unknown, path: Path): Finding[] {
  return formerNames(declared)
    .filter(({ name }) => !scheduleName.test(name))
    .map(({ name, path: below }) => {
      const sentence = `${JSON.stringify(name.slice(0, 80))} cannot have been the name of a schedule`
      return { path: [...path, ...below], sentence }
    })
}

/** An account that is named, against those there are; `accounts` is absent where nobody knows them. */
export function accountFlaws(
  account: string | undefined,
  accounts: readonly string[] | undefined,
  path: Path,
): Finding[] {
  if (account === undefined || accounts === undefined || accounts.includes(account)) return []
  const known = accounts.length === 0 ? '; there are none' : `; there are ${accounts.slice(0, 8).join(', ')}`
  const sentence = `${JSON.stringify(account.slice(0, 60))} is not an account of the configuration${didYouMean(account, accounts) || known}`
  return [{ path, sentence }]
}

/** Altcraft takes another audience by two fields; one alone would be ignored or refused. */
export function audienceFlaws(launch: unknown, path: Path): Finding[] {
  const type = valueAt(launch, ['override_source_type'])
  const id = valueAt(launch, ['override_source_id'])
  if (bothSourceFieldsOrNone({ override_source_type: type, override_source_id: id })) return []
  const [given, absent] =
    id === undefined
      ? (['override_source_type', 'override_source_id'] as const)
      : (['override_source_id', 'override_source_type'] as const)
  return [
    {
      path: [...path, given],
      about: path,
      spot: 'key',
      sentence: `${given} needs ${absent} beside it: both or neither`,
    },
  ]
}

/** The policy that results, judged at the layer that `path` leads to; that layer must set something to be to blame. */
export function policyFlaws(under: unknown, own: unknown, path: Path): { policy?: Policy; findings: Finding[] } {
  const layers = [under, own].map(layer => policyInput.optional().safeParse(layer))
  const [first, second] = layers.map(layer => (layer.success ? layer.data : undefined))
  const policy = resolvePolicy(first, second)
  const retry = valueAt(own, ['retry'])
  if (layers.some(layer => !layer.success)) return { findings: [] }
  if (policy.retry.initial <= policy.retry.max || retry === undefined) return { policy, findings: [] }
  const key = valueAt(retry, ['initial']) === undefined ? 'max' : 'initial'
  const sentence = 'the first pause (initial) is longer than the longest (max, 1m unless set)'
  return { findings: [{ path: [...path, 'retry', key], about: [...path, 'retry'], sentence }] }
}

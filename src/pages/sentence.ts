/** Sentences of the ledger in the viewer's language. The ledger writes English; here its closed list of sentences is known again. Pure. */
import { reasons, states } from '../launches/launch.ts'
import { remedyFor, verdicts } from '../launches/mailing-check.ts'
import { outcomeTable } from '../launches/outcome-table.ts'
import type { Seen } from '../launches/seen.ts'
import type { Look } from './look.ts'
import { actionsRu, outcomesRu, reasonsRu, remediesRu, sentencesRu } from './texts/ledger-ru.ts'
import { ru } from './texts/ru.ts'

interface Known {
  readonly english: RegExp
  readonly russian: string
}

/** An observation whose values are found again in the sentence that is made of it. */
const marked: Seen = {
  kind: 'answered',
  handed: true,
  code: '{code}',
  why: '{why}',
  status: 11_111,
  error: 22_222,
  duplicate: false,
  earlierHanded: false,
  retryAfter: undefined,
}

function outcomeSentence(reason: (it: Seen) => string): string {
  return reason(marked).replace('HTTP 11111, error 22222', '{said}').replace('11111', '{status}')
}

/** A pattern of a sentence with names in braces. */
function known([english, russian]: readonly [string, string]): Known {
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return { english: new RegExp(`^${escaped.replace(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 's'), russian }
}

const outcomes = outcomeTable.map(({ name, reason }) => [outcomeSentence(reason), outcomesRu[name]] as const)
const remedies = verdicts.flatMap(verdict =>
  verdict === 'fine' ? [] : [[remedyFor(verdict), remediesRu[verdict]] as const],
)
const sentences = [...Object.entries(sentencesRu), ...outcomes, ...remedies].map(known)
const actions = Object.entries(actionsRu).map(known)

/** What a reason begins with, in Russian, and whether people say the rest; the longest first. */
const beginnings = (Object.keys(reasonsRu) as (keyof typeof reasonsRu)[])
  .map(name => [reasons[name], reasonsRu[name], name === 'person' || name === 'paused'] as const)
  .toSorted(([one], [other]) => other.length - one.length)

/** The Russian of a sentence of the ledger; undefined where it is none: then Altcraft or a person said it. */
export function inRussian(sentence: string): string | undefined {
  const reason = beginnings.find(([english]) => sentence.startsWith(english))
  if (reason !== undefined) {
    const [english, russian, isOfPeople] = reason
    const rest = sentence.slice(english.length)
    // A reason that nothing follows is no beginning of another sentence.
    if (rest === '' || /[ ]$/.test(english)) return russian + ((isOfPeople ? undefined : inRussian(rest)) ?? rest)
  }
  return translated(sentence, sentences)
}

function translated(sentence: string, among: readonly Known[]): string | undefined {
  for (const { english, russian } of among) {
    const found = english.exec(sentence)
    if (found === null) continue
    return russian.replace(/\{(\w+)\}/g, (_, name: string) => {
      const held = found.groups?.[name] ?? ''
      return inRussian(held) ?? stateInRussian(held) ?? held
    })
  }
  return undefined
}

function stateInRussian(word: string): string | undefined {
  const state = states.find(each => each === word)
  return state && ru.states[state]
}

/** A state in the viewer's language; any other word as it is. */
export function stateText({ t }: Pick<Look, 't'>, word: string): string {
  const state = states.find(each => each === word)
  return state === undefined ? word : t.states[state]
}

/** What was decided or done, in the viewer's language. */
export function actionText({ language }: Pick<Look, 'language'>, what: string): string {
  return language === 'ru' ? (translated(what, actions) ?? what) : what
}

/** What the ledger says, in the viewer's language. */
export function ledgerText({ language }: Pick<Look, 'language'>, sentence: string): string {
  return language === 'ru' ? (inRussian(sentence) ?? sentence) : sentence
}

/** The language that a text seems to be in, where that is not the page's: by its letters. */
export function foreignLanguage({ language }: Pick<Look, 'language'>, text: string): 'en' | 'ru' | undefined {
  const own = /\p{Script=Cyrillic}/u.test(text) ? 'ru' : /\p{Script=Latin}/u.test(text) ? 'en' : language
  return own === language ? undefined : own
}

/** Reads a text with its expressions; what is wrong is told with its place in the text. A closed set of filters, and no code. Pure. */
import { didYouMean } from '../files/suggestion.ts'
import { formatFlaw } from './date-format.ts'
import type { Filter, Piece } from './expression.ts'
import { isZone, suggestZones } from './zone.ts'

interface ExpressionFlaw {
  /** Characters from the beginning of the text. */
  readonly at: number
  readonly sentence: string
}

export type TextReading =
  | { readonly ok: true; readonly pieces: readonly Piece[] }
  | { readonly ok: false; readonly flaws: readonly ExpressionFlaw[] }

const units = { m: 'minutes', h: 'hours', d: 'days', w: 'weeks', mo: 'months' } as const
/** Further than this from the due time nobody means, and no date is impossible within it. */
const furthest = { minutes: 527_040, hours: 87_840, days: 3_660, weeks: 520, months: 120 } as const

const filterNames = ['date', 'isoWeek', 'isoYear', 'plus', 'minus', 'zone', 'locale'] as const
type FilterName = (typeof filterNames)[number]
const needsText: readonly FilterName[] = ['date', 'plus', 'minus', 'zone', 'locale']
const examples: Readonly<Record<FilterName, string>> = {
  date: "date:'yyyy-MM-dd'",
  isoWeek: 'isoWeek',
  isoYear: 'isoYear',
  plus: "plus:'1d'",
  minus: "minus:'1d'",
  zone: "zone:'Europe/Moscow'",
  locale: "locale:'ru'",
}

/** Reads a text with its expressions; tells everything that is wrong with them. A text without `{{` is one literal. */
export function readText(text: string): TextReading {
  const pieces: Piece[] = []
  const flaws: ExpressionFlaw[] = []
  let from = 0
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', from)) {
    if (open > from) pieces.push({ kind: 'literal', text: text.slice(from, open) })
    const read = new ExpressionReader(text, open + 2).read()
    flaws.push(...read.flaws)
    if (read.piece) pieces.push(read.piece)
    from = read.end
  }
  if (flaws.length > 0) return { ok: false, flaws }
  if (from < text.length) pieces.push({ kind: 'literal', text: text.slice(from) })
  return { ok: true, pieces }
}

type Token =
  | { readonly kind: 'name' | 'text'; readonly at: number; readonly text: string }
  | { readonly kind: '|' | ':' | '}}' | 'end' | 'other'; readonly at: number; readonly text: string }

/** Reads one expression, from behind its `{{`. */
class ExpressionReader {
  readonly #text: string
  readonly #open: number
  readonly #flaws: ExpressionFlaw[] = []
  #token: Token

  constructor(text: string, start: number) {
    this.#text = text
    this.#open = start - 2
    this.#token = tokenAt(text, start)
  }

  read(): { readonly piece?: Piece; readonly flaws: readonly ExpressionFlaw[]; readonly end: number } {
    const head = this.#token
    const piece = this.#piece()
    if (this.#flaws.length === 0 && this.#token.kind === '}}') return { piece, flaws: [], end: this.#token.at + 2 }
    if (this.#flaws.length === 0) this.#flaw(this.#token.at, this.#unexpected())
    // What follows a flaw is read on from the closing braces, so that one mistake is told once.
    const close = this.#text.indexOf('}}', head.at)
    const next = this.#text.indexOf('{{', head.at)
    const closed = close >= 0 && (next < 0 || close < next)
    return { flaws: this.#flaws, end: closed ? close + 2 : next < 0 ? this.#text.length : next }
  }

  #piece(): Piece {
    const head = this.#token
    if (head.kind === 'text') {
      this.#advance()
      return { kind: 'literal', text: head.text }
    }
    if (head.kind !== 'name' || head.text !== 'due') {
      this.#flaw(head.kind === 'end' ? this.#open : head.at, this.#badHead(head))
      return { kind: 'literal', text: '' }
    }
    this.#advance()
    const filters: Filter[] = []
    let last: Token = head
    while (this.#token.kind === '|' && this.#flaws.length === 0) {
      last = this.#advance()
      const filter = this.#filter()
      const before = filters.at(-1)
      if (before && isText(before)) this.#flaw(last.at, 'nothing can follow date, isoWeek or isoYear: they end it')
      if (filter) filters.push(filter)
    }
    const end = filters.at(-1)
    if (this.#flaws.length === 0 && this.#token.kind === '}}' && !(end && isText(end))) {
      this.#flaw(last.at, "the expression does not say what to write; end it with date, such as date:'yyyy-MM-dd'")
    }
    return { kind: 'due', filters }
  }

  #filter(): Filter | undefined {
    const name = this.#token
    if (name.kind !== 'name') return this.#flaw(name.at, `after | comes a filter: ${filterNames.join(', ')}`)
    const known = filterNames.find(each => each === name.text)
    if (!known) {
      const hint = didYouMean(name.text, filterNames) || `; there are ${filterNames.join(', ')}`
      return this.#flaw(name.at, `"${name.text}" is not a filter${hint}`)
    }
    this.#advance()
    const argument = this.#argument(known, name)
    return argument === undefined ? undefined : this.#checked(known, argument)
  }

  /** The text behind the colon; an empty one at the filter's own place where it takes none. */
  #argument(filter: FilterName, name: Token): Token | undefined {
    const needed = needsText.includes(filter)
    if (this.#token.kind !== ':') {
      return needed ? this.#flaw(name.at, `${filter} needs a text: ${examples[filter]}`) : name
    }
    if (!needed) return this.#flaw(this.#token.at, `${filter} takes no text`)
    const argument = this.#advance()
    if (argument.kind !== 'text')
      return this.#flaw(argument.at, `${filter} needs its text in quotes: ${examples[filter]}`)
    this.#advance()
    return argument
  }

  #checked(filter: FilterName, { at, text }: Token): Filter | undefined {
    switch (filter) {
      case 'plus':
      case 'minus':
        return this.#shift(filter === 'plus' ? 1 : -1, filter, at, text)
      case 'zone': {
        if (isZone(text)) return { kind: 'zone', zone: text }
        const near = suggestZones(text)
        const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : ', such as Europe/Moscow'
        return this.#flaw(at, `${JSON.stringify(text.slice(0, 60))} is not an IANA time zone${hint}`)
      }
      case 'locale':
        if (isLocale(text)) return { kind: 'locale', locale: text }
        return this.#flaw(at, `${JSON.stringify(text.slice(0, 60))} is not a language: write en, ru or pt-BR`)
      case 'date': {
        const flaw = formatFlaw(text)
        return flaw ? this.#flaw(at + 1 + flaw.at, flaw.sentence) : { kind: 'date', format: text }
      }
      case 'isoWeek':
      case 'isoYear':
        return { kind: filter }
    }
  }

  #shift(sign: 1 | -1, filter: string, at: number, text: string): Filter | undefined {
    const match = /^(\d{1,6})(mo|m|h|d|w)$/.exec(text)
    const unit = Object.entries(units).find(([short]) => short === match?.[2])?.[1]
    if (!match || !unit) {
      return this.#flaw(
        at,
        `${filter} needs a whole number and one of ${Object.keys(units).join(', ')}: ${filter}:'1d'`,
      )
    }
    const amount = Number(match[1])
    if (amount > furthest[unit]) return this.#flaw(at, `${text} is too far; ${furthest[unit]} ${unit} are the most`)
    return { kind: 'shift', unit, amount: sign * amount }
  }

  #badHead(head: Token): string {
    if (this.#token.kind === 'end') return unclosed
    const written = head.kind === 'name' ? `"${head.text}"` : 'this'
    const hint = head.kind === 'name' ? didYouMean(head.text, ['due']) : ''
    return `${written} is not a date expression${hint || ', which begins with due.'} To pass braces on as they are, write {{ '{{' }}`
  }

  #unexpected(): string {
    const { kind, text } = this.#token
    switch (kind) {
      case 'end':
        return unclosed
      case 'other':
        return text === "'" || text === '"' ? 'the quote is not closed' : `${JSON.stringify(text)} does not belong here`
      default:
        return `${JSON.stringify(text)} does not belong here; write {{ due | date:'yyyy-MM-dd' }}`
    }
  }

  #advance(): Token {
    this.#token = tokenAt(this.#text, this.#token.at + lengthOf(this.#token))
    return this.#token
  }

  #flaw(at: number, sentence: string): undefined {
    if (this.#flaws.length === 0) this.#flaws.push({ at, sentence })
  }
}

const unclosed = 'the braces are not closed: }} is missing'

/** A language that this runtime knows names of; the shape keeps extensions such as `u-ca-buddhist` out. */
function isLocale(text: string): boolean {
  return (
    /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/.test(text) && Intl.DateTimeFormat.supportedLocalesOf(text).length > 0
  )
}

function tokenAt(text: string, start: number): Token {
  const at = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0)
  const rest = text.slice(at)
  if (rest === '') return { kind: 'end', at, text: '' }
  if (rest.startsWith('}}')) return { kind: '}}', at, text: '}}' }
  const name = /^[A-Za-z_][\w.-]*/.exec(rest)?.[0]
  if (name !== undefined) return { kind: 'name', at, text: name }
  const quoted = /^(?:'([^']*)'|"([^"]*)")/.exec(rest)
  if (quoted) return { kind: 'text', at, text: quoted[1] ?? quoted[2] ?? '' }
  const [sign = ''] = rest
  return sign === '|' || sign === ':' ? { kind: sign, at, text: sign } : { kind: 'other', at, text: sign }
}

/** How many characters of the text a token takes: its quotes are not part of what it says. */
function lengthOf({ kind, text }: Token): number {
  return kind === 'text' ? text.length + 2 : text.length
}

function isText({ kind }: Filter): boolean {
  return kind === 'date' || kind === 'isoWeek' || kind === 'isoYear'
}

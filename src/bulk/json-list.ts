/** One JSON list of rows, read as it comes in. */
import { type ParsedTokenInfo, Tokenizer, TokenParser, TokenType } from '@streamparser/json'
import { longestRow, Unreadable } from './flaw.ts'
import type { JsonRead } from './json-lines.ts'

/**
 * The elements of the list, each with the line on which it begins. Takes text in pieces and holds the rows of one piece at a
 * time. Throws Unreadable where the text is not JSON, or not a list: a parser cannot find its way back into broken JSON.
 */
export async function* jsonList(texts: AsyncIterable<string>): AsyncGenerator<JsonRead> {
  const list = new ListParser()
  for await (const text of texts) {
    list.write(text)
    yield* list.taken()
    list.refuseIfBroken()
  }
  list.end()
  yield* list.taken()
  list.refuseIfBroken()
}

const notJson = 'this is not JSON: a comma, quote or bracket is missing here, or is one too many'

class ListParser {
  readonly #tokens = new Tokenizer()
  readonly #values = new TokenParser({ paths: ['$.*'], keepStack: false })
  #found: JsonRead[] = []
  #broken: Unreadable | undefined
  #line = 1
  #depth = 0
  #isFirst = true
  /** The line on which the element under way begins, and how many characters of it have been written. */
  #began = 1
  #size = 0
  #members = new Set<string>()
  #repeated: string | undefined
  #text = ''

  constructor() {
    this.#tokens.onToken = token => {
      this.#judge(token)
      if (!this.#broken) this.#values.write(token)
    }
    this.#values.onValue = ({ value }) => {
      this.#found.push({ kind: 'value', line: this.#began, value, repeated: this.#repeated })
    }
    this.#tokens.onError = () => this.#break(notJson)
    this.#values.onError = () => this.#break(notJson)
    // The parser of values ends with the list; what may follow is the tokenizer's to refuse.
    this.#tokens.onEnd = () => {}
    this.#values.onEnd = () => this.#tokens.end()
  }

  /** Line by line, so that the line of each token is known: no token but white space goes over two. */
  write(text: string): void {
    for (let start = 0; start < text.length && !this.#broken; ) {
      const newline = text.indexOf('\n', start)
      const end = newline < 0 ? text.length : newline + 1
      this.#size += end - start
      this.#write(text.slice(start, end))
      if (newline >= 0) this.#line += 1
      start = end
    }
    if (this.#depth > 1 && this.#size > longestRow) {
      this.#break(`the row that begins on line ${this.#began} is longer than ${longestRow / 1_048_576} MiB`)
    }
  }

  #write(text: string): void {
    if (!this.#tokens.isEnded) this.#tokens.write(text)
    else if (text.trim() !== '') this.#break('text follows the end of the list')
  }

  end(): void {
    if (this.#broken) return
    if (this.#isFirst) this.#break('the file is empty')
    else if (!this.#tokens.isEnded) this.#break('the list is not closed: the file ends too early')
  }

  taken(): JsonRead[] {
    const taken = this.#found
    this.#found = []
    return taken
  }

  refuseIfBroken(): void {
    if (this.#broken) throw this.#broken
  }

  #judge({ token, value }: ParsedTokenInfo): void {
    if (this.#isFirst && token !== TokenType.LEFT_BRACKET) {
      this.#break('rows in JSON are one list, [ {…}, {…} ]; one object per line is the format ndjson')
    }
    this.#isFirst = false
    const closes = token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET
    if (!closes && token !== TokenType.COMMA && this.#depth === 1) this.#begin()
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#depth += 1
    else if (closes) this.#depth -= 1
    else if (token === TokenType.STRING) this.#text = String(value)
    else if (token === TokenType.COLON && this.#depth === 2) {
      if (this.#members.has(this.#text)) this.#repeated ??= this.#text
      this.#members.add(this.#text)
    }
  }

  #begin(): void {
    this.#began = this.#line
    this.#size = 0
    this.#members = new Set()
    this.#repeated = undefined
  }

  #break(sentence: string): void {
    this.#broken ??= new Unreadable(this.#line, { sentence })
  }
}

/**
 * YAML as people may write it here: version 1.2, one document, text keys, each key once, no tags, no merge keys, few aliases.
 * What is read keeps its positions, so that later checks can point at them.
 */
import { Composer, CST, type ErrorCode, Lexer, LineCounter, type ParsedNode, Parser } from 'yaml'
import type { Problem } from './problem.ts'
import type { Path } from './shape.ts'
import { readTextFile } from './text-file.ts'
import { textAt } from './value.ts'
import { YamlTree } from './yaml-tree.ts'

const largestFile = 256 * 1_024
/** Syntax errors follow from each other; flaws of the tree stand alone. */
const mostSyntaxProblems = 10
const mostFlaws = 100
const mostBrackets = 64
const mostIndicatorsInLine = 32
const widestIndentation = 200
/** Between two characters of a text lie at most a line break, its indentation and an escape. */
const longestStep = widestIndentation + 8

interface Place {
  /** 1-based. */
  readonly line: number
  readonly column: number
}

export interface Yaml {
  /** The file, or what stands for it, as the person named it. */
  readonly where: string
  /** Plain JSON-like data; `undefined` where the text is not YAML, so that nothing more can be said about it. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /**
   * The place of the value at `path`, or of its key; of the nearest thing above it where there is none. With `inside`, the
   * place of that character of a text.
   */
  locate(path: Path, spot?: 'key' | 'value', inside?: number): Place
}

export type YamlFile =
  | { readonly ok: true; readonly yaml: Yaml }
  | { readonly ok: false; readonly missing: boolean; readonly problem: Problem }

/** Reads the file at `path`; `where` is its name in problems. */
export function readYamlFile(path: string, where: string): YamlFile {
  const read = readTextFile(path, largestFile)
  if (read.ok) return { ok: true, yaml: readYaml(read.text, where) }
  return {
    ok: false,
    missing: read.missing,
    problem: { severity: 'error', where, line: 1, column: 1, sentence: `the file ${read.why}` },
  }
}

/** Reads YAML text; `where` is its name in problems. Never throws: what is wrong is in `problems`. */
export function readYaml(text: string, where: string): Yaml {
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const at = (offset: number, sentence: string): Problem => ({
    severity: 'error',
    where,
    ...placeAt(offset),
    sentence,
  })
  const refused = (sentence: string, offset = 0): Yaml => ({
    where,
    value: undefined,
    problems: [at(offset, sentence)],
    locate: () => ({ line: 1, column: 1 }),
  })
  if (text.length > largestFile) return refused(`is longer than ${largestFile / 1_024} KiB`)
  if (nestsTooDeeply(text)) return refused('is nested too deeply')

  const [document, second] = compose(text, lines)
  if (!document) return refused('holds no YAML document')
  if (second) return refused('holds more than one YAML document (---)', second.range[0])
  const syntax = [...document.errors, ...document.warnings].map(({ pos, code }) => at(pos[0], inWords(code)))
  const tree = new YamlTree(document.contents)
  return {
    where,
    value: syntax.length > 0 ? undefined : tree.value,
    problems: [
      ...syntax.slice(0, mostSyntaxProblems),
      ...tree.flaws.slice(0, mostFlaws).map(({ offset, sentence }) => at(offset, sentence)),
    ],
    locate: (path, spot = 'value', inside) => {
      const offset = tree.offsetOf(path, spot)
      return placeAt(inside === undefined ? offset : insideOffset(text, offset, textAt(tree.value, path) ?? '', inside))
    },
  }
}

/**
 * Where character `inside` of a written text stands. Quotes, escapes and folded lines make the source longer than the text:
 * the two are walked side by side, and what the source writes in another way is stepped over.
 */
function insideOffset(source: string, start: number, written: string, inside: number): number {
  let at = start
  for (const character of written.slice(0, inside)) at = behind(source, at, character) ?? at
  const end = behind(source, at, written[inside] ?? '')
  return end === undefined ? at : end - 1
}

/** Where the source goes on after this character of a text; undefined where it is written in another way. */
function behind(source: string, at: number, character: string): number | undefined {
  const ahead = source.slice(at, at + longestStep)
  const escaped = character === '\n' ? ahead.indexOf('\\n') : -1
  const found = ahead.indexOf(character)
  if (escaped >= 0 && (found < 0 || escaped < found)) return at + escaped + 2
  return found < 0 ? undefined : at + found + character.length
}

function compose(text: string, lines: LineCounter) {
  const composer = new Composer<ParsedNode>({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    strict: true,
    // Comparing every key with every other takes minutes in a wide map; the tree does it with a set.
    uniqueKeys: false,
    prettyErrors: false,
  })
  return [...composer.compose(new Parser(lines.addNewLine).parse(text), true, text.length)]
}

/**
 * The parser's own recursion can end the whole process, so depth is judged by the lexer, which has none:
 * by open brackets, by `- ? :` in one line, and by indentation.
 */
function nestsTooDeeply(text: string): boolean {
  let brackets = 0
  let indicators = 0
  let lineStarts = true
  let scalarFollows = false
  for (const lexeme of new Lexer().lex(text)) {
    if (scalarFollows) {
      scalarFollows = false
      continue
    }
    const type = CST.tokenType(lexeme)
    if (type === 'scalar') scalarFollows = true
    else if (type === 'newline') indicators = 0
    else if (type === 'flow-seq-start' || type === 'flow-map-start') brackets += 1
    else if (type === 'flow-seq-end' || type === 'flow-map-end') brackets = Math.max(0, brackets - 1)
    else if (brackets > 0) continue
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind') indicators += 1
    else if (lineStarts && type === 'space' && lexeme.length > widestIndentation) return true
    if (brackets > mostBrackets || indicators > mostIndicatorsInLine) return true
    lineStarts = type === 'newline'
  }
  return false
}

/** Our own sentences: the library's quote the text, and the text may hold a token that should not be there. */
function inWords(code: ErrorCode): string {
  switch (code) {
    case 'BAD_DQ_ESCAPE':
      return 'a text in double quotes holds an escape that YAML does not know; use single quotes'
    case 'BAD_INDENT':
      return 'the indentation does not fit the lines around it, or a bracket is not closed'
    case 'BAD_SCALAR_START':
      return 'a text cannot begin with this character; put it in quotes'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second "key: value" begins in this line; put the value in quotes, or on lines of its own'
    case 'MISSING_CHAR':
      return 'something is missing here: a quote, a bracket, or the ":" after a key'
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key must stand on one line; is a ":" missing, or the indentation wrong?'
    case 'NON_STRING_KEY':
      return 'a key must be text'
    case 'TAB_AS_INDENT':
      return 'a tab is used for indentation; use spaces'
    case 'TAG_RESOLVE_FAILED':
      return 'tags (!…) are not read here'
    case 'UNEXPECTED_TOKEN':
      return 'this does not belong here; is a quote, a bracket or a ":" missing before it?'
    default:
      return `this is not YAML (${code.toLowerCase().replaceAll('_', ' ')})`
  }
}

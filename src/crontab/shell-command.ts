/** The commands of a shell line, as far as a file can be made from them. What only the shell will know is marked as unknown. */
import { type Argument, type ArgumentSegment, type CommandLine, parseShell, type ShellLine } from '@yarnpkg/parsers'

/** Around the name of a variable whose value is not known: characters that no text of a person holds. */
const unknownStart = '\uE000'
const unknownEnd = '\uE001'

/** One command of a line. */
export interface ShellCommand {
  readonly words: readonly string[]
  /** What stands between it and the command before it; `first` for the first one. */
  readonly after: 'first' | ';' | '&' | '&&' | '||' | '|'
  /** Its standard input comes from a file or a text, and not from cron. */
  readonly redirectsInput: boolean
}

export type ShellReading =
  | { readonly ok: true; readonly commands: readonly ShellCommand[] }
  | { readonly ok: false; readonly why: string }

/** Commands that only run another one, which is among their own words. */
const wrappers: readonly string[] = [
  'chronic',
  'env',
  'exec',
  'flock',
  'ionice',
  'nice',
  'nohup',
  'setsid',
  'sudo',
  'time',
  'timeout',
]
const shells: readonly string[] = ['bash', 'dash', 'ksh', 'sh', 'zsh']

/** Reads a line as a POSIX shell would; `variables` are those whose values are known. Sentences never repeat the line. */
export function readShell(line: string, variables: ReadonlyMap<string, string>): ShellReading {
  // The parser takes a backquote for an ordinary character.
  if (line.includes('`')) return { ok: false, why: 'it holds a backquote, which runs another command' }
  let parsed: ShellLine
  try {
    parsed = parseShell(line, { isGlobPattern: () => false })
  } catch {
    return { ok: false, why: 'its command is not understood' }
  }
  const commands = parsed.flatMap(({ command }, index) => {
    const before = parsed[index - 1]
    return inLine(command, before === undefined ? 'first' : before.type, variables)
  })
  return { ok: true, commands: commands.flatMap(command => inShell(command, variables)) }
}

function inLine(line: CommandLine, after: ShellCommand['after'], variables: ReadonlyMap<string, string>) {
  const commands: ShellCommand[] = []
  let link = after
  for (let chain: CommandLine['chain'] | undefined = line.chain; chain; chain = chain.then?.chain) {
    commands.push(commandOf(chain, link, variables))
    link = '|'
  }
  if (line.then) commands.push(...inLine(line.then.line, line.then.type, variables))
  return commands
}

function commandOf(
  command: CommandLine['chain'],
  after: ShellCommand['after'],
  variables: ReadonlyMap<string, string>,
): ShellCommand {
  switch (command.type) {
    case 'command': {
      const words = command.args.flatMap(argument => wordOf(argument, variables) ?? [])
      const redirectsInput = command.args.some(
        argument => argument.type === 'redirection' && argument.subtype.startsWith('<'),
      )
      return { words: withoutComment(words), after, redirectsInput }
    }
    // In brackets, or nothing but variables: nothing that launches would be looked for there.
    case 'subshell':
      return { words: ['('], after, redirectsInput: false }
    case 'group':
      return { words: ['{'], after, redirectsInput: false }
    case 'envs':
      return { words: ['export'], after, redirectsInput: false }
  }
}

/** `sh -c '…'` and `flock FILE -c '…'` hold a line of their own. */
function inShell(command: ShellCommand, variables: ReadonlyMap<string, string>): ShellCommand[] {
  const words = unwrapped(command.words)
  const at = words.findIndex(word => /^-\w*c$/.test(word))
  const line = words[at + 1]
  const isShell = shells.includes(baseName(words[0])) || baseName(command.words[0]) === 'flock'
  if (!isShell || at < 0 || line === undefined || isUnknown(line)) return [{ ...command, words }]
  const inner = readShell(line, variables)
  if (!inner.ok) return [{ ...command, words }]
  const [first, ...rest] = inner.commands
  return first ? [{ ...first, after: command.after }, ...rest] : []
}

function wordOf(argument: Argument, variables: ReadonlyMap<string, string>): string | undefined {
  return argument.type === 'redirection'
    ? undefined
    : argument.segments.map(segment => textOf(segment, variables)).join('')
}

function textOf(segment: ArgumentSegment, variables: ReadonlyMap<string, string>): string {
  switch (segment.type) {
    case 'text':
      return segment.text
    case 'glob':
      return segment.pattern
    case 'variable': {
      const value = variables.get(segment.name)
      const plain = segment.defaultValue === undefined && segment.alternativeValue === undefined
      return plain && value !== undefined ? value : unknown(`$${segment.name}`)
    }
    case 'shell':
      return unknown('the output of a command')
    case 'arithmetic':
      return unknown('the result of a calculation')
  }
}

/** The parser knows no comments; a word of a launch never begins with `#`. */
function withoutComment(words: readonly string[]): readonly string[] {
  const at = words.indexOf('#')
  return at < 0 ? words : words.slice(0, at)
}

/** The words from the command on that a wrapper runs; as they are where there is no wrapper. */
function unwrapped(words: readonly string[]): readonly string[] {
  if (!wrappers.includes(baseName(words[0]))) return words
  const at = words.findIndex((word, index) => index > 0 && ['curl', ...shells].includes(baseName(word)))
  return at < 0 ? words : words.slice(at)
}

/** `/usr/bin/curl` → `curl` */
export function baseName(word: string | undefined): string {
  return (word ?? '').slice((word ?? '').lastIndexOf('/') + 1)
}

function unknown(name: string): string {
  return `${unknownStart}${name}${unknownEnd}`
}

function isUnknown(text: string): boolean {
  return text.includes(unknownStart)
}

/** What in the text only the shell knows: `$CITY`, or words for it; undefined where everything is known. */
export function unknownIn(text: string): string | undefined {
  const start = text.indexOf(unknownStart)
  return start < 0 ? undefined : text.slice(start + 1, text.indexOf(unknownEnd, start))
}

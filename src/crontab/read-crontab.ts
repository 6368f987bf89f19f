/**
 * A crontab, line by line, as cron reads it (crontab(5) of cronie and of Debian's cron): comments, settings, five fields or a
 * macro, and a command in which `%` is a line break and what follows the first one is its standard input. Pure.
 */

/** One entry that runs a command. */
export interface CrontabJob {
  /** 1-based. */
  readonly line: number
  /** Five fields with one blank between them, or a macro such as `@daily`. */
  readonly pattern: string
  readonly command: string
  /** What stands after the first `%`, where there is one. */
  readonly input: string | undefined
  /** The value of CRON_TZ above it, where there is one. */
  readonly zone: string | undefined
  /** What the settings above it put into the command's environment. */
  readonly variables: ReadonlyMap<string, string>
}

/** A line that cron itself would refuse. */
interface BadLine {
  readonly line: number
  readonly why: string
}

export interface Crontab {
  readonly jobs: readonly CrontabJob[]
  readonly bad: readonly BadLine[]
}

/** `userColumn`: whether a user stands between time and command, as in /etc/crontab and /etc/cron.d. */
export function readCrontab(text: string, { userColumn }: { readonly userColumn: boolean }): Crontab {
  const jobs: CrontabJob[] = []
  const bad: BadLine[] = []
  const variables = new Map<string, string>()
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    const entry = raw.replace(/^[ \t]+/, '')
    if (entry === '' || entry.startsWith('#')) continue
    const setting = /^([A-Za-z_]\w*)[ \t]*=[ \t]*(.*?)[ \t]*$/.exec(entry)
    if (setting) {
      variables.set(setting[1] ?? '', unquoted(setting[2] ?? ''))
      continue
    }
    const job = readEntry(entry, userColumn)
    if (typeof job === 'string') bad.push({ line, why: job })
    else jobs.push({ line, ...job, zone: variables.get('CRON_TZ'), variables: new Map(variables) })
  }
  return { jobs, bad }
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
}

function readEntry(entry: string, userColumn: boolean): Pick<CrontabJob, 'pattern' | 'command' | 'input'> | string {
  const time = entry.startsWith('@') ? /^(@\S+)[ \t]+(.*)$/ : /^((?:\S+[ \t]+){4}\S+)[ \t]+(.*)$/
  const parts = time.exec(entry)
  const rest = userColumn ? /^\S+[ \t]+(.*)$/.exec(parts?.[2] ?? '')?.[1] : parts?.[2]
  if (!parts || rest === undefined) {
    const user = userColumn ? ', a user' : ''
    return `is neither a setting nor a time${user} and a command`
  }
  const [command = '', ...input] = rest.split(/(?<!\\)%/).map(part => part.replaceAll('\\%', '%'))
  return {
    pattern: (parts[1] ?? '').split(/[ \t]+/).join(' '),
    command,
    input: input.length === 0 ? undefined : input.join('\n'),
  }
}

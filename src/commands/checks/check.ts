/** One thing that doctor looked at: how it is, in words, and what to do where it is not well. */

export interface Check {
  readonly name: string
  /** `warn`: launches go out, but something is doubtful or costs more than it need. `bad`: they do not, or not safely. */
  readonly state: 'ok' | 'warn' | 'bad'
  readonly says: string
  /** What to do; absent where nothing needs to be done. */
  readonly do?: string
}

export function ok(name: string, says: string): Check {
  return { name, state: 'ok', says }
}

export function warn(name: string, says: string, remedy: string): Check {
  return { name, state: 'warn', says, do: remedy }
}

export function bad(name: string, says: string, remedy: string): Check {
  return { name, state: 'bad', says, do: remedy }
}

/** The checks that `look` makes; where it fails or takes longer than `patience` milliseconds, one that says so instead. */
export async function attempted(
  name: string,
  patience: number,
  remedy: string,
  look: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await within(patience, look())
  } catch (error) {
    return [bad(name, `could not be looked at: ${error instanceof Error ? error.message : String(error)}`, remedy)]
  }
}

/** The promise's value, or an error where it takes longer than `patience` milliseconds. */
export async function within<T>(patience: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1_000} s`)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The checks for people, one or two lines each. */
export function checkLines(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks
    .flatMap(check => {
      const line = `${check.state.padEnd(4)}  ${check.name.padEnd(width)}  ${check.says}`
      return check.do === undefined ? [line] : [line, `${' '.repeat(width + 8)}-> ${check.do}`]
    })
    .join('\n')
}

/** `12 ok, 2 warn, 1 bad`. */
export function checkCounts(checks: readonly Check[]): string {
  return (['ok', 'warn', 'bad'] as const)
    .map(state => `${checks.filter(check => check.state === state).length} ${state}`)
    .join(', ')
}

/** How long ago, in the largest unit that leaves at least two of it: `40 s`, `3 days`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`
}

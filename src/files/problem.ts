/** Something wrong, or doubtful, in what a person declared: what, where, and what to do about it. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** A file as the person named it, `-` for standard input, an environment variable's name or a flag. */
  readonly where: string
  /** 1-based; absent where the place is not a file. */
  readonly line?: number
  readonly column?: number
  readonly sentence: string
}

/** `file:line:column: sentence`, the form editors and CI understand; a warning says so after the place. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.where : `${problem.where}:${problem.line}:${problem.column ?? 1}`
  const line = `${place}: ${problem.severity === 'warning' ? 'warning: ' : ''}${problem.sentence}`
  // What a person wrote may hold line breaks or terminal codes; a problem stays one line of text.
  return line.replace(/\p{Cc}+/gu, ' ')
}

/** The problems file by file in the order given, from the top of each file to its end. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = new Map<string, number>()
  for (const { where } of problems) if (!files.has(where)) files.set(where, files.size)
  const rank = ({ where }: Problem) => files.get(where) ?? 0
  return problems.toSorted(
    (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  )
}

/** Thrown at the border when what a person gave cannot be used; carries every problem found, not the first. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options)
    this.problems = problems
  }
}

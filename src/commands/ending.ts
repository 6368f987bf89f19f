/** How a command ends, other than well: a sentence for the person and an exit code for the script that called it. */

/** 0 is success; 2 is also what a bad command line or file ends with. docs/commands.md lists them. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  changes: 3,
  notAllowed: 4,
  unreachable: 5,
  partial: 6,
  unknown: 7,
  held: 8,
  interrupted: 130,
} as const

/** Thrown by a command that has nothing more to do; cli.ts prints the sentence and exits with the code. */
export class CommandEnding extends Error {
  override readonly name = 'CommandEnding'
  readonly code: number

  constructor(code: number, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.code = code
  }
}

import { decodeText } from '../files/text-file.ts'
import { CommandEnding, exitCodes } from './ending.ts'

/** All of standard input as text, at most `most` bytes; `command` is the line that asked for it. Throws CommandEnding with 2. */
export async function standardInput(command: string, most: number): Promise<string> {
  if (process.stdin.isTTY) {
    throw new CommandEnding(exitCodes.usage, `Standard input is a terminal; pipe a file into \`${command}\`.`)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk))
    size += Buffer.byteLength(chunk)
    if (size > most) {
      throw new CommandEnding(exitCodes.usage, `Standard input holds more than ${Math.floor(most / 1_024)} KiB.`)
    }
  }
  const text = decodeText(Buffer.concat(chunks))
  if (text === undefined) throw new CommandEnding(exitCodes.usage, 'Standard input is not UTF-8 text.')
  return text
}

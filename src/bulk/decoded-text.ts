/** Bytes → text, piece by piece, without ever guessing: what is not UTF-8 is refused at its line. */
import { TextDecoder } from 'node:util'
import { Unreadable } from './flaw.ts'

const newline = 0x0a

/**
 * The text of a stream of bytes, in pieces of the same size, without the byte order mark. Throws Unreadable at the first line
 * that is not UTF-8.
 */
export async function* textOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let first = true
  for await (const bytes of source) {
    if (first) refuseWideText(bytes)
    first = false
    const text = decoded(decoder, bytes, line)
    line += countNewlines(bytes)
    if (text !== '') yield text
  }
  // A character that was cut off at the end.
  if (decoded(decoder, undefined, line) !== '') throw notUtf8(line)
}

function decoded(decoder: TextDecoder, bytes: Uint8Array | undefined, line: number): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
  } catch {
    throw notUtf8(line + (bytes === undefined ? 0 : soundLines(bytes)))
  }
}

/** How many lines come before the first one that is not UTF-8; the first may begin with the rest of a character. */
function soundLines(bytes: Uint8Array): number {
  let sound = 0
  for (let start = 0; ; sound += 1) {
    const end = bytes.indexOf(newline, start)
    const line = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (start > 0 && !isUtf8(line)) return sound
    if (end < 0) return 0
    start = end + 1
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1
  return count
}

function refuseWideText(bytes: Uint8Array): void {
  const [a, b] = bytes
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new Unreadable(1, { sentence: 'the file is UTF-16; save it as UTF-8' })
  }
}

function notUtf8(line: number): Unreadable {
  return new Unreadable(line, { sentence: 'this is not UTF-8 text; save the file as UTF-8 (in Excel: "CSV UTF-8")' })
}

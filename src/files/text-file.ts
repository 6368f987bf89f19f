/** Reading files that people name: only regular ones, only small ones, only text. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'

/** Why a file could not be read, as words that follow its name; `missing` where there is none. */
type Unread = { readonly ok: false; readonly missing: boolean; readonly why: string }
export type BytesRead = { readonly ok: true; readonly bytes: Buffer; readonly stats: Stats } | Unread
export type TextRead = { readonly ok: true; readonly text: string; readonly stats: Stats } | Unread

/** The bytes of a regular file of at most `most` bytes. Never throws, and never waits for a pipe or a device. */
export function readRegularFile(path: string, most: number, flags = 0): BytesRead {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    const stats = fstatSync(file)
    if (stats.isDirectory()) return unread('is a folder, not a file')
    if (!stats.isFile()) return unread('is not a regular file')
    if (stats.size > most) return unread(`is ${sizeInWords(stats.size)}; ${sizeInWords(most)} is the most`)
    return { ok: true, bytes: readFileSync(file), stats }
  } catch (error) {
    const code = codeOf(error)
    return { ok: false, missing: code === 'ENOENT' || code === 'ENOTDIR', why: openingTrouble(code) }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The same for UTF-8 text. */
export function readTextFile(path: string, most: number): TextRead {
  const read = readRegularFile(path, most)
  if (!read.ok) return read
  const text = decodeText(read.bytes)
  return text === undefined ? unread('is not UTF-8 text') : { ok: true, text, stats: read.stats }
}

/** Bytes → text, or undefined where they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'an unknown error'
}

function unread(why: string): Unread {
  return { ok: false, missing: false, why }
}

/** What went wrong with a file, as words that follow its name; takes the code of a system error. */
export function openingTrouble(code: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user'
    case 'ELOOP':
      return 'is a symbolic link that may not be followed'
    case 'ERR_INVALID_ARG_VALUE':
      return 'is not a possible file name'
    default:
      return `cannot be read (${code})`
  }
}

function sizeInWords(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`
  const unit = bytes < 1_048_576 ? ([1_024, 'KiB'] as const) : ([1_048_576, 'MiB'] as const)
  return `${Math.ceil((bytes / unit[0]) * 10) / 10} ${unit[1]}`
}

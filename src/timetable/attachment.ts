/** `attach: [{ file: price.pdf }]`: a file beside the schedule, read and turned into what Altcraft takes. */
import { constants, realpathSync } from 'node:fs'
import { basename, extname, isAbsolute, resolve, sep } from 'node:path'
import type { z } from 'zod'
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { codeOf, readRegularFile } from '../files/text-file.ts'
import { keysOf, valueAt } from '../files/value.ts'
import { launchFields } from '../launches/launch.ts'

const largestAttachment = 5 * 1_048_576

const mediaTypes: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.html': 'text/html',
  '.ics': 'text/calendar',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.zip': 'application/zip',
}

export interface AttachmentFolders {
  /** Paths are relative to this folder, that of the schedule file. */
  readonly from: string
  /** And stay inside this one, symbolic links followed. */
  readonly within: string
}

/** A type and not an interface: it goes where JSON goes. */
export type Attachment = { readonly header: string; readonly data: string }

const attachSchema = launchFields.attach.unwrap()
type Entry = z.output<typeof attachSchema>[number]

export interface AttachReading {
  /** In the order declared; absent where something is wrong with one of them. */
  readonly attach?: Entry[]
  readonly findings: readonly Finding[]
}

/** The entries of `attach:` at `path`, files read; entries of any other form are passed on as they are. */
export function readAttach(declared: unknown, folders: AttachmentFolders, path: Path): AttachReading {
  const entries = attachSchema.safeParse(declared)
  if (!entries.success) return { findings: [] }
  const attach: Entry[] = []
  const findings: Finding[] = []
  for (const [index, entry] of entries.data.entries()) {
    const read = readEntry(entry, folders)
    if (read.ok) attach.push(read.entry)
    else findings.push({ path: [...path, index, 'file'], about: [...path, index], sentence: read.why })
  }
  return findings.length > 0 ? { findings } : { attach, findings }
}

type EntryReading = { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly why: string }

function readEntry(entry: Entry, folders: AttachmentFolders): EntryReading {
  const file = valueAt(entry, ['file'])
  if (file === undefined) return { ok: true, entry }
  if (typeof file !== 'string' || file === '') return { ok: false, why: 'file must be the path of a file' }
  const beside = keysOf(entry).filter(key => key !== 'file')
  if (beside.length > 0)
    return { ok: false, why: `${beside.join(', ')} cannot stand beside file, whose name and content are sent` }
  const read = readAttachment(file, folders)
  return typeof read === 'string' ? { ok: false, why: `${JSON.stringify(file)} ${read}` } : { ok: true, entry: read }
}

/** The attachment, or why the file may not or cannot be one, as words that follow its name. */
function readAttachment(path: string, folders: AttachmentFolders): Attachment | string {
  if (isAbsolute(path)) return 'must be relative to the schedule file'
  let real: string
  try {
    real = realpathSync(resolve(folders.from, path))
    if (!real.startsWith(`${realpathSync(folders.within)}${sep}`)) return 'lies outside of the folder of schedule files'
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code})`
  }
  // The path is real now; a link that appears in its last step since then is not followed.
  return readAttachmentFile(real, basename(path), constants.O_NOFOLLOW)
}

/** The same of a file that a person names on the command line, wherever it lies. */
export function readAttachmentFile(path: string, name = basename(path), flags = 0): Attachment | string {
  const read = readRegularFile(path, largestAttachment, flags)
  if (!read.ok) return read.why
  if (read.bytes.length === 0) return 'is empty'
  const mediaType = mediaTypes[extname(name).toLowerCase()] ?? 'application/octet-stream'
  return { header: name, data: `data:${mediaType};base64,${read.bytes.toString('base64')}` }
}

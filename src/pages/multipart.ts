/**
 * A form with a file as browsers send it (RFC 7578), read as it comes: the fields first, then the file in pieces, so that a file of
 * any size is never held. What stands after the file is not read: our forms have their file last.
 */

export interface SentFile {
  readonly name: string
  /** As they come; can be read once. */
  readonly bytes: AsyncGenerator<Uint8Array>
}

export interface SentForm {
  /** Of the fields before the file. */
  readonly fields: Readonly<Record<string, string>>
  readonly file: SentFile | undefined
}

/** The form cannot be read to where it should end. */
export class BrokenForm extends Error {
  override readonly name = 'BrokenForm'
}

const headEnd = Buffer.from('\r\n\r\n')
const lineEnd = Buffer.from('\r\n')
/** Bytes that the head of one part may have. */
const mostOfHead = 4_096
const mostFields = 100

/** The text between the parts; undefined where the body is no such form. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  return quoted ?? plain
}

/** Reads up to the file, or to the end. `most`: bytes that all fields together may have. Throws BrokenForm. */
export async function readForm(body: AsyncIterable<Uint8Array>, boundary: string, most: number): Promise<SentForm> {
  const mark = Buffer.from(`\r\n--${boundary}`)
  const bytes = new Bytes(body)
  const fields: Record<string, string> = {}
  let left = most
  await bytes.text(mark, most)
  for (let count = 0; count <= mostFields; count++) {
    // Two bytes say whether a part follows.
    if ((await bytes.text(lineEnd, 2)) !== '') return { fields, file: undefined }
    const { name, file } = disposition(await bytes.text(headEnd, mostOfHead))
    if (file !== undefined) return { fields, file: { name: file, bytes: bytes.until(mark) } }
    const value = await bytes.text(mark, left)
    left -= value.length
    fields[name] = value.trim()
  }
  throw new BrokenForm()
}

/** `Content-Disposition: form-data; name="file"; filename="a.csv"`; browsers write a quote as %22. */
function disposition(head: string): { readonly name: string; readonly file: string | undefined } {
  const line = head.split('\r\n').find(each => /^content-disposition:/i.test(each)) ?? ''
  const [, name] = /;\s*name="([^"]*)"/i.exec(line) ?? []
  const [, file] = /;\s*filename="([^"]*)"/i.exec(line) ?? []
  if (name === undefined) throw new BrokenForm()
  return { name, file: file?.replaceAll('%22', '"') }
}

class Bytes {
  readonly #source: AsyncIterator<Uint8Array>
  // The first boundary has no line end before it.
  #held = Buffer.from('\r\n')

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** What comes before the mark, in pieces; the mark itself is passed over. Throws BrokenForm where there is none. */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    while (true) {
      const at = this.#held.indexOf(mark)
      if (at >= 0) {
        const last = this.#held.subarray(0, at)
        this.#held = this.#held.subarray(at + mark.length)
        if (last.length > 0) yield last
        return
      }
      // Its beginning may be there already.
      const safe = Math.max(0, this.#held.length - mark.length + 1)
      const piece = this.#held.subarray(0, safe)
      this.#held = this.#held.subarray(safe)
      if (piece.length > 0) yield piece
      const { done, value } = await this.#source.next()
      if (done === true) throw new BrokenForm()
      this.#held = Buffer.concat([this.#held, value])
    }
  }

  /** The same as one text of at most so many bytes. */
  async text(mark: Buffer, most: number): Promise<string> {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of this.until(mark)) {
      size += piece.length
      if (size > most) throw new BrokenForm()
      pieces.push(piece)
    }
    return Buffer.concat(pieces).toString('utf8')
  }
}

import { type FileHandle, open } from 'node:fs/promises'

/** A file with one JSON line per start, on disk before anybody hears of the start. */
export class StartRecord {
  readonly #file: FileHandle
  #lines: string[] = []
  #next: Promise<void> | undefined
  #busy: Promise<void> = Promise.resolve()

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Appends to what the file holds. Rejects with the error of the file system. */
  static async open(path: string): Promise<StartRecord> {
    return new StartRecord(await open(path, 'a'))
  }

  /** Resolves when the line is fsynced. Lines that come while the disk is busy share one write. */
  append(line: object): Promise<void> {
    this.#lines.push(`${JSON.stringify(line)}\n`)
    if (this.#next === undefined) {
      this.#next = this.#busy.then(() => this.#write())
      // Whoever appended hears of a failure; the next write must not.
      this.#busy = this.#next.catch(() => undefined)
    }
    return this.#next
  }

  async close(): Promise<void> {
    await this.#busy
    await this.#file.close()
  }

  async #write(): Promise<void> {
    this.#next = undefined
    const lines = this.#lines
    this.#lines = []
    await this.#file.appendFile(lines.join(''))
    await this.#file.sync()
  }
}

/** The file in the data folder that remembers which store this was, and how many commits it had given. */
import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const rememberedSchema = z.object({ id: z.string(), commits: z.number() })
type Remembered = z.infer<typeof rememberedSchema>

/** A commit is written down this much later at most: an fsync per commit would cost more than it adds. Milliseconds. */
const writeWithin = 200

export class StoreFile {
  readonly #path: string
  readonly #folder: string
  #latest: Remembered | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(dataDir: string) {
    this.#folder = dataDir
    this.#path = join(dataDir, 'store.json')
  }

  recall(): Remembered | undefined {
    try {
      return rememberedSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      return undefined
    }
  }

  keep(remembered: Remembered): void {
    this.#latest = remembered
    this.#timer ??= setTimeout(() => this.flush(), writeWithin)
    this.#timer.unref()
  }

  /** Writes down what there is. A folder that cannot be written to remembers nothing; the processes still do. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#latest) return
    // Other processes of this folder write here too: the highest number counts.
    const known = this.recall()
    if (known?.id === this.#latest.id && known.commits > this.#latest.commits) {
      this.#latest = undefined
      return
    }
    try {
      mkdirSync(this.#folder, { recursive: true })
      // Beside it and then in its place: a process that dies in between leaves the number of before, never none.
      const next = `${this.#path}.${process.pid}`
      const file = openSync(next, 'w', 0o600)
      writeSync(file, JSON.stringify(this.#latest))
      fdatasyncSync(file)
      closeSync(file)
      renameSync(next, this.#path)
      this.#latest = undefined
    } catch {
      this.#latest = undefined
    }
  }
}

/** Following a batch. Who stops following does not stop the batch. */
import { setTimeout as pauseFor } from 'node:timers/promises'
import { batchLines, codeOf, progressLine } from './batch-view.ts'
import { batchToRead } from './bulk-list.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type Office, type OfficeFlags, withOffice } from './office.ts'

const lookEvery = 500
/** Where there is no terminal, a line is written so often. */
const sayEvery = 10_000

/** `bulk watch`. Returns the exit code. */
export async function watchCommand(word: string, flags: OfficeFlags & { readonly json: boolean }): Promise<number> {
  return withOffice(flags, async office => followBatch(office, await batchToRead(office, word), flags.json))
}

/** Follows it until it ends or is paused, or until SIGINT. Returns the exit code: as `bulk status`, 8 where it was paused, 130. */
export async function followBatch(office: Office, id: string, json: boolean): Promise<number> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  const line = new ProgressLine(json)
  try {
    for (;;) {
      const batch = await office.batchRow(id)
      if (!batch) throw gone(id)
      if (interrupted.signal.aborted) {
        line.end()
        process.stderr.write(`Stopped watching. The batch goes on. See: sendoff bulk status ${id}\n`)
        return exitCodes.interrupted
      }
      const rests = batch.state !== 'running'
      line.show(progressLine(batch), JSON.stringify(batch), rests)
      if (rests) {
        line.end()
        if (!json) await showWhole(office, id)
        return batch.state === 'paused' ? exitCodes.held : codeOf(batch)
      }
      await pauseFor(lookEvery, undefined, { signal: interrupted.signal }).catch(() => {})
    }
  } finally {
    process.off('SIGINT', interrupt)
  }
}

async function showWhole(office: Office, id: string): Promise<void> {
  const batch = await office.batch(id)
  if (!batch) throw gone(id)
  process.stdout.write(`${batchLines(batch)}\n`)
}

function gone(id: string): CommandEnding {
  return new CommandEnding(exitCodes.failed, `the record of ${id} is gone`)
}

/** On a terminal one line that is written over; elsewhere a line every ten seconds; in JSON the same on standard output. */
export class ProgressLine {
  readonly #json: boolean
  #said = 0
  #open = false

  constructor(json: boolean) {
    this.#json = json
  }

  show(words: string, json: string, isLast: boolean): void {
    const now = performance.now()
    const due = this.#said === 0 || now - this.#said >= sayEvery || isLast
    if (this.#json) {
      if (due) process.stdout.write(`${json}\n`)
    } else if (process.stderr.isTTY) {
      // Back to the beginning of the line, and all of it cleared.
      process.stderr.write(`\r\u001b[2K${words.slice(0, Math.max(20, process.stderr.columns - 1))}`)
      this.#open = true
    } else if (due) process.stderr.write(`${words}\n`)
    if (due) this.#said = now
  }

  end(): void {
    if (this.#open) process.stderr.write('\n')
    this.#open = false
  }
}

/**
 * The judge: the stand-in for Altcraft in a process of its own, which has every start on disk before it answers. Unless told
 * otherwise it drops no repeats, so that a start that comes twice is counted twice.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Child, until } from './processes.ts'

const startSchema = z.object({
  at: z.string().transform(text => Date.parse(text)),
  mailing: z.number(),
  request_id: z.string().nullable(),
})
/** A mailing that was really started. `at` is epoch milliseconds. */
export type Start = z.infer<typeof startSchema>

const requestSchema = startSchema.extend({
  mailing: z.number().nullable(),
  call: z.string().nullable(),
  executed: z.boolean(),
  fault: z.string().nullable(),
})
/** A request that was read, whatever became of it. */
export type Request = z.infer<typeof requestSchema>

export interface Judging {
  /** Faults of the stand-in. */
  readonly faults?: readonly string[]
  readonly dropsRepeats?: boolean
}

export class Oracle {
  readonly port: number
  readonly #record: string
  readonly #child: Child

  private constructor(child: Child, record: string, port: number) {
    this.#child = child
    this.#record = record
    this.port = port
  }

  static async start(build: string, folder: string, { faults = [], dropsRepeats = false }: Judging): Promise<Oracle> {
    const record = join(folder, 'starts.ndjson')
    const args = [
      'simulate',
      '--port',
      '0',
      '--deduplication',
      dropsRepeats ? 'on' : 'off',
      '--json',
      '--record',
      record,
    ]
    const chosen = faults.flatMap(fault => ['--fault', fault])
    const child = new Child(process.execPath, [join(build, 'dist/cli.js'), ...args, ...chosen], {
      cwd: folder,
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    })
    const address = /listening on http:\/\/127\.0\.0\.1:(\d+)/
    await until('the stand-in listens', () => address.test(child.output) || child.ending !== undefined, 20_000)
    const port = address.exec(child.output)?.[1]
    if (port === undefined) throw new Error(`the stand-in did not start: ${child.output}`)
    return new Oracle(child, record, Number(port))
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  starts(): Start[] {
    return readFileSync(this.#record, 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => startSchema.parse(JSON.parse(line)))
  }

  /** Starts that were asked for, executed or not. A line that is still being printed is left out. */
  requests(): Request[] {
    return this.#child.output
      .split('\n')
      .slice(0, -1)
      .filter(line => line.startsWith('{'))
      .map(line => requestSchema.parse(JSON.parse(line)))
      .filter(request => request.call === 'start')
  }

  async setFaults(faults: readonly string[]): Promise<void> {
    const answer = await fetch(`${this.url}/_sandbox/faults`, { method: 'PUT', body: JSON.stringify({ faults }) })
    if (!answer.ok) throw new Error(`the stand-in refused the faults: ${await answer.text()}`)
  }

  async stop(): Promise<void> {
    await this.#child.end('SIGKILL')
  }
}

/** A launch whose schedule submits a file: the file is read, and becomes the batch of the launch's key. */
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { SubmitFile } from '../launches/attempt.ts'
import type { Claim } from '../launches/claim.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { Observation } from '../launches/outcome.ts'
import { defaultPolicy } from '../launches/policy.ts'
import type { Permit } from '../launches/start-mailing.ts'
import type { Submission } from '../launches/submission.ts'
import type { BatchDeclaration } from './batch.ts'
import { openRows } from './open-rows.ts'
import { readRows } from './read-rows.ts'
import type { Row } from './row.ts'
import { RowReport } from './row-report.ts'
import { BadRows, soundRows } from './sound-rows.ts'
import { type SubmitAnswer, submitBatch } from './submit.ts'

/** A record is no place for all mistakes of a file; `sendoff bulk submit --validate-only` tells them. */
const mostMistakes = 5

/** What keeps the rows from becoming a batch: no permit, or the end of this process. */
class Withheld extends Error {
  override readonly name = 'Withheld'
}

/** Submits files named from the folder `jobsDir`. */
export function fileSubmitter(ledger: Ledger, jobsDir: string): SubmitFile {
  return async (start, submission, permit, signal) => {
    const opened = openRows(resolve(jobsDir, submission.source), submission.format, Readable.from([]))
    if (!opened.ok) return said(400, opened.sentence)
    const { key, columns = {}, ignore, delimiter, sourceType, partial = false } = submission
    const base = { ...start.request, ...(sourceType === undefined ? {} : { override_source_type: sourceType }) }
    const reads = readRows(opened.source, { format: opened.format, delimiter, key, columns, ignore, base })
    const report = new RowReport()
    const gate = new Gate(permit, signal)
    try {
      const rows = gate.before(soundRows(reads, partial, report))
      return inWords(await submitBatch(ledger, declarationOf(start, submission), rows, { kind: 'intended' }), report)
    } catch (error) {
      return trouble(error, submission.source, gate.passed)
    }
  }
}

/** Asks for the permit when all rows are staged and nothing is sealed: from then on the batch may exist. */
class Gate {
  passed = false
  readonly #permit: () => Promise<Permit>
  readonly #signal: AbortSignal

  constructor(permit: () => Promise<Permit>, signal: AbortSignal) {
    this.#permit = permit
    this.#signal = signal
  }

  async *before(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    for await (const row of rows) {
      if (this.#signal.aborted) throw new Withheld('this process was told to end')
      yield row
    }
    const permit = await this.#permit()
    if (!permit.granted) throw new Withheld(permit.why)
    if (!permit.stillOpen()) throw new Withheld('the time to submit it had passed')
    this.passed = true
  }
}

function declarationOf(start: Pick<Claim, 'key' | 'account' | 'retry'>, submission: Submission): BatchDeclaration {
  const { pace = {}, stopAfter, hours, lateness, source } = submission
  const [schedule = start.key] = start.key.split(/@|-run-/)
  return {
    name: schedule,
    id: start.key,
    account: start.account,
    policy: { ...defaultPolicy, maxLateness: lateness, retry: start.retry },
    pace,
    ...(hours === undefined ? {} : { hours }),
    ...(stopAfter === undefined ? {} : { stopAfter }),
    source,
    by: `schedule ${schedule}`,
  }
}

function inWords(answer: SubmitAnswer, report: RowReport): Observation {
  switch (answer.kind) {
    case 'submitted': {
      const left = report.bad === 0 ? '' : `; ${report.bad} bad rows were left out`
      return said(0, `The batch ${answer.id} of ${answer.rows} rows was submitted${left}.`)
    }
    case 'again':
      return said(0, `The batch ${answer.id} was submitted.`)
    case 'otherRows':
    case 'otherName':
    case 'sameName':
      return said(400, `The file holds other rows than the batch ${answer.id}, which was submitted before.`)
    // A schedule means to launch its file again, and nobody was shown the rows: neither is met here.
    case 'sentLately':
    case 'changed':
      return said(400, 'The file would launch other rows than was agreed to.')
    case 'empty':
      return said(400, report.inLinesOfNone('The file').join('; '))
    case 'disturbed':
      return broken(false, 'somebody else submitted the same batch at the same time')
  }
}

function trouble(error: unknown, source: string, passed: boolean): Observation {
  if (error instanceof Withheld) return { kind: 'withheld', why: error.message }
  if (!(error instanceof BadRows)) return broken(passed, error instanceof Error ? error.message : String(error))
  const lines = error.report.inLines(source)
  const more = lines.length > mostMistakes ? [`and ${lines.length - mostMistakes} more`] : []
  return said(400, [...lines.slice(0, mostMistakes), ...more].join('; '))
}

/** In the form of Altcraft's answers, so that a record says it where people look: 0 for success, 400 for a file that cannot be used. */
function said(error: number, errorText: string): Observation {
  const envelope = { kind: 'valid', error, errorText } as const
  return { kind: 'answered', status: 200, envelope, duplicate: false, retryAfter: undefined, serverDate: undefined }
}

function broken(handed: boolean, detail: string): Observation {
  return { kind: 'broken', handed, code: 'SENDOFF_FILE', syscall: undefined, detail, status: undefined }
}

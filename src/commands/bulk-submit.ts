/** `bulk submit FILE`. */
import { openRows } from '../bulk/open-rows.ts'
import { readRows } from '../bulk/read-rows.ts'
import type { Row } from '../bulk/row.ts'
import { RowReport } from '../bulk/row-report.ts'
import { BadRows, soundRows } from '../bulk/sound-rows.ts'
import { type SubmitAnswer, submitBatch } from '../bulk/submit.ts'
import { loadConfig } from '../config/load-config.ts'
import { mustBeFit, type OpenLedger } from '../duty/open-ledger.ts'
import type { RowFormat } from '../launches/row-field.ts'
import { declarationOf, readingOf, rulesOf, type SubmitFlags, usage } from './bulk-declared.ts'
import { Rehearsal } from './bulk-rehearsal.ts'
import { followBatch, ProgressLine } from './bulk-watch.ts'
import { askBeforeLaunch } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { accountOf } from './launch-now.ts'
import { withLedger } from './with-ledger.ts'

const tellEvery = 20_000

/** Makes the file a batch, or only looks at it. Returns the exit code. Throws CommandEnding with code 2 for a file that cannot be used. */
export async function submitFile(file: string, flags: SubmitFlags): Promise<number> {
  const rules = rulesOf(flags)
  if (flags.validateOnly || flags.dryRun) return rehearse(file, flags, rules.format)
  return withLedger(flags, async open => {
    const account = accountOf(flags, Object.keys(open.config.accounts))
    const declaration = declarationOf(file, account, flags)
    await mustBeFit(open, account)
    if (!flags.yes) {
      // Read twice, where a person is asked: they are told what they say yes to.
      if (file === '-') throw usage('rows from standard input are submitted without a question: add --yes')
      const rehearsal = await rehearsed(file, flags, rules.format)
      await askBeforeLaunch(flags, rehearsal.facts(declaration), declaration.name)
    }
    const { rows, report } = rowsOf(file, flags, rules.format)
    const first = flags.confirmDuplicate
    const sameRows = first === undefined ? ({ kind: 'refuse' } as const) : ({ kind: 'confirmed', id: first } as const)
    const answer = await submitBatch(open.ledger, declaration, told(refusing(rows, file), flags.json), sameRows)
    tellBad(file, report)
    return ended(open, answer, report, file, flags)
  })
}

interface Reading {
  readonly rows: AsyncIterable<Row>
  readonly report: RowReport
}

function rowsOf(file: string, flags: SubmitFlags, format: RowFormat | undefined): Reading {
  const opened = openRows(file, format, process.stdin)
  if (!opened.ok) throw usage(opened.sentence)
  const report = new RowReport()
  const reads = readRows(opened.source, readingOf(flags, opened.format))
  return { rows: soundRows(reads, flags.partial, report), report }
}

/** Bad rows end the command with all that is wrong with them. */
async function* refusing(rows: AsyncIterable<Row>, file: string): AsyncGenerator<Row> {
  try {
    yield* rows
  } catch (error) {
    if (!(error instanceof BadRows)) throw error
    throw usage([...error.report.inLines(file), `${summaryOf(error.report)}; nothing was submitted.`].join('\n'))
  }
}

function summaryOf({ bad, sound, unreadableFrom }: RowReport): string {
  const all = sound + bad
  if (unreadableFrom === undefined) return `${count(bad)} of ${rowsInWords(all)} ${bad === 1 ? 'is' : 'are'} bad`
  const before = all === 0 ? '' : `; of ${rowsInWords(all)} before that, ${count(bad)} ${bad === 1 ? 'is' : 'are'} bad`
  return `from line ${unreadableFrom} on nothing can be read${before}`
}

/** A file that takes long says how far it has been read. */
async function* told(rows: AsyncIterable<Row>, isQuiet: boolean): AsyncGenerator<Row> {
  const line = new ProgressLine(false)
  let read = 0
  for await (const row of rows) {
    yield row
    read += 1
    if (read % tellEvery === 0 && !isQuiet) line.show(`${count(read)} rows read`, '', false)
  }
  line.end()
}

async function rehearsed(file: string, flags: SubmitFlags, format: RowFormat | undefined): Promise<Rehearsal> {
  const { rows, report } = rowsOf(file, flags, format)
  const rehearsal = new Rehearsal(report)
  for await (const row of refusing(rows, file)) rehearsal.note(row)
  if (rehearsal.rows === 0) throw usage(`${file} holds no rows`)
  return rehearsal
}

async function rehearse(file: string, flags: SubmitFlags, format: RowFormat | undefined): Promise<number> {
  const { config } = loadConfig({ cwd: process.cwd(), flags, env: process.env })
  const account = accountOf(flags, Object.keys(config.accounts))
  const declaration = declarationOf(file, account, flags)
  const rehearsal = await rehearsed(file, flags, format)
  tellBad(file, rehearsal.report)
  const whole = rehearsal.whole(declaration)
  if (flags.json) write(JSON.stringify(flags.dryRun ? whole : { rows: whole.rows, bad: whole.bad }, null, 2))
  else if (flags.dryRun) write(rehearsal.inLines(declaration).join('\n'))
  else write(`${file}: ${rowsInWords(rehearsal.rows)} can be used.`)
  return rehearsal.report.bad > 0 ? exitCodes.partial : 0
}

function tellBad(file: string, report: RowReport): void {
  if (report.bad === 0) return
  process.stderr.write(
    `${report.inLines(file).join('\n')}\n${report.bad === 1 ? '1 bad row is' : `${count(report.bad)} bad rows are`} left out.\n`,
  )
}

async function ended(
  open: OpenLedger,
  answer: SubmitAnswer,
  report: RowReport,
  file: string,
  flags: SubmitFlags,
): Promise<number> {
  switch (answer.kind) {
    case 'submitted': {
      const earlier = answer.staged > 0 ? `; ${count(answer.staged)} of them had come with an interrupted submit` : ''
      if (!flags.json) process.stderr.write(`Submitted ${rowsInWords(answer.rows)}${earlier}.\n`)
      return handedOver(open, answer.id, { ...answer, bad: report.bad }, report.bad > 0 ? exitCodes.partial : 0, flags)
    }
    case 'again':
      if (!flags.json)
        process.stderr.write(
          `These rows were submitted before, and are ${answer.state}; nothing is launched a second time.\n`,
        )
      return handedOver(open, answer.id, { ...answer, bad: report.bad }, 0, flags)
    case 'otherName':
      throw usage(
        `these rows were submitted before, as ${answer.id} (${answer.state}). To launch all of them a second time, add --confirm-duplicate ${answer.id}`,
      )
    case 'otherRows':
      throw usage(`the batch ${answer.id} (${answer.state}) has other rows; choose another name with --name`)
    case 'empty':
      throw usage(`${file} holds no rows`)
    case 'disturbed':
      throw new CommandEnding(
        exitCodes.failed,
        'another submit under this name ran at the same time; nothing was submitted. Run it again, or choose another --name.',
      )
  }
}

async function handedOver(
  open: OpenLedger,
  id: string,
  answer: object,
  code: number,
  flags: SubmitFlags,
): Promise<number> {
  write(flags.json ? JSON.stringify(answer) : id)
  const account = accountOf(flags, Object.keys(open.config.accounts))
  if ((await open.queues.workerCount(account)) === 0)
    process.stderr.write('Nothing is running that would send it: start sendoff start.\n')
  if (!flags.watch) return code
  const watched = await followBatch(open, id, flags.json)
  return watched === 0 ? code : watched
}

function rowsInWords(rows: number): string {
  return `${count(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

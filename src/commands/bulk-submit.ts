/** `bulk submit FILE`. */
import type { BatchDeclaration } from '../bulk/batch.ts'
import type { SameRows } from '../bulk/objection.ts'
import { openRows } from '../bulk/open-rows.ts'
import { readRows } from '../bulk/read-rows.ts'
import type { Row } from '../bulk/row.ts'
import { RowReport } from '../bulk/row-report.ts'
import type { RowsSeen } from '../bulk/rows-seen.ts'
import { BadRows, soundRows } from '../bulk/sound-rows.ts'
import type { SubmitAnswer } from '../bulk/submit.ts'
import { loadConfig } from '../config/load-config.ts'
import type { RowFormat } from '../launches/row-field.ts'
import { declarationOf, readingOf, rulesOf, type SubmitFlags, usage } from './bulk-declared.ts'
import { refusalOf, rowsInWords } from './bulk-refusal.ts'
import { Rehearsal } from './bulk-rehearsal.ts'
import { followBatch, ProgressLine } from './bulk-watch.ts'
import { askBeforeLaunch, lostSight, wordsOf } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { accountOf } from './launch-now.ts'
import { type Office, withOffice } from './office.ts'

const tellEvery = 20_000

/** Makes the file a batch, or only looks at it. Returns the exit code. Throws CommandEnding with code 2 for a file that cannot be used. */
export async function submitFile(file: string, flags: SubmitFlags): Promise<number> {
  const rules = rulesOf(flags)
  if (flags.validateOnly || flags.dryRun) return rehearse(file, flags)
  return withOffice(flags, async office => {
    const account = accountOf(flags, await office.accounts())
    const declaration = declarationOf(file, account, flags)
    const { hours, timezone, maxLateness } = flags
    const written = { hours, timezone, maxLateness }
    const sameRows = sameRowsOf(flags)
    const shown = flags.yes ? undefined : await agreed(office, file, flags, declaration, sameRows)
    const { rows: all, report } = rowsOf(file, flags, rules.format)
    const rows = told(refusing(all, file), flags.json)
    const answer = await office.submit({ declaration, written, rows, sameRows, shown })
    if (answer.kind !== 'empty') tellBad(file, report)
    return ended(office, answer, report, file, declaration, flags)
  })
}

function sameRowsOf({ confirmDuplicate: repeats }: SubmitFlags): SameRows {
  return repeats.length === 0 ? { kind: 'refuse' } : { kind: 'confirmed', repeats }
}

/** The rows that a person has said yes to. The file is read for it: they are told what they say yes to, and what speaks against it. */
async function agreed(
  office: Office,
  file: string,
  flags: SubmitFlags,
  declaration: BatchDeclaration,
  sameRows: SameRows,
): Promise<RowsSeen> {
  if (file === '-') throw usage('rows from standard input are submitted without a question: add --yes')
  const rehearsal = await rehearsed(file, flags, declaration.account)
  const objection = await office.objection(declaration, rehearsal.seen, sameRows)
  // Rows that are a batch already launch nothing: there is nothing to ask.
  if (objection?.kind === 'again') return rehearsal.seen
  if (objection) throw await refusalOf(office, objection, declaration.name)
  await askBeforeLaunch(flags, rehearsal.facts(declaration), declaration.name)
  return rehearsal.seen
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

async function rehearsed(file: string, flags: SubmitFlags, account: string): Promise<Rehearsal> {
  const { rows, report } = rowsOf(file, flags, rulesOf(flags).format)
  const rehearsal = new Rehearsal(report, account)
  await rehearsal.read(refusing(rows, file))
  if (rehearsal.rows === 0) throw usage(report.inLinesOfNone(file).join('\n'))
  return rehearsal
}

async function rehearse(file: string, flags: SubmitFlags): Promise<number> {
  const account = accountOf(flags, await accountNames(flags))
  const declaration = declarationOf(file, account, flags)
  const rehearsal = await rehearsed(file, flags, account)
  tellBad(file, rehearsal.report)
  const whole = rehearsal.whole(declaration)
  if (flags.json) write(JSON.stringify(flags.dryRun ? whole : { rows: whole.rows, bad: whole.bad }, null, 2))
  else if (flags.dryRun) write(rehearsal.inLines(declaration).join('\n'))
  else write(`${file}: ${rowsInWords(rehearsal.rows)} can be used.`)
  return rehearsal.report.bad > 0 ? exitCodes.partial : 0
}

/** Without Redis: a file can be looked at before there is one. */
function accountNames(flags: SubmitFlags): Promise<readonly string[]> {
  if (flags.url !== undefined) return withOffice(flags, office => office.accounts())
  const { config } = loadConfig({ cwd: process.cwd(), flags, env: process.env })
  return Promise.resolve(Object.keys(config.accounts))
}

function tellBad(file: string, report: RowReport): void {
  if (report.bad === 0) return
  process.stderr.write(
    `${report.inLines(file).join('\n')}\n${report.bad === 1 ? '1 bad row is' : `${count(report.bad)} bad rows are`} left out.\n`,
  )
}

async function ended(
  office: Office,
  answer: SubmitAnswer,
  report: RowReport,
  file: string,
  { name, account }: BatchDeclaration,
  flags: SubmitFlags,
): Promise<number> {
  const submitted = { ...answer, bad: report.bad }
  switch (answer.kind) {
    case 'submitted': {
      const earlier = answer.staged > 0 ? `; ${count(answer.staged)} of them had come with an interrupted submit` : ''
      if (!flags.json) process.stderr.write(`Submitted ${rowsInWords(answer.rows)}${earlier}.\n`)
      if (report.bad > 0) process.stderr.write(`${restInWords(name)}\n`)
      write(flags.json ? JSON.stringify(submitted) : answer.id)
      return handedOver(office, answer.id, account, report.bad > 0 ? exitCodes.partial : 0, flags)
    }
    case 'again':
      if (!flags.json)
        process.stderr.write(
          `These rows were submitted before, and are ${answer.state}; nothing is launched a second time.\n`,
        )
      write(flags.json ? JSON.stringify(submitted) : answer.id)
      return handedOver(office, answer.id, account, 0, flags)
    case 'otherName':
    case 'sameName':
    case 'otherRows':
    case 'sentLately':
      throw await refusalOf(office, answer, name)
    case 'changed':
      throw usage(`${file} has changed since it was shown; nothing was submitted. Run it again.`)
    case 'empty':
      throw usage(report.inLinesOfNone(file).join('\n'))
    case 'disturbed':
      throw new CommandEnding(
        exitCodes.failed,
        'another submit under this name ran at the same time; nothing was submitted. Run it again, or choose another --name.',
      )
  }
}

async function handedOver(
  office: Office,
  id: string,
  account: string,
  code: number,
  flags: SubmitFlags,
): Promise<number> {
  const workers = await office.workers(account).catch(error => {
    process.stderr.write(`Whether anything runs that would send it is not known: ${wordsOf(error)}.\n`)
    return undefined
  })
  if (workers === 0) process.stderr.write('Nothing is running that would send it: start sendoff start.\n')
  if (!flags.watch) return code
  const watched = await followBatch(office, id, flags.json).catch(error => {
    throw lostSight(`${id} is submitted and goes on, but was lost sight of`, error, `sendoff bulk status ${id}`)
  })
  return watched === 0 ? code : watched
}

/** How the rows that were left out are launched once they are mended. The whole file again would launch the others twice. */
function restInWords(name: string): string {
  return `To launch the rest once it is mended, submit a file of only those rows, with the header of this one and --name ${name.slice(0, 58)}-rest. All of this file again would launch every row of it.`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

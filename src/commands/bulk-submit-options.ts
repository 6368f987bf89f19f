import { setFlagsFromString } from 'node:v8'
import { Command, InvalidArgumentError } from 'commander'
import { positiveInteger } from './launches.ts'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff bulk submit rows.csv --account main --validate-only       check the file, send nothing
  sendoff bulk submit rows.csv --account main --per-minute 30 --dry-run
  sendoff bulk submit rows.csv --account main --key region --per-minute 30 --stop-after-consecutive 3 --yes --watch
  sendoff bulk submit rows.csv --account main --column id=mailing_id --column content.city=city --ignore note
  generate-rows | sendoff bulk submit - --format ndjson --name black-friday --account main --yes

A column called id, override_source_type, override_source_id, override_limit or content.NAME needs no --column. What the
flags say holds for every row that does not say otherwise.

Exit code: 0 submitted, or submitted before; 2 a file that cannot be used; 6 submitted without its bad rows (--partial);
with --watch also 6 not all was launched, 7 something is unknown, 8 it was paused.
`

/** `sendoff bulk submit FILE`: a file becomes a batch, all of it or nothing. */
export function submitCommand(): Command {
  const submit = new Command('submit')
    .description('launch every row of a file: CSV, NDJSON or a JSON list')
    .argument('<file>', 'the file, or - for standard input')
    .option('--account <name>', 'the account it belongs to (may be left out where only one is configured)')
    .option('--name <name>', 'the name of the batch (default: that of the file)')
  addReading(submit)
  addBase(submit)
  addBrakes(submit)
  return submit
    .option('--validate-only', 'check the file and end', false)
    .option('-n, --dry-run', 'check the file and show what would be sent, and how long it would take', false)
    .option(
      '--confirm-duplicate <batch|HH:MM>',
      'what it repeats, as a refusal named it: a batch, or when a mailing went to the same people; may be repeated',
      appended,
      [],
    )
    .option('--reason <text>', 'why; kept on the record')
    .option('-y, --yes', 'do not ask', false)
    .option('--watch', 'follow it until it ends', false)
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (file: string, _options, command: Command) => {
      // Rows live for a moment. Left to itself, V8 makes ever more room for them before it looks for garbage, and is no faster for
      // it: measured with a million rows, 40 MB more. Once there is room it stays, so this comes before all else.
      // https://nodejs.org/api/v8.html#v8setflagsfromstringflags
      setFlagsFromString('--semi-space-growth-factor=1')
      const { submitFile } = await import('./bulk-submit.ts')
      process.exitCode = await submitFile(file, command.optsWithGlobals())
    })
}

function addReading(submit: Command): void {
  submit
    .option('--format <format>', 'csv, ndjson or json (default: what the name of the file says)')
    .option(
      '--delimiter <character>',
      'what separates the cells (default: what the header has most of; "tab" for a tab)',
    )
    .option('--key <column>', 'the column that makes a row unique; without it equal rows are an error')
    .option('--column <field=column>', 'take this field of the launch from this column; may be repeated', pair, {})
    .option('--ignore <column>', 'do not read this column; may be repeated', appended, [])
    .option('--partial', 'leave out bad rows instead of refusing the file', false)
}

function addBase(submit: Command): void {
  submit
    .option('--mailing <id>', 'the mailing of rows that name none', positiveInteger)
    .option('--list <id>', 'the profile database of rows that name none', positiveInteger)
    .option('--segment <id>', 'the segment of rows that name none', positiveInteger)
    .option('--source-type <type>', 'what override_source_id of the rows is: list or segment')
    .option('--limit <n>', 'mail at most so many recipients per row', positiveInteger)
    .option('--content <json>', 'values for the template, a JSON object; a row adds to it')
    .option('--attach <file...>', 'files to attach')
}

function addBrakes(submit: Command): void {
  submit
    .option('--per-minute <n>', 'begin at most so many rows in a minute', positiveInteger)
    .option('--concurrency <n>', 'at most so many rows under way at once', positiveInteger)
    .option(
      '--hours <span>',
      'only in these hours: "MON-FRI 09:00-18:00"; may be repeated, needs --timezone',
      appended,
      [],
    )
    .option('--timezone <zone>', 'the IANA zone of --hours')
    .option('--max-lateness <duration>', 'how long after its turn a row may still go out (default: 15m)')
    .option('--stop-after-consecutive <n>', 'pause after so many failures in a row', positiveInteger)
    .option('--stop-after-failures <n>', 'pause after so many failures', positiveInteger)
    .option('--stop-after-percent <n>', 'pause when so many percent of at least 20 rows failed', positiveInteger)
}

function appended(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function pair(value: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = value.indexOf('=')
  const [field, column] = [value.slice(0, at), value.slice(at + 1)]
  if (at < 1 || column === '') throw new InvalidArgumentError('write it as field=column, such as content.city=city')
  if (Object.hasOwn(before, field)) throw new InvalidArgumentError(`${field} is taken from a column already`)
  return { ...before, [field]: column }
}

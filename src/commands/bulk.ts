import { Command, InvalidArgumentError } from 'commander'
import { submitCommand } from './bulk-submit-options.ts'
import { positiveInteger } from './launches.ts'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff bulk submit rows.csv --account main --key region --yes     launch every row of the file
  sendoff bulk list                                                  the newest batches
  sendoff bulk watch black-friday                                    follow it to its end
  sendoff bulk pause black-friday --reason "wrong price"
  sendoff bulk results black-friday --state rejected > bad.csv

A batch is called by its id or its name. Where several have one name, status, watch and results show the newest and say
so; pause, resume, cancel and retry want the id.
`

/** `sendoff bulk submit|list|status|watch|pause|resume|cancel|retry|results`. */
export function bulkCommand(): Command {
  const bulk = new Command('bulk')
    .description('many launches from one file, with brakes')
    .addHelpText('before', examples)
  bulk.addCommand(submitCommand())
  bulk
    .command('list')
    .description('the newest batches first')
    .option('--limit <n>', 'at most so many', positiveInteger, 20)
    .addOption(urlOption())
    .option('--json', 'an array of objects on standard output', false)
    .action(async (_options, command: Command) => {
      const { listCommand } = await import('./bulk-list.ts')
      await listCommand(command.optsWithGlobals())
    })
  bulk
    .command('status <batch>')
    .description('where its rows are, how fast it goes, what went wrong and what to do next')
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .action(async (word: string, _options, command: Command) => {
      const { statusCommand } = await import('./bulk-list.ts')
      process.exitCode = await statusCommand(word, command.optsWithGlobals())
    })
  bulk
    .command('watch <batch>')
    .description('follow it until it ends or is paused; Ctrl-C stops watching, not the batch')
    .addOption(urlOption())
    .option('--json', 'one object per line on standard output, every ten seconds and at the end', false)
    .action(async (word: string, _options, command: Command) => {
      const { watchCommand } = await import('./bulk-watch.ts')
      process.exitCode = await watchCommand(word, command.optsWithGlobals())
    })
  addDecisions(bulk)
  bulk
    .command('results <batch>')
    .description('every row and what became of it, on standard output')
    .option('--format <format>', 'csv or ndjson', 'csv')
    .addOption(urlOption())
    .option('--state <state>', 'only rows in this state')
    .action(async (word: string, _options, command: Command) => {
      const { resultsCommand } = await import('./bulk-results.ts')
      await resultsCommand(word, command.optsWithGlobals())
    })
  return bulk
}

function addDecisions(bulk: Command): void {
  bulk
    .command('pause <batch>')
    .description('send no further row until it is resumed')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .action(async (word: string, _options, command: Command) => {
      const { pauseCommand } = await import('./bulk-decide.ts')
      await pauseCommand(word, command.optsWithGlobals())
    })
  bulk
    .command('resume <batch>')
    .description('let a paused batch go on')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .option(
      '--unsure-until <row>',
      'after the store was set back: rows up to this number may have been sent; 0 for none',
      rowNumber,
    )
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .action(async (word: string, _options, command: Command) => {
      const { resumeCommand } = await import('./bulk-decide.ts')
      await resumeCommand(word, command.optsWithGlobals())
    })
  bulk
    .command('cancel <batch>')
    .description('call off every row that has not been sent, for good')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .option('-y, --yes', 'do not ask', false)
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .action(async (word: string, _options, command: Command) => {
      const { cancelCommand } = await import('./bulk-decide.ts')
      await cancelCommand(word, command.optsWithGlobals())
    })
  bulk
    .command('retry <batch>')
    .description('try rows again that were rejected, failed or swallowed; never unknown ones')
    .option('--failed', 'needed: says that these rows are meant', false)
    .option('-n, --dry-run', 'say how many rows that would be, and change nothing', false)
    .option('-y, --yes', 'do not ask', false)
    .option('--reason <text>', 'why; kept on the record, needed without --dry-run')
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .action(async (word: string, _options, command: Command) => {
      const { retryCommand } = await import('./bulk-decide.ts')
      process.exitCode = await retryCommand(word, command.optsWithGlobals())
    })
}

function rowNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('the number of a row is needed, or 0')
  return Number(text)
}

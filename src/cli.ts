#!/usr/bin/env node
/** argv → one command. The only place that ends the process with a code. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { applyCommand } from './commands/apply.ts'
import { auditCommand } from './commands/audit.ts'
import { bulkCommand } from './commands/bulk.ts'
import { calendarCommand } from './commands/calendar.ts'
import { configCommand } from './commands/config.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { CommandEnding, exitCodes } from './commands/ending.ts'
import { explainCommand } from './commands/explain.ts'
import { holdCommand } from './commands/hold.ts'
import { importCommand } from './commands/import.ts'
import { keysCommand } from './commands/keys.ts'
import { launchCommand } from './commands/launch.ts'
import { launchesCommand } from './commands/launches.ts'
import { planCommand } from './commands/plan.ts'
import { previewCommand } from './commands/preview.ts'
import { schedulesCommand } from './commands/schedules.ts'
import { schemaCommand } from './commands/schema.ts'
import { simulateCommand } from './commands/simulate.ts'
import { startCommand } from './commands/start.ts'
import { validateCommand } from './commands/validate.ts'

const examples = `Examples:
  sendoff demo                          see it work: a private Redis, a stand-in for Altcraft, sample schedules
  sendoff validate                      check config/sendoff.yaml and jobs/
  sendoff preview weekly-digest         when it will go out
  sendoff plan                          what changed in jobs/, and which due times with it
  sendoff calendar                      all schedules, with what is left out and what collides
  sendoff start --apply                 run the schedules in jobs/
  sendoff launch 90 --account main      launch mailing 90 now
  sendoff bulk submit rows.csv --account main --dry-run   what a file of launches would do
  sendoff launches list --state unknown what needs a decision
`

function version(): string {
  const text: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof text === 'object' && text !== null && 'version' in text ? String(text.version) : ''
}

function program(): Command {
  const root = new Command('sendoff')
    .description('Launches Altcraft broadcast mailings: on timetables, in bulk, never twice by itself.')
    .option('--config <file>', 'the configuration file (default: config/sendoff.yaml)')
    .option('--jobs <dir>', 'the folder of schedule files (default: jobs)')
    .version(version(), '-V, --version')
    .addHelpText('before', examples)
    .showSuggestionAfterError()
    .exitOverride()
  const commands = [
    startCommand(),
    validateCommand(),
    previewCommand(),
    planCommand(),
    applyCommand(),
    calendarCommand(),
    schedulesCommand(),
    launchCommand(),
    launchesCommand(),
    bulkCommand(),
    explainCommand(),
    holdCommand(),
    auditCommand(),
    keysCommand(),
    doctorCommand(),
    simulateCommand(),
    importCommand(),
    schemaCommand(),
    configCommand(),
    demoCommand(),
  ]
  for (const command of commands) root.addCommand(inheriting(command))
  return root
}

/** Sub-commands end the way the program does; commander does not pass that on to commands that are added ready-made. */
function inheriting(command: Command): Command {
  command.exitOverride().showSuggestionAfterError()
  for (const child of command.commands) inheriting(child)
  return command
}

async function run(): Promise<number> {
  try {
    await program().parseAsync(process.argv)
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    return endingOf(error)
  }
}

function endingOf(error: unknown): number {
  // Help and version end as success; commander has already printed what is wrong with a command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (!(error instanceof Error)) return say(`unexpected: ${String(error)}`, exitCodes.failed)
  if (error instanceof CommandEnding) return say(error.message, error.code)
  // What the connection of one command says when Redis goes away in the middle of it.
  if (error.message.startsWith('Connection is closed')) {
    return say(
      'Redis went away in the middle of this; look whether it was done before you do it again',
      exitCodes.unreachable,
    )
  }
  switch (error.name) {
    case 'DeclarationError':
    case 'CannotListen':
      return say(error.message, exitCodes.usage)
    case 'RedisUnreachable':
    case 'UnfitRedis':
      return say(
        `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`,
        exitCodes.unreachable,
      )
    default:
      return say(error.stack ?? error.message, exitCodes.failed)
  }
}

function say(sentence: string, code: number): number {
  if (sentence !== '') process.stderr.write(`${sentence}\n`)
  return code
}

// A reader that has seen enough (head, less) is no error.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

const code = await run()
process.stdout.write('', () => process.exit(code))

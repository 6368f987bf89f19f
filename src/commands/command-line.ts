/** argv → one command, and how it ended as an exit code. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { applyCommand } from './apply.ts'
import { auditCommand } from './audit.ts'
import { bulkCommand } from './bulk.ts'
import { calendarCommand } from './calendar.ts'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { explainCommand } from './explain.ts'
import { holdCommand } from './hold.ts'
import { importCommand } from './import.ts'
import { keysCommand } from './keys.ts'
import { launchCommand } from './launch.ts'
import { launchesCommand } from './launches.ts'
import { planCommand } from './plan.ts'
import { previewCommand } from './preview.ts'
import { schedulesCommand } from './schedules.ts'
import { schemaCommand } from './schema.ts'
import { simulateCommand } from './simulate.ts'
import { startCommand } from './start.ts'
import { refuseUrl } from './url-option.ts'
import { validateCommand } from './validate.ts'

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
  const text: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
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
  refuseUrl(command)
  for (const child of command.commands) inheriting(child)
  return command
}

/** Runs the command that the words (without the program's name) call, and prints what is wrong. Returns the exit code. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...words], { from: 'user' })
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

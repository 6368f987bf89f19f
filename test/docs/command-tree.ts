/** The commands as the command line has them, for checking what documents say of them. */
import { Command, CommanderError } from 'commander'
import { applyCommand } from '../../src/commands/apply.ts'
import { auditCommand } from '../../src/commands/audit.ts'
import { bulkCommand } from '../../src/commands/bulk.ts'
import { calendarCommand } from '../../src/commands/calendar.ts'
import { configCommand } from '../../src/commands/config.ts'
import { demoCommand } from '../../src/commands/demo.ts'
import { doctorCommand } from '../../src/commands/doctor.ts'
import { explainCommand } from '../../src/commands/explain.ts'
import { holdCommand } from '../../src/commands/hold.ts'
import { importCommand } from '../../src/commands/import.ts'
import { keysCommand } from '../../src/commands/keys.ts'
import { launchCommand } from '../../src/commands/launch.ts'
import { launchesCommand } from '../../src/commands/launches.ts'
import { planCommand } from '../../src/commands/plan.ts'
import { previewCommand } from '../../src/commands/preview.ts'
import { schedulesCommand } from '../../src/commands/schedules.ts'
import { schemaCommand } from '../../src/commands/schema.ts'
import { simulateCommand } from '../../src/commands/simulate.ts'
import { startCommand } from '../../src/commands/start.ts'
import { validateCommand } from '../../src/commands/validate.ts'

export const factories = {
  applyCommand,
  auditCommand,
  bulkCommand,
  calendarCommand,
  configCommand,
  demoCommand,
  doctorCommand,
  explainCommand,
  holdCommand,
  importCommand,
  keysCommand,
  launchCommand,
  launchesCommand,
  planCommand,
  previewCommand,
  schedulesCommand,
  schemaCommand,
  simulateCommand,
  startCommand,
  validateCommand,
}

/** A fresh tree: commander keeps what it has parsed. Nothing in it acts. */
function commandTree(): Command {
  const root = new Command('sendoff').option('--config <file>').option('--jobs <dir>').version('0')
  for (const make of Object.values(factories)) root.addCommand(make())
  return silenced(root)
}

function silenced(command: Command): Command {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} })
  if (command.commands.length === 0) command.action(() => {})
  for (const child of command.commands) silenced(child)
  return command
}

/** Every command that does something, by the words that call it: `launches list`. */
export function leaves(command: Command = commandTree(), words: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[words.join(' '), command]]
  return command.commands.flatMap(child => leaves(child, [...words, child.name()]))
}

/** What the command line says against these words; undefined where it takes them. */
export async function complaint(words: readonly string[]): Promise<string | undefined> {
  try {
    await commandTree().parseAsync([...words], { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : error.message
    throw error
  }
}

/** Words of a shell line, as far as documents use the shell: quotes, comments, pipes, redirections. */
export function words(line: string): string[] {
  const found = [...line.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)]
  const all = found.map(([whole, single, double]) => ({ bare: whole, text: single ?? double ?? whole }))
  const end = all.findIndex(({ bare }) => /^([|#&;]|&&|\d?>.*|<.*)$/.test(bare))
  return all.slice(0, end < 0 ? undefined : end).map(({ text }) => text)
}

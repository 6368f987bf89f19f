import { Command } from 'commander'
import { urlOption } from './url-option.ts'

const examples = `Examples:
  sendoff schedules list                                       what is in force, and what comes next
  sendoff schedules show weekly-digest
  sendoff schedules pause weekly-digest --reason "new template" --until 2026-12-01T09:00
  sendoff schedules resume weekly-digest --reason "template is done"
  sendoff schedules skip weekly-digest --at 2026-12-28T09:00 --reason "holiday"
  sendoff schedules run weekly-digest --reason "09:00 was rejected, the tariff is raised"
`

/** `sendoff schedules list|show|pause|resume|skip|unskip|run`: the stored schedules, and what people decide about them. */
export function schedulesCommand(): Command {
  const schedules = new Command('schedules')
    .description('the stored schedules: pause and resume them, leave out a due time, run one now')
    .addHelpText('before', examples)
  addViews(schedules)
  addPauses(schedules)
  addDueTimes(schedules)
  schedules
    .command('run <name>')
    .description('launch what the schedule launches, now, beside its timetable')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .option(
      '--confirm-duplicate <HH:MM>',
      'the mailing went to the same audience at that time (UTC) within a day: mail them again',
    )
    .option('-y, --yes', 'do not ask', false)
    .option('--wait', 'wait until it is known what came of it', false)
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { runCommand } = await import('./schedules-decide.ts')
      process.exitCode = await runCommand(name, command.optsWithGlobals())
    })
  return schedules
}

function addViews(schedules: Command): void {
  schedules
    .command('list')
    .description('every stored schedule: next due time, pause, last launch and what came of it')
    .addOption(urlOption())
    .option('--json', 'an array of objects on standard output', false)
    .addHelpText('before', examples)
    .action(async (_options, command: Command) => {
      const { listCommand } = await import('./schedules-view.ts')
      await listCommand(command.optsWithGlobals())
    })
  schedules
    .command('show <name>')
    .description('one stored schedule with its pauses, what is left out, its newest launches and decisions')
    .addOption(urlOption())
    .option('--json', 'an object on standard output', false)
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { showCommand } = await import('./schedules-view.ts')
      await showCommand(name, command.optsWithGlobals())
    })
}

function addPauses(schedules: Command): void {
  schedules
    .command('pause <name>')
    .description('nothing of it goes out until it is resumed; what is due meanwhile is left out for good')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .option('--until <time>', 'when it ends by itself: local in the zone of the schedule, or with Z or an offset')
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { pauseCommand } = await import('./schedules-decide.ts')
      await pauseCommand(name, command.optsWithGlobals())
    })
  schedules
    .command('resume <name>')
    .description('end the pause; nothing is caught up')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { resumeCommand } = await import('./schedules-decide.ts')
      await resumeCommand(name, command.optsWithGlobals())
    })
}

function addDueTimes(schedules: Command): void {
  schedules
    .command('skip <name>')
    .description('leave out one coming due time')
    .requiredOption('--at <time>', 'which: local in the zone of the schedule, or with Z or an offset')
    .requiredOption('--reason <text>', 'why; kept on the record')
    .addOption(urlOption())
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { skipCommand } = await import('./schedules-decide.ts')
      await skipCommand(name, command.optsWithGlobals())
    })
  schedules
    .command('unskip <name>')
    .description('take back a skip before its time comes')
    .requiredOption('--at <time>', 'which: local in the zone of the schedule, or with Z or an offset')
    .option('--reason <text>', 'why; kept on the record', 'no reason was given')
    .addOption(urlOption())
    .addHelpText('before', examples)
    .action(async (name: string, _options, command: Command) => {
      const { unskipCommand } = await import('./schedules-decide.ts')
      await unskipCommand(name, command.optsWithGlobals())
    })
}

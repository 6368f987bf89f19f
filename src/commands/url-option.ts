/** `--url`: which commands ask a server, and what the others say to it. */
import { type Command, Option } from 'commander'
import { CommandEnding, exitCodes } from './ending.ts'

const flag = '--url <address>'

/** Of a command that can ask a server instead of Redis. */
export function urlOption(): Option {
  return new Option(flag, 'ask a server, such as http://127.0.0.1:8377, instead of Redis')
}

/** Has a command that takes no `--url` say so in a sentence: it must not do here what was meant for elsewhere. */
export function refuseUrl(command: Command): void {
  if (command.commands.length > 0 || command.options.some(({ long }) => long === '--url')) return
  command.addOption(new Option(flag).hideHelp())
  command.hook('preAction', () => {
    if (command.getOptionValue('url') === undefined) return
    const name = [command.parent?.parent ? `${command.parent.name()} ` : '', command.name()].join('')
    throw new CommandEnding(
      exitCodes.usage,
      `sendoff ${name} works on the files, or the Redis, of this folder and cannot ask a server: leave out --url`,
    )
  })
}

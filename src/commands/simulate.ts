import { Command } from 'commander'
import type { AltcraftOptions } from '../sandbox/altcraft.ts'
import type { Handled } from '../sandbox/handled.ts'
import { CommandEnding, exitCodes } from './ending.ts'

const examples = `Examples:
  sendoff simulate                                    everything goes well
  sendoff simulate --fault drop-after:x1              the first start is executed, its answer lost
  sendoff simulate --fault status=429:retry-after=2:x1/launch
  sendoff simulate --fault silent-after:p=0.05 --seed 7 --record starts.ndjson
  sendoff simulate --deduplication off --log-delay 30s --json
`

const faultHelp = `
Faults: name[=value], then any of :id=MAILING :on=start|log|status|any :p=PROBABILITY :xCOUNT[/mailing|/launch].
The first that matches wins. A start is executed under -after, delay, truncate, drip, mislabel and the two -error.
  refuse=CODE[:text=TEXT][:http=STATUS]   status=HTTP[:retry-after=VALUE]   status-after=HTTP[:retry-after=VALUE]
  delay=TIME  delay-after=TIME  drip=TIME  truncate=length|chunked|close|stall  mislabel  double-error  string-error
  drop  drop-after  reset  reset-after  reset-accept  reset-first-byte  silent  silent-after
  html  html-after  garbage  garbage-after  swallow  swallow-unmarked
Mailings from 900000 to 903999 have faults of their own: 900402 is refused with 402, 902002 loses its first answer.
All of it is explained in docs/simulate.md.
`

interface Flags {
  readonly port: string
  readonly host: string
  readonly tokenEnv?: string
  readonly fault?: readonly string[]
  readonly deduplication: string
  readonly replayRefusals: string
  readonly logDelay: string
  readonly seed: string
  readonly record?: string
  readonly json?: true
}

/** `sendoff simulate`: a stand-in for Altcraft in the foreground until SIGINT or SIGTERM. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('run a stand-in for Altcraft, with faults on demand, for rehearsals')
    .addHelpText('before', examples)
    .option('--port <number>', 'port to listen on, 0 for any free one', '8090')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--token-env <name>', 'environment variable with the only token to accept (default: any token)')
    .option('--fault <spec>', 'a fault to make, see below; may be repeated', (spec, all: string[] = []) => [
      ...all,
      spec,
    ])
    .option('--deduplication <on|off>', 'whether a repeated request is recognised and not executed', 'on')
    .option('--replay-refusals <on|off>', 'whether a repeat of a refused request gets the same refusal', 'on')
    .option('--log-delay <duration>', 'how late log_v2 and get_status show a start', '0s')
    .option('--seed <number>', 'for faults with a probability', '1')
    .option('--record <file>', 'append one JSON line per start, on disk before the answer')
    .option('--json', 'print one JSON line per request instead of readable lines')
    .addHelpText('after', faultHelp)
    .action(async (flags: Flags) => run(await readFlags(flags, process.env), flags.json === true))
}

/** Flags → options of the stand-in. Throws CommandEnding with a sentence about the first flag that is wrong. */
async function readFlags(flags: Flags, env: NodeJS.ProcessEnv): Promise<AltcraftOptions> {
  const { parseDuration } = await import('../files/duration.ts')
  const { FaultTextError, parseFault } = await import('../sandbox/fault-text.ts')
  const faults = (flags.fault ?? []).map(spec => {
    try {
      return parseFault(spec)
    } catch (error) {
      throw error instanceof FaultTextError ? misuse(`--fault: ${error.message}`) : error
    }
  })
  const logDelay = parseDuration(flags.logDelay)
  if (logDelay === undefined) {
    throw misuse(`--log-delay "${flags.logDelay}" is not a duration: write 500ms, 30s or 2m.`)
  }
  const token = flags.tokenEnv === undefined ? undefined : env[flags.tokenEnv]
  if (flags.tokenEnv !== undefined && !token) {
    throw misuse(`--token-env: the variable ${flags.tokenEnv} is not set, or empty.`)
  }
  return {
    host: flags.host,
    port: whole('--port', flags.port, 65_535),
    token,
    faults,
    deduplication: onOff('--deduplication', flags.deduplication),
    replayRefusals: onOff('--replay-refusals', flags.replayRefusals),
    logDelay,
    seed: whole('--seed', flags.seed, 4_294_967_295),
    record: flags.record,
  }
}

function whole(flag: string, text: string, most: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text)
  throw misuse(`${flag} "${text}" is not a whole number from 0 to ${most}.`)
}

function onOff(flag: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw misuse(`${flag} "${text}" is neither on nor off.`)
}

function misuse(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}

async function run(options: AltcraftOptions, json: boolean): Promise<void> {
  const { startAltcraft } = await import('../sandbox/altcraft.ts')
  const { describeHandled } = await import('../sandbox/handled.ts')
  const onEvent = (handled: Handled) => {
    process.stdout.write(`${json ? JSON.stringify(handled) : describeHandled(handled)}\n`)
  }
  const altcraft = await startAltcraft({ ...options, onEvent }).catch((error: Error) => {
    throw new CommandEnding(exitCodes.failed, `The stand-in cannot start: ${error.message}.`, { cause: error })
  })
  const stopped = signalled()
  process.stderr.write(`Stand-in for Altcraft listening on ${altcraft.url}\n`)
  await stopped
  await altcraft.close()
}

function signalled(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

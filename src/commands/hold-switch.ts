import { type HoldScope, holdOff, holdOn, holdsInForce, scopeName } from '../launches/hold.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { person } from './person.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface HoldFlags extends GlobalFlags {
  readonly reason: string
  readonly account?: string
  readonly mailing?: number
}

/** `hold on` and `hold off`. */
export async function holdSwitch(to: 'on' | 'off', flags: HoldFlags): Promise<void> {
  const reason = flags.reason.trim()
  if (reason === '') throw new CommandEnding(exitCodes.usage, '--reason must say why')
  await withLedger(flags, async ({ config, ledger }) => {
    const scope = scopeOf(flags, Object.keys(config.accounts))
    const name = scopeName(scope)
    if (to === 'on') {
      const fresh = await holdOn(ledger, scope, { cause: 'person', reason, by: person() })
      return say(
        fresh ? `Stopped: ${name}. Nothing of it leaves until sendoff hold off.` : `${name} was stopped already.`,
      )
    }
    const released = await holdOff(ledger, scope, reason, person())
    if (released === undefined)
      throw new CommandEnding(exitCodes.failed, `${name} is not stopped; sendoff hold status shows what is`)
    const left = await holdsInForce(ledger)
    say(
      `Released: ${name}; ${released} held launches go on${left.length === 0 ? '' : `. Still stopped: ${left.map(hold => hold.scope).join(', ')}`}.`,
    )
  })
}

/** `hold status`. */
export async function holdStatus(flags: GlobalFlags & { readonly json: boolean }): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const holds = await holdsInForce(ledger)
    if (flags.json)
      return void process.stdout.write(
        `${JSON.stringify(
          holds.map(hold => ({ ...hold, at: new Date(hold.at).toISOString() })),
          null,
          2,
        )}\n`,
      )
    if (holds.length === 0) return say('Nothing is stopped.')
    const rows = holds.map(hold => [hold.scope, new Date(hold.at).toISOString(), hold.by, hold.cause, hold.reason])
    process.stdout.write(`${table(['STOPPED', 'SINCE', 'BY', 'CAUSE', 'REASON'], rows)}\n`)
  })
}

function scopeOf(flags: HoldFlags, known: readonly string[]): HoldScope {
  const { account, mailing } = flags
  if (account === undefined && mailing === undefined) return { kind: 'all' }
  if (account === undefined) throw new CommandEnding(exitCodes.usage, '--mailing needs --account')
  if (!known.includes(account)) {
    throw new CommandEnding(
      exitCodes.usage,
      `--account ${account} is not configured (configured: ${known.join(', ') || 'none'})`,
    )
  }
  return mailing === undefined ? { kind: 'account', account } : { kind: 'mailing', account, mailing }
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

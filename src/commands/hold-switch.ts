import { closeBreaker, type OpenBreaker, openBreakers } from '../launches/breaker.ts'
import { type Hold, type HoldScope, holdCauses, holdOff, holdOn, holdsInForce, scopeName } from '../launches/hold.ts'
import type { Ledger } from '../launches/ledger.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { person } from './person.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface HoldFlags extends GlobalFlags {
  readonly reason: string
  readonly account?: string
  readonly mailing?: number
  readonly cause?: string
}

/** `hold on` and `hold off`. */
export async function holdSwitch(to: 'on' | 'off', flags: HoldFlags): Promise<void> {
  const reason = flags.reason.trim()
  if (reason === '') throw new CommandEnding(exitCodes.usage, '--reason must say why')
  await withLedger(flags, async ({ config, ledger }) => {
    if (to === 'on') {
      const scope = scopeOf(flags)
      checkAccount(flags, Object.keys(config.accounts))
      const fresh = await holdOn(ledger, scope, { cause: 'person', reason, by: person() })
      const name = scopeName(scope)
      return say(
        fresh ? `Stopped: ${name}. Nothing of it leaves until sendoff hold off.` : `${name} was stopped already.`,
      )
    }
    await endStop(ledger, scopeOf(flags), flags.cause, reason)
  })
}

/** An open breaker among the stops: it is the only one that ends by itself. */
interface Stopped extends Omit<Hold, 'cause'> {
  readonly cause: Hold['cause'] | 'breaker'
  /** When a breaker lets the next probe go; epoch milliseconds. */
  readonly tryAt?: number
}

const causes = [...holdCauses, 'breaker'] as const

/** The stops in force, and the breakers that are open. */
async function stopsInForce(ledger: Ledger): Promise<Stopped[]> {
  const [holds, breakers] = await Promise.all([holdsInForce(ledger), openBreakers(ledger)])
  return [...holds, ...breakers.map(asStop)]
}

function asStop({ account, since, failures, cause, tryAt }: OpenBreaker): Stopped {
  const reason = `${failures} failures in a row, the last: ${cause} It tries again at ${iso(tryAt)}`
  return { scope: scopeName({ kind: 'account', account }), cause: 'breaker', reason, by: 'service', at: since, tryAt }
}

/** A stop that somebody does not know of is not ended in passing: where there are several, the person says which. */
async function endStop(ledger: Ledger, scope: HoldScope, asked: string | undefined, reason: string): Promise<void> {
  const name = scopeName(scope)
  if (asked !== undefined && !causes.some(known => known === asked)) {
    throw new CommandEnding(exitCodes.usage, `--cause ${asked} is not one of ${causes.join(', ')}`)
  }
  const here = (await stopsInForce(ledger)).filter(hold => hold.scope === name)
  const wanted = here.filter(({ cause }) => asked === undefined || cause === asked)
  const [stop, second] = wanted
  if (second !== undefined) {
    const list = wanted.map(({ cause, reason: why, by }) => `  --cause ${cause}   ${why} (${by})`).join('\n')
    throw new CommandEnding(exitCodes.usage, `${name} is stopped for several causes; say which one ends:\n${list}`)
  }
  if (stop?.cause === 'breaker' || asked === 'breaker') return endBreaker(ledger, scope, reason)
  const cause = stop?.cause ?? holdCauses.find(known => known === asked) ?? 'person'
  const released = await holdOff(ledger, scope, cause, reason, person())
  if (released === undefined) {
    const what = asked === undefined ? 'stopped' : `stopped by ${asked}`
    throw new CommandEnding(exitCodes.failed, `${name} is not ${what}; sendoff hold status shows what is`)
  }
  const left = await stopsInForce(ledger)
  const ended = stop === undefined ? '' : ` (${stop.cause}: ${stop.reason})`
  const rest = left.map(({ scope: still, cause: why }) => `${still} (${why})`).join(', ')
  say(`Released: ${name}${ended}; ${released} held launches go on${rest === '' ? '' : `. Still stopped: ${rest}`}.`)
}

/** What waits for the breaker comes back by itself; nothing is held. */
async function endBreaker(ledger: Ledger, scope: HoldScope, reason: string): Promise<void> {
  const name = scopeName(scope)
  if (scope.kind !== 'account' || !(await closeBreaker(ledger, scope.account, reason, person()))) {
    throw new CommandEnding(
      exitCodes.failed,
      `the breaker of ${name} is not open; sendoff hold status shows what is stopped`,
    )
  }
  say(`Closed: the breaker of ${name}. What waited for it goes on within half a minute.`)
}

/** `hold status`. */
export async function holdStatus(flags: GlobalFlags & { readonly json: boolean }): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const holds = await stopsInForce(ledger)
    if (flags.json)
      return void process.stdout.write(
        `${JSON.stringify(
          holds.map(({ tryAt, ...hold }) => ({
            ...hold,
            at: iso(hold.at),
            ...(tryAt !== undefined && { tryAt: iso(tryAt) }),
          })),
          null,
          2,
        )}\n`,
      )
    if (holds.length === 0) return say('Nothing is stopped.')
    const rows = holds.map(hold => [hold.scope, iso(hold.at), hold.by, hold.cause, hold.reason])
    process.stdout.write(`${table(['STOPPED', 'SINCE', 'BY', 'CAUSE', 'REASON'], rows)}\n`)
  })
}

/** A stop is only set for what there is; one in force can be ended whatever the configuration says by now. */
function checkAccount({ account }: HoldFlags, known: readonly string[]): void {
  if (account === undefined || known.includes(account)) return
  const sentence = `--account ${account} is not configured (configured: ${known.join(', ') || 'none'})`
  throw new CommandEnding(exitCodes.usage, sentence)
}

function scopeOf({ account, mailing }: HoldFlags): HoldScope {
  if (account === undefined && mailing === undefined) return { kind: 'all' }
  if (account === undefined) throw new CommandEnding(exitCodes.usage, '--mailing needs --account')
  return mailing === undefined ? { kind: 'account', account } : { kind: 'mailing', account, mailing }
}

const iso = (at: number) => new Date(at).toISOString()

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

import { type StopCause, stopCauses } from '../duty/holds.ts'
import { type HoldScope, scopeName } from '../launches/hold.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { type Office, type OfficeFlags, withOffice } from './office.ts'

interface HoldFlags extends OfficeFlags {
  readonly reason: string
  readonly account?: string
  readonly mailing?: number
  readonly cause?: string
}

/** `hold on` and `hold off`. */
export async function holdSwitch(to: 'on' | 'off', flags: HoldFlags): Promise<void> {
  const reason = flags.reason.trim()
  if (reason === '') throw new CommandEnding(exitCodes.usage, '--reason must say why')
  const scope = scopeOf(flags)
  const cause = causeOf(flags)
  await withOffice(flags, async office => {
    if (to === 'off') return endStop(office, scope, cause, reason)
    checkAccount(flags, await office.accounts())
    const name = scopeName(scope)
    const fresh = await office.stop(scope, reason)
    say(fresh ? `Stopped: ${name}. Nothing of it leaves until sendoff hold off.` : `${name} was stopped already.`)
  })
}

function causeOf({ cause: asked }: HoldFlags): StopCause | undefined {
  const cause = stopCauses.find(known => known === asked)
  if (asked === cause) return cause
  throw new CommandEnding(exitCodes.usage, `--cause ${asked} is not one of ${stopCauses.join(', ')}`)
}

async function endStop(office: Office, scope: HoldScope, cause: StopCause | undefined, why: string): Promise<void> {
  const name = scopeName(scope)
  const answer = await office.endStop(scope, cause, why)
  switch (answer.kind) {
    case 'several': {
      const list = answer.stops.map(({ cause, reason, by }) => `  --cause ${cause}   ${reason} (${by})`).join('\n')
      throw new CommandEnding(exitCodes.usage, `${name} is stopped for several causes; say which one ends:\n${list}`)
    }
    case 'notStopped': {
      if (answer.cause === 'breaker')
        throw failed(`the breaker of ${name} is not open; sendoff hold status shows what is stopped`)
      throw failed(
        `${name} is not ${cause === undefined ? 'stopped' : `stopped by ${cause}`}; sendoff hold status shows what is`,
      )
    }
    case 'closed':
      return say(`Closed: the breaker of ${name}. What waited for it goes on within half a minute.`)
    case 'released': {
      const { launches, ended, left } = answer
      const was = ended === undefined ? '' : ` (${ended.cause}: ${ended.reason})`
      const rest = left.map(({ scope: still, cause: why }) => `${still} (${why})`).join(', ')
      say(`Released: ${name}${was}; ${launches} held launches go on${rest === '' ? '' : `. Still stopped: ${rest}`}.`)
    }
  }
}

/** `hold status`. */
export async function holdStatus(flags: OfficeFlags & { readonly json: boolean }): Promise<void> {
  await withOffice(flags, async office => {
    const holds = await office.holds()
    if (flags.json) return void process.stdout.write(`${JSON.stringify(holds, null, 2)}\n`)
    if (holds.length === 0) return say('Nothing is stopped.')
    const rows = holds.map(({ scope, at, by, cause, reason }) => [scope, at, by, cause, reason])
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

function failed(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.failed, sentence)
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

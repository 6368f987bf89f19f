import { isRefused, launchByHand, repeatOf } from '../launches/by-hand.ts'
import { type LaunchRequest, launchRequestSchema } from '../launches/launch.ts'
import { defaultPolicy } from '../launches/policy.ts'
import { readAttachmentFile } from '../timetable/attachment.ts'
import { serverNow } from '../timetable/planner.ts'
import { isZone, localTime } from '../timetable/zone.ts'
import { askBeforeLaunch, factsOf, mustBeFit, repeatRefusal, seeThrough } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { person } from './person.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

export interface LaunchFlags extends GlobalFlags {
  readonly account?: string
  readonly list?: number
  readonly segment?: number
  readonly limit?: number
  readonly content?: string
  readonly attach?: readonly string[]
  readonly at?: string
  readonly timezone?: string
  readonly reason?: string
  readonly confirmDuplicate?: string
  readonly yes: boolean
  readonly wait: boolean
  readonly json: boolean
}

/** Creates the launch and its job; with `--wait` follows it to its end. Returns the exit code. */
export async function launchNow(mailing: number, flags: LaunchFlags): Promise<number> {
  const request = requestOf(mailing, flags)
  const at = timeOf(flags)
  return withLedger(flags, async open => {
    const account = accountOf(flags, Object.keys(open.config.accounts))
    await mustBeFit(open, account)
    const { reason: why, confirmDuplicate } = flags
    const asked = await serverNow(open.ledger)
    const repeat = await repeatOf(open.ledger, account, request, confirmDuplicate, asked)
    if (isRefused(repeat)) throw repeatRefusal(request.id, repeat, asked)
    const when = at === undefined ? 'now' : `at ${new Date(at).toISOString()}`
    await askBeforeLaunch(flags, `${factsOf(account, request)}, ${when}`, String(request.id))
    const now = await serverNow(open.ledger)
    const launch = await launchByHand(
      open.ledger,
      open.queues,
      {
        account,
        request,
        due: at ?? now,
        // A person who launches by hand while another launch is on its way gets theirs after it, not instead of it.
        policy: { ...defaultPolicy, overlap: 'allow' },
        ...(repeat.kind === 'confirmed' ? { confirmed: repeat.at } : {}),
        by: person(),
        ...(why === undefined ? {} : { why }),
      },
      now,
    )
    return seeThrough(open, launch, flags)
  })
}

function requestOf(mailing: number, flags: LaunchFlags): LaunchRequest {
  if (flags.list !== undefined && flags.segment !== undefined) {
    throw new CommandEnding(exitCodes.usage, '--list and --segment exclude each other: a launch has one audience')
  }
  const source = flags.list ?? flags.segment
  return {
    id: mailing,
    ...(source === undefined
      ? {}
      : {
          override_source_type: flags.list === undefined ? ('segment' as const) : ('list' as const),
          override_source_id: source,
        }),
    ...(flags.limit === undefined ? {} : { override_limit: flags.limit }),
    ...(flags.content === undefined ? {} : { content: contentOf(flags.content) }),
    ...(flags.attach === undefined ? {} : { attach: flags.attach.map(attachmentOf) }),
  }
}

function contentOf(text: string): NonNullable<LaunchRequest['content']> {
  try {
    const content = launchRequestSchema.shape.content.parse(JSON.parse(text))
    if (content !== undefined) return content
  } catch {
    // Not JSON, or JSON of another shape: one sentence serves both.
  }
  throw new CommandEnding(exitCodes.usage, `--content must be a JSON object, like '{"city":"Riga"}'`)
}

function attachmentOf(file: string) {
  const read = readAttachmentFile(file)
  if (typeof read === 'string') throw new CommandEnding(exitCodes.usage, `--attach ${file} ${read}`)
  return read
}

function timeOf({ at, timezone }: LaunchFlags): number | undefined {
  if (at === undefined) return undefined
  const fail = (why: string) => new CommandEnding(exitCodes.usage, `--at ${at}: ${why}`)
  const hasOffset = /(Z|[+-]\d\d:\d\d)$/.test(at)
  if (!hasOffset && timezone === undefined) throw fail('say which zone with --timezone, or end it with Z or an offset')
  if (timezone !== undefined && !isZone(timezone)) throw fail(`${timezone} is not an IANA zone`)
  const reading = localTime(at, timezone ?? 'UTC')
  if (reading.kind === 'invalid') throw fail('is not a time; write it like 2026-12-24T09:00+01:00')
  if (reading.kind !== 'exact') throw fail(`clocks change at that hour in ${timezone}; end it with an offset`)
  if (reading.at < Date.now()) throw fail('has passed')
  return reading.at
}

function accountOf(flags: LaunchFlags, known: readonly string[]): string {
  const account = flags.account ?? (known.length === 1 ? known[0] : undefined)
  if (account !== undefined && known.includes(account)) return account
  const which = known.length === 0 ? 'none is configured' : `configured: ${known.join(', ')}`
  throw new CommandEnding(
    exitCodes.usage,
    account === undefined
      ? `say for which account with --account (${which})`
      : `--account ${account} is not configured (${which})`,
  )
}

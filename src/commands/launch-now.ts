import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { createLaunch, type NewLaunch } from '../launches/create.ts'
import { lastSent, manualCoolDown, manualSpan } from '../launches/guards.ts'
import { type LaunchRequest, launchRequestSchema, restStates } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { defaultPolicy } from '../launches/policy.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { Fitness } from '../redis/fitness.ts'
import { readAttachmentFile } from '../timetable/attachment.ts'
import { serverNow } from '../timetable/planner.ts'
import { isZone, localTime } from '../timetable/zone.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { launchLines, launchWhole } from './launch-view.ts'
import { person } from './person.ts'
import { type GlobalFlags, type OpenLedger, withLedger } from './with-ledger.ts'

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

/** After the last moment at which it may be sent, the service has this long to write down what came of it. */
const aftermath = 120_000

/** Creates the launch and its job; with `--wait` follows it to its end. Returns the exit code. */
export async function launchNow(mailing: number, flags: LaunchFlags): Promise<number> {
  const request = requestOf(mailing, flags)
  const at = timeOf(flags)
  return withLedger(flags, async open => {
    const account = accountOf(flags, Object.keys(open.config.accounts))
    await mustBeFit(open, account)
    const last = await confirmDuplicate(open, flags, account, request)
    await confirm(flags, account, request, at)
    const launch = await create(open, account, request, at, last, flags)
    await warnIfNobodySends(open, account)
    if (!flags.wait) {
      if (flags.json)
        write(JSON.stringify({ key: launch.key, state: 'planned', due: new Date(launch.due).toISOString() }))
      else write(launch.key)
      return 0
    }
    const record = await follow(open.ledger, launch)
    write(flags.json ? JSON.stringify(launchWhole(record), null, 2) : launchLines(record))
    return codeFor(record)
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

/** A launch that sendoff start would not send is not accepted either. Throws UnfitRedis. */
async function mustBeFit({ config, ledger }: OpenLedger, account: string): Promise<void> {
  const asked = new Map([[account, config.accounts[account]?.durability ?? 'disk']])
  await Fitness.of(ledger.redis, config.redis.requireDurable, asked)
}

/**
 * A mailing that went to the same people within a day goes again only for somebody who says which launch it repeats; returns
 * when that was.
 */
async function confirmDuplicate(
  { ledger }: OpenLedger,
  flags: LaunchFlags,
  account: string,
  request: LaunchRequest,
): Promise<number | undefined> {
  const now = await serverNow(ledger)
  const last = await lastSent(ledger, account, request)
  if (last === undefined || last <= now - manualSpan) {
    if (flags.confirmDuplicate === undefined) return undefined
    throw new CommandEnding(
      exitCodes.usage,
      '--confirm-duplicate: this mailing has not gone to this audience within a day',
    )
  }
  const time = new Date(last).toISOString().slice(11, 16)
  if (flags.confirmDuplicate === time) return last
  const minutes = Math.round((now - last) / 60_000)
  throw new CommandEnding(
    exitCodes.usage,
    `mailing ${request.id} went to this audience ${minutes} minutes ago, at ${new Date(last).toISOString()}. To mail the same people again, add --confirm-duplicate ${time}`,
  )
}

async function confirm(
  flags: LaunchFlags,
  account: string,
  request: LaunchRequest,
  at: number | undefined,
): Promise<void> {
  if (flags.yes) return
  const audience =
    request.override_source_id === undefined
      ? 'its own audience'
      : `${request.override_source_type} ${request.override_source_id}`
  const when = at === undefined ? 'now' : `at ${new Date(at).toISOString()}`
  const facts = `mailing ${request.id} of account ${account}, to ${audience}, limit ${request.override_limit ?? 'its own'}, ${when}`
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandEnding(
      exitCodes.usage,
      `this would mail real people (${facts}) and there is no terminal to ask. Add --yes.`,
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(`Launch ${facts}.\nType ${request.id} to confirm: `)
  terminal.close()
  if (typed.trim() !== String(request.id))
    throw new CommandEnding(exitCodes.failed, 'Not confirmed; nothing was launched.')
}

async function create(
  { ledger, queues }: OpenLedger,
  account: string,
  request: LaunchRequest,
  at: number | undefined,
  confirmed: number | undefined,
  { reason: why }: LaunchFlags,
): Promise<NewLaunch> {
  const now = await serverNow(ledger)
  const due = at ?? now
  const stamp = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')
  const launch: NewLaunch = {
    key: `manual-${stamp}-${request.id}-${randomBytes(4).toString('hex')}`,
    account,
    origin: 'manual',
    request,
    due,
    sendUntil: due + defaultPolicy.maxLateness,
    retryUntil: due + defaultPolicy.maxLateness,
    // A person who launches by hand while another launch is on its way gets theirs after it, not instead of it.
    policy: { ...defaultPolicy, overlap: 'allow' },
    guard: {
      ...{ maxPerDay: 1, since: due - manualSpan, coolDown: manualCoolDown, onHit: 'hold' as const },
      ...(confirmed === undefined ? {} : { confirmed }),
    },
    by: person(),
    ...(why === undefined ? {} : { why }),
  }
  await createLaunch(ledger, launch)
  await queues.add([
    { account, jobId: launch.key, delay: due - now, job: { key: launch.key, origin: 'manual', request } },
  ])
  return launch
}

async function warnIfNobodySends({ queues }: OpenLedger, account: string): Promise<void> {
  if ((await queues.workerCount(account)) > 0) return
  process.stderr.write(`Nothing is running that would send it: start sendoff start, or it expires.\n`)
}

async function follow(ledger: Ledger, launch: NewLaunch): Promise<LaunchRecord> {
  for (;;) {
    const record = await showLaunch(ledger, launch.key)
    if (!record) throw new CommandEnding(exitCodes.failed, `the record of ${launch.key} is gone`)
    if (restStates.includes(record.state) || record.state === 'unknown' || record.state === 'held') return record
    if ((await serverNow(ledger)) > launch.sendUntil + aftermath) return record
    await pauseFor(100)
  }
}

function codeFor({ state }: LaunchRecord): number {
  switch (state) {
    case 'launched':
      return 0
    case 'unknown':
    case 'swallowed':
      return exitCodes.unknown
    case 'held':
      return exitCodes.held
    default:
      return exitCodes.failed
  }
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

import { type DecisionAnswer, type DoubtEnd, endDoubt } from '../launches/doubt.ts'
import { lastSent, releaseGuarded } from '../launches/guards.ts'
import { cancelLaunch, releaseLaunch, retryLaunch } from '../launches/person.ts'
import { defaultPolicy } from '../launches/policy.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { serverNow } from '../timetable/planner.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { person } from './person.ts'
import { type GlobalFlags, type OpenLedger, withLedger } from './with-ledger.ts'

interface ReasonFlags extends GlobalFlags {
  readonly reason: string
}

interface ReleaseFlags extends ReasonFlags {
  readonly confirmDuplicate?: string
}

interface ResolveFlags extends ReasonFlags {
  readonly launched: boolean
  readonly notLaunched: boolean
  readonly writeOff: boolean
  readonly relaunch: boolean
  readonly at?: string
  readonly sendUntil?: string
}

/** `launches resolve KEY`. */
export async function resolveCommand(key: string, flags: ResolveFlags): Promise<void> {
  const chosen = [flags.launched, flags.notLaunched, flags.writeOff].filter(Boolean).length
  if (chosen !== 1) throw usage('say one of --launched, --not-launched and --write-off')
  if (flags.relaunch && !flags.notLaunched) throw usage('--relaunch goes with --not-launched')
  if (!flags.relaunch && (flags.at !== undefined || flags.sendUntil !== undefined))
    throw usage('--at and --send-until go with --relaunch')
  if (flags.relaunch && flags.sendUntil === undefined)
    throw usage('--relaunch needs --send-until: a late mailing is worse than none')
  await withLedger(flags, async open => {
    const now = await serverNow(open.ledger)
    const end = endOf(flags, now)
    obey(await endDoubt(open.ledger, key, undefined, end, person(), reasonOf(flags)), key)
    if (end.state === 'waiting') await queue(open, key, end.at - now)
    say(
      end.state === 'waiting'
        ? `${key} will be launched again at ${new Date(end.at).toISOString()}.`
        : `${key} is ${end.state}.`,
    )
  })
}

function endOf(flags: ResolveFlags, now: number): DoubtEnd {
  if (flags.launched) return { state: 'launched' }
  if (flags.writeOff) return { state: 'writtenOff' }
  if (!flags.relaunch) return { state: 'failed' }
  return {
    state: 'waiting',
    at: flags.at === undefined ? now : instant('--at', flags.at),
    sendUntil: instant('--send-until', flags.sendUntil ?? ''),
  }
}

/** `launches retry KEY`. */
export async function retryCommand(key: string, flags: ReasonFlags & { readonly sendUntil?: string }): Promise<void> {
  await withLedger(flags, async open => {
    const now = await serverNow(open.ledger)
    const sendUntil =
      flags.sendUntil === undefined ? now + defaultPolicy.maxLateness : instant('--send-until', flags.sendUntil)
    if (sendUntil <= now) throw usage('--send-until has passed')
    obey(await retryLaunch(open.ledger, key, sendUntil, person(), reasonOf(flags)), key)
    await queue(open, key, 0)
    say(`${key} is planned again; it may go out until ${new Date(sendUntil).toISOString()}.`)
  })
}

/** `launches release KEY`. */
export async function releaseCommand(key: string, flags: ReleaseFlags): Promise<void> {
  await withLedger(flags, async open => {
    const record = await showLaunch(open.ledger, key)
    if (!record) throw new CommandEnding(exitCodes.failed, `${key}: refused: there is no such launch.`)
    if (record.heldBy === 'preflight') {
      obey(await releaseLaunch(open.ledger, key, person(), reasonOf(flags)), key)
    } else {
      await releaseFromGuard(open, record, flags)
    }
    await queue(open, key, 0)
    say(`${key} is planned again; it may go out until ${new Date(record.sendUntil).toISOString()}.`)
  })
}

/** A person passes a guard by naming what it would double. */
async function releaseFromGuard({ ledger }: OpenLedger, record: LaunchRecord, flags: ReleaseFlags): Promise<void> {
  const { key, state, heldBy } = record
  if (state !== 'held' || heldBy !== 'guard') {
    throw new CommandEnding(
      exitCodes.failed,
      `${key}: refused: it is ${state}, and neither a guard nor preflight holds it.`,
    )
  }
  const last = await lastSent(ledger, record.account, record.request)
  const time = last === undefined ? '' : new Date(last).toISOString().slice(11, 16)
  if (last !== undefined && flags.confirmDuplicate !== time) {
    throw usage(
      `mailing ${record.mailing} last went to this audience at ${new Date(last).toISOString()}. To mail the same people again, add --confirm-duplicate ${time}`,
    )
  }
  obey(await releaseGuarded(ledger, key, last, person(), reasonOf(flags)), key)
}

/** `launches cancel KEY`. */
export async function cancelCommand(key: string, flags: ReasonFlags): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    obey(await cancelLaunch(ledger, key, person(), reasonOf(flags)), key)
    say(`${key} is cancelled.`)
  })
}

/** The job of the earlier attempt may still be there under the launch's own id. */
async function queue({ ledger, queues }: OpenLedger, key: string, delay: number): Promise<void> {
  const record = await showLaunch(ledger, key)
  if (!record) return
  await queues.add([{ account: record.account, jobId: `${key}~again${record.notes.length}`, delay, job: { key } }])
}

function obey(answer: DecisionAnswer, key: string): void {
  if (answer.kind === 'refused') throw new CommandEnding(exitCodes.failed, `${key}: refused: ${answer.why}.`)
}

function instant(flag: string, text: string): number {
  const at = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw usage(`${flag} ${text} is not a time; write it like 2026-11-23T11:00+03:00`)
  return at
}

function reasonOf({ reason }: ReasonFlags): string {
  const text = reason.trim()
  if (text === '') throw usage('--reason must say why')
  return text
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

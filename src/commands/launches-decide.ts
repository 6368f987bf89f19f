import { callOff, letGo, resolveLaunch, tryAgain } from '../duty/launches.ts'
import type { DecisionAnswer, DoubtEnd } from '../launches/doubt.ts'
import { defaultPolicy } from '../launches/policy.ts'
import type { Decision } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { person } from './person.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

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
    obey(await resolveLaunch(open, key, end, decisionOf(flags)), key)
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
    const answer = await tryAgain(open, key, sendUntil, decisionOf(flags))
    if (answer.kind === 'passed') throw usage('--send-until has passed')
    obey(answer, key)
    say(`${key} is planned again; it may go out until ${new Date(sendUntil).toISOString()}.`)
  })
}

/** `launches release KEY`. */
export async function releaseCommand(key: string, flags: ReleaseFlags): Promise<void> {
  await withLedger(flags, async open => {
    const answer = await letGo(open, key, flags.confirmDuplicate, decisionOf(flags))
    switch (answer.kind) {
      case 'unconfirmed':
        throw usage(
          `mailing ${answer.mailing} last went to this audience at ${new Date(answer.at).toISOString()}. To mail the same people again, add --confirm-duplicate ${answer.confirmation}`,
        )
      case 'refused':
        return obey(answer, key)
      case 'done':
        say(`${key} is planned again; it may go out until ${new Date(answer.sendUntil).toISOString()}.`)
    }
  })
}

/** `launches cancel KEY`. */
export async function cancelCommand(key: string, flags: ReasonFlags): Promise<void> {
  await withLedger(flags, async open => {
    obey(await callOff(open, key, decisionOf(flags)), key)
    say(`${key} is cancelled.`)
  })
}

function obey(answer: DecisionAnswer, key: string): void {
  if (answer.kind === 'refused') throw new CommandEnding(exitCodes.failed, `${key}: refused: ${answer.why}.`)
}

function instant(flag: string, text: string): number {
  const at = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw usage(`${flag} ${text} is not a time; write it like 2026-11-23T11:00+03:00`)
  return at
}

function decisionOf({ reason }: ReasonFlags): Decision {
  const why = reason.trim()
  if (why === '') throw usage('--reason must say why')
  return { by: person(), why }
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

import { CommandEnding, exitCodes } from './ending.ts'
import type { DoubtSaid } from './office/launches.ts'
import { type OfficeFlags, withOffice } from './office.ts'

interface ReasonFlags extends OfficeFlags {
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
  const end = endOf(flags)
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const answer = await office.resolve(key, end, why)
    if (answer.kind === 'refused') throw refused(key, answer.why)
    const { at } = answer
    say(at === undefined ? `${key} is ${end.state}.` : `${key} will be launched again at ${iso(at)}.`)
  })
}

function endOf(flags: ResolveFlags): DoubtSaid {
  if (flags.launched) return { state: 'launched' }
  if (flags.writeOff) return { state: 'writtenOff' }
  if (!flags.relaunch) return { state: 'failed' }
  return {
    state: 'waiting',
    at: flags.at === undefined ? undefined : instant('--at', flags.at),
    sendUntil: instant('--send-until', flags.sendUntil ?? ''),
  }
}

/** `launches retry KEY`. */
export async function retryCommand(key: string, flags: ReasonFlags & { readonly sendUntil?: string }): Promise<void> {
  const sendUntil = flags.sendUntil === undefined ? undefined : instant('--send-until', flags.sendUntil)
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const answer = await office.retry(key, sendUntil, why)
    switch (answer.kind) {
      case 'passed':
        throw usage('--send-until has passed')
      case 'refused':
        throw refused(key, answer.why)
      case 'done':
        say(`${key} is planned again; it may go out until ${iso(answer.sendUntil)}.`)
    }
  })
}

/** `launches release KEY`. */
export async function releaseCommand(key: string, flags: ReleaseFlags): Promise<void> {
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const answer = await office.release(key, flags.confirmDuplicate, why)
    switch (answer.kind) {
      case 'unconfirmed':
        throw usage(
          `mailing ${answer.mailing} last went to this audience at ${iso(answer.at)}. To mail the same people again, add --confirm-duplicate ${answer.confirmation}`,
        )
      case 'refused':
        throw refused(key, answer.why)
      case 'done':
        say(`${key} is planned again; it may go out until ${iso(answer.sendUntil)}.`)
    }
  })
}

/** `launches cancel KEY`. */
export async function cancelCommand(key: string, flags: ReasonFlags): Promise<void> {
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const answer = await office.cancel(key, why)
    if (answer.kind === 'refused') throw refused(key, answer.why)
    say(`${key} is cancelled.`)
  })
}

function refused(key: string, why: string): CommandEnding {
  return new CommandEnding(exitCodes.failed, `${key}: refused: ${why}.`)
}

function instant(flag: string, text: string): number {
  const at = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw usage(`${flag} ${text} is not a time; write it like 2026-11-23T11:00+03:00`)
  return at
}

function reasonOf({ reason }: ReasonFlags): string {
  const why = reason.trim()
  if (why === '') throw usage('--reason must say why')
  return why
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

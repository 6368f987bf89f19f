import { factsOf } from '../duty/by-hand.ts'
import { localTimeText } from '../duty/local-time.ts'
import { type ScheduleWhole, unmintableWords } from '../duty/schedules.ts'
import { launchRequestSchema } from '../launches/launch.ts'
import { readMoment, readSpanEnd } from '../timetable/moment.ts'
import { askBeforeLaunch, repeatRefusal, seeThrough } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { RunRefused } from './office/schedules.ts'
import { type Office, type OfficeFlags, withOffice } from './office.ts'
import { shownZone } from './schedules-view.ts'

interface ReasonFlags extends OfficeFlags {
  readonly reason: string
}

interface AtFlags extends ReasonFlags {
  readonly at: string
}

interface RunFlags extends ReasonFlags {
  readonly confirmDuplicate?: string
  readonly yes: boolean
  readonly wait: boolean
  readonly json: boolean
}

/** `schedules pause NAME`. */
export async function pauseCommand(name: string, flags: ReasonFlags & { readonly until?: string }): Promise<void> {
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const zone = shownZone(await office.schedule(name, 1))
    const until = flags.until === undefined ? undefined : instant('--until', readSpanEnd(flags.until, zone))
    const answer = await office.pause(name, until, why)
    switch (answer.kind) {
      case 'noSchedule':
        throw removedMeanwhile(name)
      case 'ended':
        throw usage(`--until ${flags.until} has passed`)
      case 'paused':
      case 'changed': {
        const end = until === undefined ? 'until it is resumed' : `until ${localTimeText(until, zone)}`
        say(`${name} ${answer.kind === 'paused' ? 'is paused' : 'stays paused'} ${end}.`)
        for (const key of answer.sending) say(`${key} had begun and goes on.`)
      }
    }
  })
}

/** `schedules resume NAME`. */
export async function resumeCommand(name: string, flags: ReasonFlags): Promise<void> {
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    await office.schedule(name, 1)
    const { kind } = await office.resume(name, why)
    switch (kind) {
      case 'noSchedule':
        throw removedMeanwhile(name)
      case 'notPaused':
        throw failed(`${name} is not paused; sendoff schedules list shows what is`)
      case 'resumed':
        say(`${name} goes on; what was due while it was paused stays left out.`)
    }
  })
}

/** `schedules skip NAME --at TIME`. */
export async function skipCommand(name: string, flags: AtFlags): Promise<void> {
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const zone = shownZone(await mintable(office, name))
    const answer = await office.skip(name, instant('--at', readMoment(flags.at, zone)), why)
    switch (answer.kind) {
      case 'notDue': {
        const next = answer.next.map(at => `  ${localTimeText(at, zone)}`)
        const coming = next.length === 0 ? 'it is never due again' : `its next due times are\n${next.join('\n')}`
        throw usage(`--at ${flags.at} is no coming due time of ${name}; ${coming}`)
      }
      case 'leftOut':
        throw failed(`${answer.key} is left out already: ${answer.reason}`)
      case 'refused':
        throw failed(`${answer.key} cannot be left out: ${answer.why}; see sendoff launches cancel`)
      case 'scheduleChanged':
        throw failed(`${name} was changed in this very moment; look again and repeat`)
      case 'skipped':
        say(`${answer.key}, ${localTimeText(answer.due, zone)}, is left out.`)
    }
  })
}

/** `schedules unskip NAME --at TIME`. */
export async function unskipCommand(name: string, flags: AtFlags): Promise<void> {
  const why = reasonOf(flags)
  await withOffice(flags, async office => {
    const zone = shownZone(await mintable(office, name))
    const answer = await office.unskip(name, instant('--at', readMoment(flags.at, zone)), why)
    switch (answer.kind) {
      case 'notSkipped': {
        const skips = answer.skips.map(({ due, reason }) => `  ${localTimeText(due, zone)}  ${reason}`)
        const those = skips.length === 0 ? 'nobody has left out any' : `left out are\n${skips.join('\n')}`
        throw usage(`--at ${flags.at} is no coming due time of ${name} that a person has left out; ${those}`)
      }
      case 'refused':
        throw failed(`${answer.key}: ${answer.why}`)
      case 'scheduleChanged':
        throw failed(`${name} was changed in this very moment; look again and repeat`)
      case 'restored':
        say(`${answer.key}, ${localTimeText(answer.due, zone)}, is no longer left out.`)
    }
  })
}

/** `schedules run NAME`. Returns the exit code. */
export async function runCommand(name: string, flags: RunFlags): Promise<number> {
  const why = reasonOf(flags)
  return withOffice(flags, async office => {
    const { account, launch } = await mintable(office, name)
    const request = launchRequestSchema.parse(launch)
    const began = await office.now()
    // Looked at before a person is asked, and again afterwards: they may take their time.
    const refusal = await office.runBefore(name, flags.confirmDuplicate)
    if (refusal) throw refusedRun(name, request.id, refusal, began)
    await askBeforeLaunch(flags, `${name} now: ${factsOf(account ?? '', request)}`, name)
    const answer = await office.run(name, flags.confirmDuplicate, why)
    if (answer.kind !== 'run') throw refusedRun(name, request.id, answer, began)
    for (const warning of answer.warnings) say(`WARNING: ${warning}.`)
    return seeThrough(office, answer.made, flags)
  })
}

function refusedRun(name: string, mailing: number, refusal: RunRefused, now: number): CommandEnding {
  switch (refusal.kind) {
    case 'paused': {
      const { by, reason } = refusal
      return failed(
        `${name} is paused by ${by}: ${reason}. Resume it first, or launch the mailing itself: sendoff launch ${mailing}`,
      )
    }
    case 'closed':
      return failed(
        `${name} may not go out now: ${refusal.why}. To launch the mailing itself: sendoff launch ${mailing}`,
      )
    case 'unconfirmed':
    case 'imagined':
      return repeatRefusal(mailing, refusal, now)
  }
}

/** Throws CommandEnding where its due times cannot be worked out. */
async function mintable(office: Office, name: string): Promise<ScheduleWhole> {
  const schedule = await office.schedule(name, 1)
  if (schedule.unmintable === null) return schedule
  throw failed(unmintableWords(name, schedule.unmintable))
}

function reasonOf({ reason }: ReasonFlags): string {
  const why = reason.trim()
  if (why === '') throw usage('--reason must say why')
  return why
}

function instant(flag: string, reading: number | string): number {
  if (typeof reading === 'string') throw usage(`${flag} ${reading}`)
  return reading
}

function removedMeanwhile(name: string): CommandEnding {
  return failed(`${name} was removed in this very moment`)
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}

function failed(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.failed, sentence)
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

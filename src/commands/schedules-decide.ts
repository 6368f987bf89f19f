import { factsOf } from '../duty/by-hand.ts'
import { localTimeText } from '../duty/local-time.ts'
import { mustBeFit, type OpenLedger } from '../duty/open-ledger.ts'
import type { NewLaunch } from '../launches/create.ts'
import { readMoment, readSpanEnd } from '../timetable/moment.ts'
import { pauseSchedule, resumeSchedule } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import { isRunRefused, runPermission, runSchedule } from '../timetable/running.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { skipDueTime, unskipDueTime } from '../timetable/skipping.ts'
import { usedPlacesWords } from '../timetable/used-places.ts'
import { askBeforeLaunch, repeatRefusal, seeThrough } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { ledgerOffice } from './ledger-office.ts'
import type { Made } from './office.ts'
import { person } from './person.ts'
import { scheduleNamed, shownZone, storedNamed } from './stored-schedule.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface ReasonFlags extends GlobalFlags {
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
  const decision = decisionOf(flags)
  await withLedger(flags, async ({ ledger }) => {
    const zone = shownZone(await storedNamed(ledger, name))
    const until = flags.until === undefined ? undefined : instant('--until', readSpanEnd(flags.until, zone))
    const answer = await pauseSchedule(ledger, name, decision, until)
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
  const decision = decisionOf(flags)
  await withLedger(flags, async ({ ledger }) => {
    await storedNamed(ledger, name)
    const { kind } = await resumeSchedule(ledger, name, decision)
    switch (kind) {
      case 'noSchedule':
        throw removedMeanwhile(name)
      case 'notPaused':
        throw new CommandEnding(exitCodes.failed, `${name} is not paused; sendoff schedules list shows what is`)
      case 'resumed':
        say(`${name} goes on; what was due while it was paused stays left out.`)
    }
  })
}

/** `schedules skip NAME --at TIME`. */
export async function skipCommand(name: string, flags: AtFlags): Promise<void> {
  const decision = decisionOf(flags)
  await withLedger(flags, async ({ ledger, queues }) => {
    const stored = await scheduleNamed(ledger, name)
    const answer = await skipDueTime(ledger, queues, stored, atOf(flags, stored.schedule), decision)
    switch (answer.kind) {
      case 'notDue': {
        const next = answer.next.map(({ nominal }) => `  ${localTimeText(nominal, stored.schedule.when.timezone)}`)
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
        say(`${answer.key}, ${localTimeText(answer.due, stored.schedule.when.timezone)}, is left out.`)
    }
  })
}

/** `schedules unskip NAME --at TIME`. */
export async function unskipCommand(name: string, flags: AtFlags): Promise<void> {
  const decision = decisionOf(flags)
  await withLedger(flags, async ({ ledger, queues }) => {
    const stored = await scheduleNamed(ledger, name)
    const zone = stored.schedule.when.timezone
    const answer = await unskipDueTime(ledger, queues, stored, atOf(flags, stored.schedule), decision)
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
  const decision = decisionOf(flags)
  return withLedger(flags, async open => {
    const { schedule } = await scheduleNamed(open.ledger, name)
    await mustBeFit(open, schedule.account)
    const asked = await serverNow(open.ledger)
    // Looked at before a person is asked, and again afterwards: they may take their time.
    const permission = await runPermission(open.ledger, schedule, flags.confirmDuplicate)
    const refusal = isRunRefused(permission) ? permission : undefined
    if (!refusal) await askBeforeLaunch(flags, `${name} now: ${factsOf(schedule.account, schedule.launch)}`, name)
    const answer = refusal ?? (await runSchedule(open.ledger, open.queues, schedule, decision, flags.confirmDuplicate))
    switch (answer.kind) {
      case 'paused': {
        const { by, reason } = answer.pause
        throw failed(
          `${name} is paused by ${by}: ${reason}. Resume it first, or launch the mailing itself: sendoff launch ${schedule.launch.id}`,
        )
      }
      case 'closed':
        throw failed(
          `${name} may not go out now: ${answer.why}. To launch the mailing itself: sendoff launch ${schedule.launch.id}`,
        )
      case 'unconfirmed':
      case 'imagined':
        throw repeatRefusal(schedule.launch.id, answer, asked)
      case 'run':
        if (answer.usedPlaces)
          say(`WARNING: ${usedPlacesWords(name, answer.usedPlaces, 'with this run there have gone')}.`)
        return seeThrough(ledgerOffice(open), await madeOf(open, answer.launch), flags)
    }
  })
}

async function madeOf(
  { queues }: OpenLedger,
  launch: Pick<NewLaunch, 'key' | 'account' | 'due' | 'sendUntil'>,
): Promise<Made> {
  const { key, account, due, sendUntil } = launch
  return { key, due, sendUntil, workers: await queues.workerCount(account) }
}

function decisionOf({ reason }: ReasonFlags): { by: string; why: string } {
  const why = reason.trim()
  if (why === '') throw usage('--reason must say why')
  return { by: person(), why }
}

function atOf({ at }: AtFlags, { when }: Schedule): number {
  return instant('--at', readMoment(at, when.timezone))
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

/** Looks at mailings before their launches are due, and says what it finds. Never blocks a launch whose owner has not asked for it. */
import type { ReadStatus } from '../launches/evidence.ts'
import type { Ledger } from '../launches/ledger.ts'
import { checkMailing, type MailingCheck, pauseBetweenLooks, remedyFor } from '../launches/mailing-check.ts'
import { pauseAt } from '../launches/pause.ts'
import { type Look, lastLook, noteLook, takeLooks } from '../launches/preflight.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { isAboutRedis } from '../redis/trouble.ts'
import { decidedTimes } from './decided-times.ts'
import { pausesOf } from './pausing.ts'
import { serverNow } from './planner.ts'
import { storedSchedule } from './store.ts'

/** Looks per pass, and how many of them at once: Altcraft is asked gently, whatever is due. */
const mostPerPass = 50
const atOnce = 4
const patience = 20_000

interface PreflightFacts {
  readonly key: string
  readonly account: string
  readonly mailing: number
  /** Epoch milliseconds. */
  readonly due: number
}

interface PreflightListener {
  preflightProblem(facts: PreflightFacts, verdict: string, why: string, remedy: string): void
  preflightFine(facts: PreflightFacts): void
}

export interface PreflightTools {
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  /** Whether this process can ask in the name of the account. */
  readonly accounts: { has(account: string): boolean }
  readonly readStatus: ReadStatus
  readonly heard: PreflightListener
}

/** What one look is about. */
interface Subject extends PreflightFacts {
  readonly member: string
  readonly lease: number
  /** How long before its nominal time it was to be looked at first, in milliseconds. */
  readonly before: number
  /** No look for it after this. */
  readonly until: number
}

/** One pass: the looks whose time has come, a few mailings at once. `stop` lets those under way end early. */
export async function lookAhead(tools: PreflightTools, stop: AbortSignal): Promise<void> {
  const looks = await takeLooks(tools.ledger, mostPerPass)
  const subjects = await Promise.all(looks.map(look => readableSubject(tools.ledger, look)))
  // An account of another process is that process's to look at: its entries come round again.
  const own = subjects.filter(subject => subject !== undefined).filter(({ account }) => tools.accounts.has(account))
  const ofMailing = new Map<string, Subject[]>()
  for (const subject of own) {
    const place = `${subject.account}:${subject.mailing}`
    ofMailing.set(place, [...(ofMailing.get(place) ?? []), subject])
  }
  const mailings = [...ofMailing.values()]
  const next = async (): Promise<void> => {
    for (let mailing = mailings.shift(); mailing && !stop.aborted; mailing = mailings.shift()) {
      // One after another: what is found for the first of them holds for the others.
      for (const subject of mailing) await lookOnce(tools, subject, stop)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next))
}

async function lookOnce(tools: PreflightTools, subject: Subject, stop: AbortSignal): Promise<void> {
  const { ledger, heard } = tools
  const { account, mailing, key, due, member, lease } = subject
  const pause = pauseBetweenLooks(subject.before)
  const last = await lastLook(ledger, account, mailing)
  const now = await serverNow(ledger)
  const recent = last !== undefined && now - last.at < pause
  const check = recent ? last : await ask(tools, subject, stop)
  if (stop.aborted) return
  const next = (recent ? last.at : now) + pause
  const again = check.verdict !== 'fine' && next <= subject.until ? next : undefined
  const { verdict, why } = check
  const note = { member, lease, account, mailing, verdict, why, key, due, again, asked: !recent }
  const { announce, released } = await noteLook(ledger, note)
  if (announce === 'problem' && verdict !== 'fine') heard.preflightProblem(subject, verdict, why, remedyFor(verdict))
  if (announce === 'fine') heard.preflightFine(subject)
  if (released) await tools.queues.add([{ account, jobId: `${key}~look${now}`, delay: 0, job: { key } }])
}

function ask({ readStatus }: PreflightTools, { account, mailing }: Subject, stop: AbortSignal): Promise<MailingCheck> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)])
  return readStatus(account, mailing, signal).then(reading => checkMailing(mailing, reading))
}

/** A schedule that cannot be planned here is the planner's to tell; the looks of the others go on. */
async function readableSubject(ledger: Ledger, look: Look): Promise<Subject | undefined> {
  try {
    return await subjectOf(ledger, look)
  } catch (error) {
    if (isAboutRedis(error, ledger.redis)) throw error
    return undefined
  }
}

/** What the look is about; undefined where the launch will not go, as far as is known now: then it comes round again. */
async function subjectOf(ledger: Ledger, look: Look): Promise<Subject | undefined> {
  const { member, lease } = look
  if (look.kind === 'launch') {
    const { key, account, mailing, due, sendUntil, preflightAt } = look
    const schedule = await ledger.redis.hget(ledger.keys.launch(key), 'schedule')
    if (schedule !== null && pauseAt(await pausesOf(ledger, schedule), due)) return undefined
    return { member, lease, key, account, mailing, due, before: Math.max(0, due - preflightAt), until: sendUntil }
  }
  const schedule = storedSchedule(look.text)
  const { name, account, launch, policy } = schedule
  const [next] = decidedTimes(schedule, look.next - 1)
  // What is left out needs no look.
  if (!next || next.leftOut !== undefined || policy.preflight === 'off') return undefined
  const key = `${name}@${next.label}`
  // A record before the planner has made one is a person's word: it is skipped, or cancelled.
  if ((await ledger.redis.exists(ledger.keys.launch(key))) === 1) return undefined
  if (pauseAt(await pausesOf(ledger, name), next.due)) return undefined
  const facts = { member, lease, key, account, mailing: launch.id, due: next.due }
  return { ...facts, before: policy.preflight, until: next.nominal }
}

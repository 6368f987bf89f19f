/** What people declare of a batch in words, and what is asked before rows are tried again: the same for the command line and for HTTP. */
import type { BatchDeclaration } from '../bulk/batch.ts'
import { type BatchView, batchesNamed, showBatch } from '../bulk/read.ts'
import { parseDuration } from '../files/duration.ts'
import type { Ledger } from '../launches/ledger.ts'
import { policyInput } from '../launches/policy.ts'
import { readAllowance } from '../timetable/read-allowance.ts'
import { isZone } from '../timetable/zone.ts'

/** `MON-FRI 09:00-18:00` and so on, in the grammar of `allowed:` in schedule files; or why they mean nothing. */
export function hoursOf(spans: readonly string[], timezone: string | undefined): BatchDeclaration['hours'] | string {
  if (spans.length === 0) return undefined
  if (timezone === undefined) return 'say in which zone they are'
  if (!isZone(timezone)) return `${timezone} is not an IANA zone`
  const declared: object[] = []
  for (const span of spans) {
    const [, days, from, to] = /^(?:(.+) +)?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(span.trim()) ?? []
    if (from === undefined) return `${span}: write it as "MON-FRI 09:00-18:00" or "09:00-18:00"`
    declared.push({ from, to, ...(days === undefined ? {} : { days: days.split(/[ ,]+/) }) })
  }
  const { allowance, findings } = readAllowance(
    undefined,
    { allowed: { hours: declared, otherwise: 'move' } },
    undefined,
    [],
  )
  if (allowance?.allowed) return { timezone, allowed: allowance.allowed }
  return `${spans.join(', ')}: ${findings[0]?.sentence ?? 'write days as MON-FRI or SAT, and times from 00:00 to 24:00'}`
}

/** How long after its turn a row may still go out, as a policy; undefined where the text is no such duration. */
export function latenessPolicy(maxLateness: string) {
  const read = policyInput.safeParse({ maxLateness })
  return read.success && parseDuration(maxLateness) !== 0 ? read.data : undefined
}

/** The batch of this id, or those of this name, the newest first. */
export async function batchesCalled(ledger: Ledger, word: string): Promise<BatchView[]> {
  const views = await Promise.all((await batchesNamed(ledger, word)).map(id => showBatch(ledger, id)))
  return views.flatMap(view => view ?? [])
}

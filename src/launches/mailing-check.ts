/** What Altcraft's word about a mailing means for a launch that is due soon. Pure. */
import type { StatusReading } from './evidence.ts'

export const verdicts = ['fine', 'inactive', 'completed', 'missing', 'token', 'rights', 'unreachable'] as const
export type Verdict = (typeof verdicts)[number]

export interface MailingCheck {
  readonly verdict: Verdict
  /** What is wrong, in words; empty where it is fine. */
  readonly why: string
}

/**
 * Only an active mailing can be started. `is_completed` alone is no problem: a mailing that has run is completed, and an
 * active one is started again. https://guides.altcraft.com/en/developer-guide/campaigns/2195664
 */
export function checkMailing(mailing: number, reading: StatusReading): MailingCheck {
  if (reading.kind === 'read') {
    if (reading.active) return { verdict: 'fine', why: '' }
    const verdict = reading.completed ? 'completed' : 'inactive'
    const words = reading.completed ? 'is completed' : 'is not active'
    return { verdict, why: `mailing ${mailing} ${words} in Altcraft (status ${reading.status || 'unknown'})` }
  }
  const { error, why } = reading
  if (error === 401) return { verdict: 'token', why: `Altcraft does not accept the token: ${why}` }
  if (error === 403) return { verdict: 'rights', why: `the token may not look at mailing ${mailing}: ${why}` }
  if (error !== undefined && error >= 400 && error <= 499) {
    return { verdict: 'missing', why: `Altcraft does not show mailing ${mailing}: ${why}` }
  }
  return { verdict: 'unreachable', why: `nobody could tell whether mailing ${mailing} is active: ${why}` }
}

/** What a person can do about it. */
export function remedyFor(verdict: Exclude<Verdict, 'fine'>): string {
  switch (verdict) {
    case 'inactive':
    case 'completed':
      return 'Activate it in Altcraft: only active mailings can be started'
    case 'missing':
      return 'See whether this mailing exists in Altcraft, and whether the schedule has its right id'
    case 'token':
      return 'Give the account a token that Altcraft accepts, and restart Sendoff'
    case 'rights':
      return 'Give the role of the token the right to see and run this mailing'
    case 'unreachable':
      return 'See whether Altcraft answers, and whether baseUrl leads to it: sendoff doctor'
  }
}

const shortestPause = 1_000
const longestPause = 300_000

/** How long after a look the same mailing is not asked for again, by how long before its due time it is looked at first; ms. */
export function pauseBetweenLooks(before: number): number {
  return Math.min(longestPause, Math.max(shortestPause, Math.floor(before / 6)))
}

/** What to do next about a launch that the platform's log is to confirm. Pure; times in epoch milliseconds. */
import type { LogVerdict } from './log-evidence.ts'

/** When, after the answer, the log is read. Ten minutes of silence are no delay any more. */
export const confirmAfter = [10_000, 30_000, 120_000, 600_000] as const

export type ConfirmationStep =
  /** Look again at this time. */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'confirmed'; readonly words: string }
  /** The log can say neither; the launch stays as the answer left it. */
  | { readonly kind: 'unclear'; readonly words: string }
  /** The answer said success and nothing was started. `after`: how long the log was looked at. */
  | { readonly kind: 'swallowed'; readonly after: string }

/**
 * Takes when the answer came, how many readings there were with this one, and what this one found (`unread` where the log
 * could not be read). A log that shows fewer starts than there were launches near this one names none of them.
 */
export function confirmationStep(
  answered: number,
  readings: number,
  found: LogVerdict['evidence'] | 'unread',
): ConfirmationStep {
  if (found === 'started') return { kind: 'confirmed', words: 'the log shows its start' }
  if (found === 'explained') return { kind: 'unclear', words: 'the log shows a start that others may have made' }
  const next: number | undefined = confirmAfter[readings]
  if (next !== undefined) return { kind: 'wait', until: answered + next }
  if (found === 'unread') return { kind: 'unclear', words: 'the log could not be read' }
  return { kind: 'swallowed', after: `${confirmAfter[3] / 60_000} minutes` }
}

/** What an answer leaves open: whether what was asked for was carried out. */
import type { AnsweredProblem } from './call.ts'

const leavingDoubt: ReadonlySet<string> = new Set(['timeout', 'internal', 'inProgress', 'outcomeUnknown'])

/** Whether it may have been carried out all the same. */
export function leavesDoubt({ code }: AnsweredProblem): boolean {
  return leavingDoubt.has(code)
}

/**
 * Whether it says what became of a first try that nobody saw answered, under the same Idempotency-Key. Only what the ledger says
 * does. Whoever refuses before that, such as a server that is stopping or knows no such key by now, knows nothing of the first try.
 */
export function knowsOfFirstTry({ code, refusal }: AnsweredProblem): boolean {
  return code === 'repeat' || refusal !== undefined
}

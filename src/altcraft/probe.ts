/**
 * Whether the platform drops repeats on the very end point that starts mailings: two identical starts of a mailing that
 * cannot exist. https://guides.altcraft.com/en/developer-guide/miscellaneous/41484312 says that it may; nothing says that
 * it does here.
 */
import { randomUUID } from 'node:crypto'
import type { ArmedAccount } from '../config/account.ts'
import type { Observation } from '../launches/outcome.ts'
import type { Permit } from '../launches/start-mailing.ts'
import { createStartMailing } from './start-mailing.ts'

/** The largest id that fits 32 bits: installations count their mailings from 1. */
export const probedMailing = 2_147_483_647

/** `sentence`: what was seen, what it proves and what not. */
export type Probe =
  | { readonly kind: 'proven'; readonly sentence: string }
  /** The second request was looked at anew. */
  | { readonly kind: 'notProven'; readonly sentence: string }
  /** Nothing can be said either way. */
  | { readonly kind: 'unclear'; readonly sentence: string }
  /** The platform says that it started what cannot exist. */
  | { readonly kind: 'launched'; readonly sentence: string }

/**
 * Sends the two requests, the second only where the first was refused. Takes the account and a signal to give up. Never
 * throws. Nothing else may send with the account's Request-IDs, so the requests have an id of their own.
 */
export async function probeDeduplication(account: ArmedAccount, signal: AbortSignal): Promise<Probe> {
  const { startMailing, close } = createStartMailing(new Map([[account.name, account]]))
  const start = { account: account.name, requestId: `probe-${randomUUID()}`, request: { id: probedMailing } }
  const permit = async (): Promise<Permit> => ({ granted: true, stillOpen: () => true })
  try {
    const first = await startMailing(start, permit, signal)
    return judgeFirst(first) ?? judgeSecond(first, await startMailing(start, permit, signal))
  } finally {
    await close()
  }
}

/** What the first answer alone decides; undefined where it is the refusal that the probe needs. */
export function judgeFirst(first: Observation): Probe | undefined {
  const error = errorOf(first)
  if (first.kind === 'answered' && first.duplicate) {
    return unclear(
      `The first of the two requests was already marked as a repeat (${inWords(first)}); the mark means nothing here.`,
    )
  }
  if (error === undefined) return unclear(`The first of the two requests got no clear refusal: ${inWords(first)}.`)
  if (error === 0) {
    return {
      kind: 'launched',
      sentence: `ALTCRAFT SAYS THAT IT STARTED MAILING ${probedMailing}, which should not exist (${inWords(first)}). Look in Altcraft now for what was started. The second request was not sent.`,
    }
  }
  if (error === 401) return unclear(`The token was not accepted (${inWords(first)}); a probe needs one that is.`)
  return undefined
}

/** What the second answer says, after a first one that was a refusal. */
export function judgeSecond(first: Observation, second: Observation): Probe {
  const [refused, error] = [errorOf(first), errorOf(second)]
  if (second.kind !== 'answered' || error === undefined) {
    return unclear(`The second of the two requests got no clear answer: ${inWords(second)}.`)
  }
  const both = `first ${inWords(first)}, then ${inWords(second)}`
  if (second.duplicate && error === refused) return { kind: 'proven', sentence: provenSentence(both) }
  if (error === 0 && !second.duplicate) {
    return {
      kind: 'launched',
      sentence: `ALTCRAFT SAYS THAT IT STARTED MAILING ${probedMailing} AT THE SECOND REQUEST, which should not exist (${both}). Look in Altcraft now for what was started.`,
    }
  }
  if (second.duplicate) return unclear(`The repeat was marked as one but answered differently (${both}).`)
  if (error !== refused) return unclear(`Two identical requests got two answers and no mark of a repeat (${both}).`)
  // A token without the right to start may be turned away before anybody looks for repeats.
  if (error === 403)
    return unclear(`The token may not start mailings (${both}); the probe did not get as far as the check for repeats.`)
  return { kind: 'notProven', sentence: notProvenSentence(both) }
}

function provenSentence(both: string): string {
  return `Two identical starts of mailing ${probedMailing}, which does not exist: ${both}, marked as a repeat. This proves that this end point knows a repeat by its Request-ID and replays the answer of a request that it REFUSED. It does not prove how long it remembers, that all nodes of the installation remember together, or that a request it ACCEPTED is treated the same way.`
}

function notProvenSentence(both: string): string {
  return `Two identical starts of mailing ${probedMailing}, which does not exist: ${both}, without a mark of a repeat. Repeats of REFUSED requests are looked at anew here. Either repeats are not dropped at all, or only those of accepted requests are; a probe that mails nobody cannot tell which.`
}

/** The envelope's error, where the answer is whole, valid and not the platform's own trouble. */
function errorOf(observation: Observation): number | undefined {
  if (observation.kind !== 'answered' || observation.envelope.kind !== 'valid') return undefined
  const { status, envelope } = observation
  const meansIt = (status >= 200 && status < 300) || (status >= 400 && status < 500 && envelope.error !== 0)
  return meansIt ? envelope.error : undefined
}

function inWords(observation: Observation): string {
  switch (observation.kind) {
    case 'withheld':
      return observation.why
    case 'broken':
      return `${observation.detail} (${observation.code})`
    case 'answered': {
      const { status, envelope } = observation
      if (envelope.kind === 'invalid') return `HTTP ${status}, ${envelope.why}`
      const text = envelope.errorText === '' ? '' : ` ${JSON.stringify(envelope.errorText.slice(0, 200))}`
      return `${status === 200 ? '' : `HTTP ${status}, `}error ${envelope.error}${text}`
    }
  }
}

const unclear = (sentence: string): Probe => ({ kind: 'unclear', sentence })

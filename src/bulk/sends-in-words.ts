/** What went to the same people lately, in a sentence. Pure. */
import type { Send } from './objection.ts'

/** `mailing 90 went to segment 7 at 2026-11-24T11:20:00.000Z; …; and 4 more before`, the last first. */
export function sendsInWords(sends: readonly Send[], more: number): string {
  const told = sends.map(({ mailing, audience, at }) => {
    const whom = audience === 'own' ? 'its own audience' : audience.replace('-', ' ')
    return `mailing ${mailing} went to ${whom} at ${new Date(at).toISOString()}`
  })
  return [...told, ...(more === 0 ? [] : [`and ${more.toLocaleString('en')} more before`])].join('; ')
}

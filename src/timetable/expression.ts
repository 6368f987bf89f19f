/**
 * Dates in the values of `content`: `{{ due | plus:'1d' | date:'yyyy-MM-dd' }}`. What an expression is, and what it comes to for
 * a due time; read-expression.ts reads it. docs/schedule-files.md lists the filters. Pure.
 */
import { DateTime } from 'luxon'

/** One step of an expression, checked: applying it cannot fail. */
export type Filter =
  | {
      readonly kind: 'shift'
      readonly unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months'
      readonly amount: number
    }
  | { readonly kind: 'zone'; readonly zone: string }
  | { readonly kind: 'locale'; readonly locale: string }
  | { readonly kind: 'date'; readonly format: string }
  | { readonly kind: 'isoWeek' }
  | { readonly kind: 'isoYear' }

/** A piece of a text: what stands as it is, or the filters that the due time goes through. */
export type Piece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'due'; readonly filters: readonly Filter[] }

/** Whether rendering the text depends on the due time. */
export function dependsOnDue(pieces: readonly Piece[]): boolean {
  return pieces.some(({ kind }) => kind === 'due')
}

/** The text for a due time (epoch milliseconds) in a zone. Never fails for pieces that `readText` made. */
export function renderPieces(pieces: readonly Piece[], due: number, zone: string): string {
  return pieces.map(piece => (piece.kind === 'literal' ? piece.text : rendered(piece.filters, due, zone))).join('')
}

function rendered(filters: readonly Filter[], due: number, zone: string): string {
  // Month names and digits must not depend on the machine that mints.
  let time = DateTime.fromMillis(due, { zone, locale: 'en', numberingSystem: 'latn' })
  for (const filter of filters) {
    switch (filter.kind) {
      case 'shift':
        time = time.plus({ [filter.unit]: filter.amount })
        break
      case 'zone':
        time = time.setZone(filter.zone)
        break
      case 'locale':
        time = time.setLocale(filter.locale)
        break
      case 'date':
        return time.toFormat(filter.format)
      case 'isoWeek':
        return String(time.weekNumber)
      case 'isoYear':
        return String(time.weekYear)
    }
  }
  return ''
}

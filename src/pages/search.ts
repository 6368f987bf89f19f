/** What people type into the search: `mailing:90 state:unknown error:402 weekly`. It is the page's address and nothing else. Pure. */
import { type State, states } from '../launches/launch.ts'
import type { LaunchFilter } from '../launches/list.ts'
import { readSpanEnd } from '../timetable/moment.ts'

export const searchWords = ['mailing', 'state', 'schedule', 'batch', 'account', 'error', 'from', 'to'] as const
type SearchWord = (typeof searchWords)[number]

export interface Search {
  /** As it was typed. */
  readonly text: string
  readonly filter: LaunchFilter
  /** What else must stand in the key, the answer or the reason; small letters. */
  readonly free: readonly string[]
  /** Parts that mean nothing, as they were typed. */
  readonly misread: readonly { readonly part: string; readonly word: SearchWord }[]
}

/** Reads it. Values with spaces stand in quotes: `schedule:"a b"`. Dates without an offset are in `zone`. */
export function readSearch(text: string, zone: string): Search {
  const filter: { -readonly [Name in keyof LaunchFilter]: LaunchFilter[Name] } = {}
  const free: string[] = []
  const misread: { part: string; word: SearchWord }[] = []
  for (const [part] of text.matchAll(/(?:[^\s":]+:)?"[^"]*"|\S+/g)) {
    const [, name = '', quoted] = /^([a-z]+):(.*)$/s.exec(part) ?? []
    const word = searchWords.find(each => each === name)
    if (word === undefined || quoted === undefined) {
      free.push(unquoted(part).toLowerCase())
      continue
    }
    const read = readWord(word, unquoted(quoted), zone)
    if (read === undefined) misread.push({ part, word })
    else Object.assign(filter, read)
  }
  return { text, filter, free: free.filter(each => each !== ''), misread }
}

function readWord(word: SearchWord, value: string, zone: string): LaunchFilter | undefined {
  switch (word) {
    case 'mailing': {
      return /^\d{1,15}$/.test(value) ? { mailing: Number(value) } : undefined
    }
    case 'error':
      return /^-?\d{1,15}$/.test(value) ? { error: Number(value) } : undefined
    case 'state': {
      const state = states.find((each: State) => each.toLowerCase() === value.toLowerCase())
      return state === undefined ? undefined : { state }
    }
    case 'schedule':
    case 'batch':
    case 'account':
      return value === '' ? undefined : { [word]: value }
    case 'from':
    case 'to': {
      const at = readSpanEnd(value, zone)
      return typeof at === 'number' ? { [word]: at } : undefined
    }
  }
}

function unquoted(text: string): string {
  return text.replaceAll('"', '')
}

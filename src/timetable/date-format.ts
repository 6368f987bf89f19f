/** The letters that `date:'…'` understands: a closed list of luxon's tokens. Pure. */
import { didYouMean } from '../files/suggestion.ts'

/** Token → what it writes, as docs/schedule-files.md says. https://moment.github.io/luxon/#/formatting?id=table-of-tokens */
export const dateTokens = {
  yyyy: 'the year, 2026',
  yy: 'its last two digits, 26',
  q: 'the quarter, 4',
  MMMM: 'the month as in a date, November',
  MMM: 'the same, shortened, Nov',
  MM: 'the month in two digits, 11',
  M: 'the month, 11',
  LLLL: 'the month by itself, November',
  LLL: 'the same, shortened, Nov',
  dd: 'the day in two digits, 05',
  d: 'the day, 5',
  ooo: 'the day of the year in three digits, 309',
  o: 'the day of the year, 309',
  EEEE: 'the weekday, Thursday',
  EEE: 'the same, shortened, Thu',
  E: 'the weekday as a number, Monday 1 to Sunday 7, 4',
  HH: 'the hour in two digits, 09',
  H: 'the hour, 9',
  hh: 'the hour of twelve in two digits, 09',
  h: 'the hour of twelve, 9',
  a: 'the half of the day, AM',
  mm: 'the minute in two digits, 00',
  m: 'the minute, 0',
  ss: 'the second in two digits, 00',
  s: 'the second, 0',
  kkkk: 'the ISO year, 2026',
  WW: 'the ISO week in two digits, 45',
  W: 'the ISO week, 45',
} as const

const known = Object.keys(dateTokens)
/** What other formatters call these. */
const elsewhere: Readonly<Record<string, string>> = {
  YYYY: 'yyyy',
  YY: 'yy',
  DD: 'dd',
  D: 'd',
  GGGG: 'kkkk',
  dddd: 'EEEE',
  ddd: 'EEE',
  cccc: 'EEEE',
  ccc: 'EEE',
}

/** What keeps a text from being a format: the sentence, and where in the text; undefined where nothing does. */
export function formatFlaw(format: string): { readonly at: number; readonly sentence: string } | undefined {
  if (format === '') return { at: 0, sentence: 'the format is empty: write yyyy-MM-dd' }
  let tokens = 0
  // What stands in single quotes is text; the rest is read in words, and words in runs of one letter, as luxon takes them.
  for (const { 0: part, index } of format.matchAll(/'[^']*'?|[A-Za-z]+/g)) {
    if (part.startsWith("'")) {
      if (part.length < 2 || !part.endsWith("'"))
        return { at: index, sentence: 'the quote inside the format is not closed' }
      continue
    }
    const runs = part.match(/(.)\1*/g) ?? []
    // `yyyyMMdd` is a date; `has` is a word, though each of its letters is a part of a date.
    const wrong = runs.find(run => !known.includes(run) || (run.length === 1 && runs.length > 1))
    if (wrong !== undefined)
      return { at: index, sentence: unknownToken(runs.length > 1 && wrong.length === 1 ? part : wrong) }
    tokens += runs.length
  }
  return tokens === 0 ? { at: 0, sentence: 'the format holds no part of a date: write yyyy-MM-dd' } : undefined
}

function unknownToken(run: string): string {
  const meant = elsewhere[run]
  const hint = meant === undefined ? (run.length > 2 ? didYouMean(run, known) : '') : `; did you mean "${meant}"?`
  return `"${run}" is not a part of a date${hint || '; letters that are text stand in quotes inside the format'}`
}

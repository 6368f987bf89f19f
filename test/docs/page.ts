/** What the tests of the documents read out of a page: tables, fenced blocks, sections. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../../', import.meta.url))

export function readPage(path: string): string {
  return readFileSync(`${repository}${path}`, 'utf8')
}

/** Every page of the repository, by its path: those of the top folder and those below docs/. */
export function allPages(): string[] {
  const top = readdirSync(repository).filter(name => name.endsWith('.md'))
  const below = readdirSync(`${repository}docs`, { recursive: true, encoding: 'utf8' }).map(name => `docs/${name}`)
  return [...top, ...below.filter(name => name.endsWith('.md'))].toSorted()
}

/** The text under a heading, up to the next heading of the same or a higher level. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split('\n')
  const start = lines.findIndex(line => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start < 0) throw new Error(`there is no heading "${heading}"`)
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1
  const length = lines
    .slice(start + 1)
    .findIndex(line => /^#+ /.test(line) && (/^#+/.exec(line)?.[0].length ?? 9) <= level)
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n')
}

/** The cells of every table row that is neither a header nor a rule; a pipe inside a cell is written `\|`. */
export function rowsOf(text: string): string[][] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    const isRow = line.startsWith('|') && !/^[|\s:-]+$/.test(line) && !/^\|[|\s:-]+$/.test(lines[index + 1] ?? '')
    if (!isRow) return []
    const cells = line.replaceAll('\\|', '\u0000').split('|').slice(1, -1)
    return [cells.map(cell => cell.trim().replaceAll('\u0000', '|'))]
  })
}

/** The fenced blocks of a page, with the word after the fence. */
export function blocksOf(page: string): { readonly language: string; readonly text: string }[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }))
}

/** A cell without its backticks. */
export function plain(cell: string | undefined): string {
  return (cell ?? '').replaceAll('`', '')
}

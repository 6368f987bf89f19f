import { describe, expect, it } from 'vitest'
import { ended } from '../commands/both-ways.ts'
import { words } from './command-tree.ts'
import { blocksOf, readPage } from './page.ts'

/** Each command line of a page's console blocks with what the page says it prints. */
const transcripts = blocksOf(readPage('docs/time.md'))
  .filter(({ language }) => language === 'console')
  .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
  .map(entry => {
    const [line = '', ...printed] = entry.split('\n')
    return [line, printed.join('\n')] as const
  })

describe('what docs/time.md says a command prints', () => {
  it('is found at all', () => expect(transcripts.length).toBeGreaterThan(4))

  it.each(transcripts)('is printed by: %s', async (line, printed) => {
    const { stdout, stderr } = await ended(words(line).slice(1))
    expect(stdout + stderr).toBe(printed)
  })
})

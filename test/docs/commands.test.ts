import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/commands/ending.ts'
import { complaint, factories, leaves, words } from './command-tree.ts'
import { allPages, blocksOf, plain, readPage, rowsOf, sectionOf } from './page.ts'

const page = readPage('docs/commands.md')
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
const flagsIn = (text: string) => [...text.matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag)

describe('docs/commands.md', () => {
  it('is checked against the commands that the command line puts together', () => {
    const inCli = [...readPage('src/commands/command-line.ts').matchAll(/^ {4}(\w+Command)\(\),$/gm)].map(
      ([, name = '']) => name,
    )
    expect(inCli.toSorted()).toEqual(Object.keys(factories).toSorted())
  })

  it.each(leaves())('describes every option of sendoff %s, and no other', (name, command) => {
    const heading = headings.find(each => new RegExp(`^\`sendoff ${name}( [[A-Z|a-z.\\]]+)?\`$`).test(each))
    const section = sectionOf(page, heading ?? name)
    const described =
      name === 'simulate' ? flagsIn(section) : rowsOf(section).flatMap(([option = '']) => flagsIn(option))
    expect(described.toSorted()).toEqual(command.options.map(({ long }) => long ?? '').toSorted())
  })

  it('describes the options that the command line gives to every command', () => {
    const own = [...readPage('src/commands/command-line.ts').matchAll(/'(?:-\w, )?(--[a-z]+)(?: <\w+>)?'/g)].map(
      ([, flag = '']) => flag,
    )
    const described = rowsOf(sectionOf(page, 'Options of every command')).flatMap(([option = '']) => flagsIn(option))
    expect(described.toSorted()).toEqual([...own, '--help'].toSorted())
  })

  it('lists every exit code', () => {
    const described = rowsOf(sectionOf(page, 'Exit codes')).map(([code]) => Number(plain(code)))
    expect(described).toEqual([0, ...Object.values(exitCodes)].toSorted((a, b) => a - b))
  })
})

describe('command lines in the documents', () => {
  const lines = allPages().flatMap(path =>
    blocksOf(readPage(path))
      .filter(({ language }) => ['console', 'sh', 'bash'].includes(language))
      .flatMap(({ text }) => text.split('\n'))
      .flatMap(line => {
        const called = /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:npx )?sendoff (.+)$/.exec(line)
        return called ? [[path, called[1] ?? ''] as const] : []
      }),
  )

  it('are found at all', () => expect(lines.length).toBeGreaterThan(10))

  it.each(lines)('%s: sendoff %s', async (_, line) => {
    expect(await complaint(words(line))).toBeUndefined()
  })
})

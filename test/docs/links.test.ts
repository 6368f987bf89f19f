import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allPages, readPage, repository } from './page.ts'

/** Prose and tables, without fenced blocks and code between backticks. */
const prose = (page: string) => page.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')

/** Anchors as GitHub makes them from headings. */
function anchorsOf(page: string): string[] {
  return [...page.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('links', () => {
  const links = allPages().flatMap(path =>
    [...readPage(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => [path, target] as const),
  )
  const inside = links.filter(([, target]) => !/^[a-z]+:/.test(target))

  it('are found at all', () => expect(inside.length).toBeGreaterThan(20))

  it.each(inside)('of %s to %s lead somewhere', (path, target) => {
    const [file = '', anchor] = target.split('#')
    const page = file === '' ? path : normalize(join(dirname(path), file))
    expect(existsSync(`${repository}${page}`)).toBe(true)
    if (anchor === undefined || statSync(`${repository}${page}`).isDirectory()) return
    expect(anchorsOf(readPage(page))).toContain(anchor)
  })

  it('to the outside use https', () => {
    const outside = allPages().flatMap(path => [...prose(readPage(path)).matchAll(/\bhttp:\/\/[^\s)>]+/g)].map(String))
    expect(outside).toEqual([])
  })
})

describe('files that pages name', () => {
  const rooms = ['', 'src/', 'src/launches/']
  const named = allPages().flatMap(path =>
    [...readPage(path).matchAll(/`((?:[a-z-]+\/)*[a-z-]+\.(?:test\.)?ts)`/g)].map(
      ([, file = '']) => [path, file] as const,
    ),
  )

  it.each(named)('of %s exist: %s', (_, file) => {
    expect(rooms.some(room => existsSync(`${repository}${room}${file}`))).toBe(true)
  })
})

describe('decisions', () => {
  const decisions = allPages().filter(path => path.startsWith('docs/decisions/'))

  it.each(decisions)('%s has a status, a context, a decision and consequences', path => {
    const parts = [...readPage(path).matchAll(/^\*\*(\w+)[:.]\*\*/gm)].map(([, part]) => part)
    expect(parts).toEqual(['Status', 'Context', 'Decision', 'Consequences'])
  })

  it('are numbered without gaps', () => {
    const numbers = decisions.map(path => Number(/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })
})

describe('README.md', () => {
  it('is no longer than 150 lines', () => expect(readPage('README.md').split('\n').length).toBeLessThanOrEqual(150))
})

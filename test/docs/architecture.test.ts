import { describe, expect, it } from 'vitest'
import { plain, readPage, rowsOf, sectionOf } from './page.ts'

const page = readPage('docs/architecture.md')

describe('docs/architecture.md', () => {
  it('says of every room what the test of the imports lets it import', () => {
    const enforced = [...readPage('test/architecture.test.ts').matchAll(/^ {2}(\w+): \[([^\]]*)\],$/gm)].map(
      ([, room = '', rooms = '']) => [room, [...rooms.matchAll(/\w+/g)].join(', ')],
    )
    const said = rowsOf(sectionOf(page, 'Rooms')).map(([room, , rooms]) => [plain(room), plain(rooms)])
    expect(enforced.length).toBeGreaterThan(5)
    expect(said).toEqual(enforced)
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { executes } from '../../src/sandbox/fault.ts'
import { formatFault, parseFault } from '../../src/sandbox/fault-text.ts'
import { reservedMailings } from '../../src/sandbox/reserved-mailings.ts'

const page = readFileSync(new URL('../../docs/simulate.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter(line => line.startsWith('|'))
  .map(line =>
    line
      .split('|')
      .map(cell => cell.trim())
      .slice(1, -1),
  )

describe('docs/simulate.md', () => {
  it('says of every fault whether the start is executed', () => {
    const said = rows
      .filter(([, executed]) => executed === 'yes' || executed === 'no')
      .flatMap(([names, executed]) =>
        [...(names ?? '').matchAll(/`([a-z-]+)/g)].map(([, name]) => [name, executed === 'yes'] as const),
      )
    expect(Object.fromEntries(said)).toEqual(executes)
    expect(said).toHaveLength(Object.keys(executes).length)
  })

  it('lists every reserved mailing with its fault', () => {
    const said = rows.flatMap(([id = '', , fault = '']) =>
      /^9\d{5}$/.test(id) ? [[Number(id), fault.replaceAll('`', '')] as const] : [],
    )
    const passing = [...reservedMailings].filter(([id]) => id < 990_000)
    expect(said).toEqual(passing.map(([id, fault]) => [id, formatFault({ ...fault, x: undefined })]))
  })

  it('gives only examples that can be read', () => {
    const examples = [...page.matchAll(/--fault ["']?([a-z][^"'\n`]+?)["']?(?= |\n|`)/g)].map(([, text]) => text ?? '')
    expect(examples.length).toBeGreaterThan(4)
    for (const text of examples) expect(() => parseFault(text)).not.toThrow()
  })
})

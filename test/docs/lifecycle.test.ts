import { describe, expect, it } from 'vitest'
import { reasons, states, transitions } from '../../src/launches/launch.ts'
import { outcomeTable } from '../../src/launches/outcome-table.ts'
import { blocksOf, plain, readPage, rowsOf, sectionOf } from './page.ts'

const page = readPage('docs/launch-lifecycle.md')

describe('the diagram in docs/launch-lifecycle.md', () => {
  const diagram = blocksOf(page).find(({ language }) => language === 'mermaid')?.text ?? ''
  const edges = [...diagram.matchAll(/^ +(\S+) --> (\S+)(?: : .+)?$/gm)].map(([, from, to]) => `${from} ${to}`)
  const ends = states.filter(state => transitions[state].length === 0)

  it('has exactly the changes of state that the table allows, and no other line', () => {
    const allowed = states.flatMap(from => transitions[from].map(to => `${from} ${to}`))
    const outer = [
      ...['planned', 'skipped', 'expired'].map(state => `[*] ${state}`),
      ...ends.map(state => `${state} [*]`),
    ]
    expect(edges.toSorted()).toEqual([...allowed, ...outer].toSorted())
    expect(diagram.trim().split('\n')).toHaveLength(edges.length + 2)
  })
})

describe('docs/launch-lifecycle.md', () => {
  it('says of every state what it means', () => {
    const said = rowsOf(sectionOf(page, 'States')).map(([state]) => plain(state))
    expect(said).toEqual(states)
  })

  it('lists every row of the outcome table in its order, with its outcome and how far a refusal reaches', () => {
    const said = rowsOf(sectionOf(page, 'Outcomes')).filter(cells => cells.length === 3)
    expect(said.map(([name, , outcome]) => `${name}: ${plain(outcome)}`)).toEqual(
      outcomeTable.map(({ name, outcome, stops }) => `${name}: ${outcome}${stops === undefined ? '' : ` (${stops})`}`),
    )
  })

  it('quotes every reason of the closed list', () => {
    const said = rowsOf(sectionOf(page, 'Reasons'))
    expect(said.map(([name]) => name)).toEqual(Object.keys(reasons))
    // A reason that goes on with somebody's own words is quoted up to them.
    for (const [name, text] of Object.entries(reasons))
      expect(said.find(([each]) => each === name)?.[1]).toContain(text)
  })
})

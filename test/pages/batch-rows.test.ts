import { expect, it } from 'vitest'
import { newestFirst } from '../../src/pages/read/batch-rows.ts'

it('rows that are due together stand by their numbers, the newest first', () => {
  const rows = [9, 30, 8, 25, 100].map(row => ({ due: row === 8 ? 2 : 1, key: `offers-1a2b#r-${row}` }))
  expect(rows.toSorted(newestFirst).map(({ key }) => key.slice(key.indexOf('#') + 1))).toEqual([
    'r-8',
    'r-100',
    'r-30',
    'r-25',
    'r-9',
  ])
})

import { expect, it } from 'vitest'
import { Repeats } from '../../src/bulk/repeats.ts'

it('A repeat is found on the line of the first, among a hundred thousand texts', () => {
  const repeats = new Repeats()
  for (let line = 1; line <= 100_000; line += 1) expect(repeats.firstLine(`text ${line}`, line)).toBeUndefined()
  for (let line = 1; line <= 100_000; line += 997) expect(repeats.firstLine(`text ${line}`, 200_000)).toBe(line)
  expect(repeats.firstLine('another', 200_001)).toBeUndefined()
})

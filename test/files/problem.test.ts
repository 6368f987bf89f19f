import { describe, expect, it } from 'vitest'
import { DeclarationError, formatProblem, inOrder, type Problem } from '../../src/files/problem.ts'

const problem = (where: string, line?: number, column?: number): Problem => ({
  severity: 'error',
  where,
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
  sentence: 'is wrong',
})

describe('problems', () => {
  it('name their place, and their severity where it is no error', () => {
    expect(formatProblem(problem('a.yaml', 3, 5))).toBe('a.yaml:3:5: is wrong')
    expect(formatProblem({ ...problem('REDIS_URL'), severity: 'warning' })).toBe('REDIS_URL: warning: is wrong')
  })

  it('stay one line without terminal codes, whatever they quote', () => {
    expect(formatProblem({ ...problem('a'), sentence: 'x\n\u001b[31my' })).toBe('a: x [31my')
  })

  it('are put in the order of their places, file by file', () => {
    const given = [problem('b', 9), problem('a', 2, 4), problem('b', 1), problem('a', 2, 1), problem('a')]
    expect(inOrder(given).map(formatProblem)).toEqual([
      'b:1:1: is wrong',
      'b:9:1: is wrong',
      'a: is wrong',
      'a:2:1: is wrong',
      'a:2:4: is wrong',
    ])
  })

  it('are thrown together', () => {
    expect(new DeclarationError([problem('a', 1), problem('b', 2)]).message).toBe('a:1:1: is wrong\nb:2:1: is wrong')
  })
})

import { describe, expect, it } from 'vitest'
import { FaultPlan, type Seen } from '../../src/sandbox/fault-plan.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'

function plan(texts: readonly string[], seed = 1): FaultPlan {
  const made = new FaultPlan(seed)
  made.set(texts.map(parseFault))
  return made
}

function start(mailing: number, launch = 'a'): Seen {
  return { call: 'start', mailing, launch }
}

describe('the choice of a fault', () => {
  it('takes the first that matches', () => {
    const faults = plan(['drop:id=7', 'reset'])
    expect(faults.forRequest(start(7))?.name).toBe('drop')
    expect(faults.forRequest(start(8))?.name).toBe('reset')
  })

  it('is for starts unless the fault says otherwise', () => {
    const faults = plan(['drop:on=log', 'reset'])
    expect(faults.forRequest({ call: 'log', mailing: 1, launch: 'a' })?.name).toBe('drop')
    expect(faults.forRequest({ call: 'status', mailing: 1, launch: 'a' })).toBeUndefined()
    expect(plan(['drop:on=any']).forRequest({ call: 'status', mailing: 1, launch: 'a' })?.name).toBe('drop')
  })

  it.each([
    ['x2', [true, true, false, false, false]],
    ['x1/mailing', [true, false, false, true, false]],
    ['x1/launch', [true, false, true, true, false]],
  ])('drop:%s happens so often', (count, happens) => {
    const faults = plan([`drop:${count}`])
    const seen = [start(1, 'a'), start(1, 'a'), start(1, 'b'), start(2, 'c'), start(2, 'c')]
    expect(seen.map(one => faults.forRequest(one) !== undefined)).toEqual(happens)
  })

  it('goes on to the next fault when one is used up', () => {
    const faults = plan(['drop:x1', 'drop:x1', 'reset'])
    expect([1, 2, 3].map(() => faults.forRequest(start(1))?.name)).toEqual(['drop', 'drop', 'reset'])
  })

  it('repeats its chances for the same seed, and nearly keeps the probability', () => {
    const draw = (seed: number) => {
      const faults = plan(['drop:p=0.3'], seed)
      return Array.from({ length: 5000 }, () => faults.forRequest(start(1)) !== undefined)
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    const share = draw(7).filter(Boolean).length / 5000
    expect(share).toBeGreaterThan(0.27)
    expect(share).toBeLessThan(0.33)
  })

  it('keeps the faults and forgets the counts on demand', () => {
    const faults = plan(['drop:x1'])
    expect(faults.forRequest(start(1))?.name).toBe('drop')
    expect(faults.forRequest(start(1))).toBeUndefined()
    faults.forgetCounts()
    expect(faults.forRequest(start(1))?.name).toBe('drop')
  })

  it('gives reserved mailings their own fault, once per launch, unless another matches first', () => {
    const faults = plan(['reset:x1'])
    const names = ['a', 'a', 'a', 'b'].map(launch => faults.forRequest(start(902_002, launch))?.name)
    expect(names).toEqual(['reset', 'drop-after', undefined, 'drop-after'])
  })

  it('keeps connections and requests apart', () => {
    const faults = plan(['reset-accept:x1', 'drop'])
    expect(faults.forRequest(start(1))?.name).toBe('drop')
    expect(faults.forConnection()?.name).toBe('reset-accept')
    expect(faults.forConnection()).toBeUndefined()
  })
})

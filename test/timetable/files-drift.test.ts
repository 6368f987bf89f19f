import { afterAll, beforeAll, expect, it } from 'vitest'
import { DeclarationError } from '../../src/files/problem.ts'
import { FilesDrift } from '../../src/timetable/files-drift.ts'
import { HttpStage } from '../http/stage.ts'
import { hourly, scheduleOf } from './stage.ts'

let stage: HttpStage
beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())

it('files differ from what is stored until either says what the other says', async () => {
  const [one, two] = [scheduleOf('one', hourly), scheduleOf('two', hourly)]
  const files = new FilesDrift(stage.ledger, [one, two])
  const changed = () => stage.ledger.redis.incr(stage.ledger.keys.revision)
  await stage.put(one)
  await changed()
  expect(await files.now()).toEqual({ kind: 'differ', names: ['two'] })
  await stage.put(two)
  await changed()
  expect(await files.now()).toBeUndefined()
  files.declare([one])
  expect(await files.now()).toEqual({ kind: 'differ', names: ['two'] })
  files.declare(new DeclarationError([]))
  expect(await files.now()).toEqual({ kind: 'refused', problems: 0 })
})

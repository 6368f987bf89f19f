import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { duration } from '../../src/files/duration.ts'
import { pathInWords, sentenceOf } from '../../src/files/finding.ts'
import { findingsIn } from '../../src/files/issues.ts'
import { withoutNotes } from '../../src/files/notes.ts'
import { publishedShape, shapeOf } from '../../src/files/shape.ts'

const schema = z.strictObject({
  count: z.int().positive(),
  share: z.number().min(0).max(1).optional(),
  kind: z.enum(['list', 'segment']).optional(),
  version: z.literal(1).optional(),
  wait: duration.optional(),
  on: z.boolean().optional(),
  label: z.string().optional(),
  tags: z.array(z.string()).min(1).optional(),
  place: z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })]).optional(),
  mode: z.union([z.enum(['memory', 'disk']), z.string().regex(/^replicas:\d$/)]).optional(),
  key: z.string().regex(/^k/, 'is not a key').meta({ secret: true }).optional(),
  people: z.record(z.string(), z.strictObject({ age: z.int() })).optional(),
})

const sentences = (value: unknown) => findingsIn(schema, value).map(finding => sentenceOf(finding, pathInWords))

describe('what is wrong with a value', () => {
  it.each([
    ['a missing key', {}, ['count is missing (a whole number above 0)']],
    ['text for a number', { count: '90' }, ['count: must be a whole number above 0, got "90" (remove the quotes)']],
    ['other text for a number', { count: 'x' }, ['count: must be a whole number above 0, got "x"']],
    ['a fraction', { count: 1.5 }, ['count: must be a whole number above 0, got 1.5']],
    ['a number too small', { count: 0 }, ['count: must be a whole number above 0, got 0']],
    [
      'a number too large to be exact',
      { count: 2 ** 60 },
      ['count: must be a whole number above 0, got 1152921504606847000'],
    ],
    ['infinity', { count: 1, share: Number.POSITIVE_INFINITY }, ['share: must be a number from 0 to 1, got Infinity']],
    [
      'a choice',
      { count: 1, kind: 'lists' },
      ['kind: must be one of list, segment, got "lists"; did you mean "list"?'],
    ],
    ['another version', { count: 1, version: 2 }, ['version: must be 1, got 2']],
    ['a duration without a unit', { count: 1, wait: 15 }, ['wait: must be a duration such as 2s, 15m or 30d, got 15']],
    [
      'a duration with a bad unit',
      { count: 1, wait: '15 min' },
      ['wait: "15 min" is not a duration: write a whole number and a unit, like 500ms, 2s, 15m, 12h or 30d'],
    ],
    ['text for a switch', { count: 1, on: 'true' }, ['on: must be true or false, got "true" (remove the quotes)']],
    ['a number for text', { count: 1, label: 5 }, ['label: must be text, got 5 (put it in quotes)']],
    ['nothing where something belongs', { count: null }, ['count: must be a whole number above 0, got nothing']],
    ['a map for a list', { count: 1, tags: {} }, ['tags: must be a list that is not empty, got a map']],
    ['an empty list', { count: 1, tags: [] }, ['tags: must be a list that is not empty, got a list']],
    ['an entry of a list', { count: 1, tags: ['a', 5] }, ['tags[1]: must be text, got 5 (put it in quotes)']],
    ['an unknown key', { count: 1, lable: '' }, ['unknown key "lable"; did you mean "label"?']],
    ['a key that shares a word', { count: 1, waiting_kind: '' }, ['unknown key "waiting_kind"; did you mean "kind"?']],
    ['a mistyped key, once', { cuont: 1 }, ['unknown key "cuont"; did you mean "count"?']],
    [
      'a choice of maps by the nearest',
      { count: 1, place: { evn: 'X' } },
      ['place: unknown key "evn"; did you mean "env"?'],
    ],
    [
      'a choice of maps with a bad value',
      { count: 1, place: { file: 3 } },
      ['place.file: must be text, got 3 (put it in quotes)'],
    ],
    ['no map at all', { count: 1, place: 'X' }, ['place: must be a map (env) or a map (file), got "X"']],
    [
      'a choice of words',
      { count: 1, mode: 'dsk' },
      ['mode: must be one of memory, disk or text, got "dsk"; did you mean "disk"?'],
    ],
    ['a secret, without repeating it', { count: 1, key: 'hunter2' }, ['key: the value is not a key']],
    ['a secret of another type', { count: 1, key: 5 }, ['key: must be text']],
    [
      'a map by name',
      { count: 1, people: { ann: { age: 'x' }, bob: {} } },
      ['people.ann.age: must be a whole number, got "x"', 'people.bob: age is missing (a whole number)'],
    ],
    [
      'no map',
      'x',
      ['must be a map (count, share, kind, version, wait, on, label, tags, place, mode, key, people), got "x"'],
    ],
  ])('says of %s', (_, value, expected) => {
    expect(sentences(value)).toEqual(expected)
  })

  it('shortens what it repeats, and never repeats text that may be JSON', () => {
    expect(sentences({ count: 'x'.repeat(200) })[0]).toHaveLength(105)
    expect(sentences({ count: '{"token": "canary"' })[0]).not.toContain('canary')
  })

  it('tells everything at once', () => {
    expect(sentences({ count: -1, kind: 3, lable: '', place: {}, people: [] })).toHaveLength(5)
  })
})

describe('notes', () => {
  it('are left out where keys are checked, and nowhere else', () => {
    const value = { 'x-why': 1, count: 1, people: { 'x-ray': { age: 4, 'x-born': 1990 } }, tags: ['x-a'] }
    expect(withoutNotes(value, shapeOf(schema))).toEqual({ count: 1, people: { 'x-ray': { age: 4 } }, tags: ['x-a'] })
  })

  it('are allowed by the published schema, which holds none of our own words', () => {
    const shape = publishedShape(schema, 'Test')
    expect(shape).toMatchObject({ title: 'Test', additionalProperties: false, patternProperties: { '^x-': {} } })
    expect(JSON.stringify(shape)).not.toMatch(/expects|secret/)
  })
})

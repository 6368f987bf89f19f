/** Whatever is sent, the answer is good or a problem with a code, and never our fault. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Door, type DoorName, doorNames, doors } from '../../src/http/doors.ts'
import { HttpStage } from './stage.ts'
import { flawsOfAnswer, seen } from './validator.ts'
import { fill } from './world.ts'

let stage: HttpStage
let key: string

beforeAll(async () => {
  stage = await HttpStage.open()
  await fill(stage)
  key = await stage.key('admin')
})
afterAll(() => stage.close())

/** Half a pair of surrogates cannot stand in an address. */
const isWhole = (text: string) => !/\p{Surrogate}/u.test(text)

/** Words that mean something here, so that requests get past the first check. */
const words = fc.constantFrom(
  ...[
    'main',
    'other',
    'weekly',
    'planned',
    'doubtful',
    'guarded',
    'launched',
    'relaunch',
    'writtenOff',
    'list',
    'person',
  ],
  ...[
    '2027-01-01T09:00:00Z',
    '2027-03-28T02:30',
    '08:40',
    'Europe/Berlin',
    'Mars/Base',
    '',
    ' ',
    '\u0000',
    '../..',
    '{{ due',
  ],
  ...['__proto__', 'constructor', "'; DROP", '\ud800', 'x'.repeat(2_000), 'sendoff_', '*', '1-1', '999999999999999'],
)
const names = fc.constantFrom(
  ...[
    'account',
    'request',
    'id',
    'override_source_type',
    'override_source_id',
    'override_limit',
    'content',
    'attach',
    'at',
  ],
  ...[
    'timezone',
    'confirmDuplicate',
    'reason',
    'sendUntil',
    'as',
    'until',
    'mailing',
    'cause',
    'name',
    'role',
    'accounts',
  ],
  ...['expires', '__proto__', 'toString', ''],
)
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    words,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
}))

/** Bodies that are right but for one thing or two. */
const right: Partial<Record<DoorName, object>> = {
  createLaunch: {
    account: 'main',
    request: { id: 90, content: { a: 1 } },
    at: '2027-01-01T09:00',
    timezone: 'UTC',
    reason: 'x',
  },
  retryLaunch: { reason: 'x', sendUntil: '2027-01-01T09:00:00Z' },
  resolveLaunch: { as: 'relaunch', reason: 'x', sendUntil: '2027-01-01T09:00:00Z' },
  pauseSchedule: { reason: 'x', until: '2027-01-01' },
  skipDueTime: { reason: 'x', at: '2027-01-01T09:00' },
  unskipDueTime: { reason: 'x', at: '2027-01-01T09:00' },
  setHold: { account: 'main', mailing: 3, reason: 'x' },
  createKey: { name: 'a', role: 'viewer', accounts: ['main'], expires: '2027-01-01T09:00:00Z', reason: 'x' },
}

const posts = doorNames.filter(name => doors[name].method === 'post' && name !== 'submitBatch')
const gets = doorNames.filter(name => doors[name].method === 'get' && name !== 'events')
const bodyFor = (name: DoorName) =>
  fc.oneof(
    value,
    fc
      .dictionary(names, value, { maxKeys: 2, noNullPrototype: true })
      .map(spoiled => ({ reason: 'x', ...right[name], ...spoiled })),
  )
const segment = fc
  .oneof(words, fc.string({ unit: 'binary', minLength: 1 }))
  .filter(text => isWhole(text) && text !== '')

async function mustBeSound(name: DoorName, response: Response, sent: string): Promise<void> {
  expect(response.status, sent).toBeLessThan(500)
  if (!response.ok) expect(response.headers.get('content-type'), sent).toBe('application/problem+json')
  expect(await flawsOfAnswer(name, response), sent).toEqual([])
}

it('bodies', async () => {
  const asked = fc.constantFrom(...posts).chain(name => fc.tuple(fc.constant(name), bodyFor(name), fc.uuid()))
  const property = fc.asyncProperty(asked, async ([name, body, idempotency]) => {
    const { path }: Door = doors[name]
    const address = path.replace('{key}', 'planned').replace('{name}', 'weekly').replace('{id}', 'none')
    const response = await stage.ask('POST', address, { key, body, headers: { 'idempotency-key': idempotency } })
    await mustBeSound(name, response, `${address} ${JSON.stringify(body)}`)
  })
  await fc.assert(property, { numRuns: 400 })
})

it('bodies that are no JSON', async () => {
  const property = fc.asyncProperty(fc.constantFrom(...posts), fc.string({ unit: 'binary' }), async (name, raw) => {
    const { path }: Door = doors[name]
    const address = path.replaceAll(/\{\w+\}/g, 'planned')
    const response = await stage.ask('POST', address, { key, raw, headers: { 'idempotency-key': 'a' } })
    await mustBeSound(name, response, `${address} ${raw}`)
  })
  await fc.assert(property, { numRuns: 100 })
})

it('files of rows', async () => {
  const file = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('id\n1\n', 'id,x\n1,2\n', '{"id":1}\n', 'id\n1\n1\n', '\ufeff', '[{"id":1}]', '[{"id":1},'),
  )
  const query = fc.dictionary(
    fc.constantFrom(
      'columns',
      'launch',
      'hours',
      'timezone',
      'maxLateness',
      'key',
      'ignore',
      'delimiter',
      'partial',
      'confirmDuplicate',
    ),
    fc
      .oneof(words, fc.constantFrom('{}', '{"id":1}', '{"content":{"a":"{{ due"}}', 'true', '15m', '09:00-18:00', 'x'))
      .filter(isWhole),
    { maxKeys: 3, noNullPrototype: true },
  )
  const type = fc.constantFrom('text/csv', 'application/x-ndjson', 'application/json')
  const property = fc.asyncProperty(file, query, type, async (raw, asked, contentType) => {
    const address = `/api/v1/batches?${new URLSearchParams({ account: 'main', name: 'fuzz', ...asked })}`
    const response = await stage.ask('POST', address, { key, raw, headers: { 'content-type': contentType } })
    await mustBeSound('submitBatch', response, `${address} ${raw}`)
  })
  await fc.assert(property, { numRuns: 150 })
})

it('addresses and queries', async () => {
  const query = fc.dictionary(
    fc.constantFrom(
      'state',
      'limit',
      'after',
      'from',
      'to',
      'days',
      'subject',
      'account',
      'mailing',
      'error',
      'count',
      'text',
      'x',
    ),
    fc.oneof(words, fc.integer().map(String), fc.string({ unit: 'binary' })).filter(text => isWhole(text)),
    { maxKeys: 3, noNullPrototype: true },
  )
  const property = fc.asyncProperty(fc.constantFrom(...gets), segment, query, async (name, part, asked) => {
    const { path }: Door = doors[name]
    const address = `${path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(part))}?${new URLSearchParams(asked)}`
    await mustBeSound(name, await stage.ask('GET', address, { key }), address)
  })
  await fc.assert(property, { numRuns: 200 })
})

it('got far enough to say something, and nothing of it was logged as a failure', () => {
  const good = posts.filter(name => [...(seen.get(name) ?? [])].some(status => status < 300))
  const refused = posts.filter(name => seen.get(name)?.has(400))
  expect(good.length).toBeGreaterThan(posts.length / 3)
  expect(refused).toEqual(posts)
  expect(stage.log).not.toContain('requestFailed')
})

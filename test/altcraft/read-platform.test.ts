import { describe, expect, it, onTestFinished } from 'vitest'
import { createReadPlatform } from '../../src/altcraft/read-platform.ts'
import type { ArmedAccount } from '../../src/config/account.ts'
import { type Altcraft, type AltcraftOptions, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import type { Handled } from '../../src/sandbox/handled.ts'
import { account, openPost, token } from './account.ts'
import { httpAnswer, openRawServer, type RawServer } from './raw-server.ts'

const never = new AbortController().signal

function reader(armed: ArmedAccount) {
  const platform = createReadPlatform(new Map([[armed.name, armed]]))
  onTestFinished(platform.close)
  return {
    log: (from = 0, signal = never) => platform.readLog('main', 42, from, signal),
    status: (signal = never) => platform.readStatus('main', 42, signal),
    platform,
  }
}

async function standIn(
  options: AltcraftOptions = {},
  more: Partial<ArmedAccount> = {},
): Promise<ReturnType<typeof reader> & { altcraft: Altcraft; armed: ArmedAccount; handled: Handled[] }> {
  const handled: Handled[] = []
  const altcraft = await startAltcraft({ token, onEvent: each => handled.push(each), ...options })
  onTestFinished(altcraft.close)
  const armed = account(altcraft.url, more)
  return { ...reader(armed), altcraft, armed, handled }
}

/** A server that answers every request with the same bytes. */
async function saying(
  body: string,
  {
    status = '200 OK',
    headers = [],
    more = {},
  }: { status?: string; headers?: string[]; more?: Partial<ArmedAccount> } = {},
): Promise<ReturnType<typeof reader> & { server: RawServer }> {
  const server = await openRawServer({ onRequest: visit => visit.socket.end(httpAnswer(status, body, headers)) })
  onTestFinished(server.close)
  return { ...reader(account(`http://127.0.0.1:${server.port}`, more)), server }
}

const entry = '{"level":"INFO","message":"Begin campaign","state":"start","time":"2024-04-02T17:57:01.504Z","value":""}'
const read = { at: Date.UTC(2024, 3, 2, 17, 57, 1, 504), state: 'start', message: 'Begin campaign' }
const log = (...entries: string[]) =>
  `{"data":[${entries}],"error":0,"error_text":"Successful operation","total_count":9}`

describe.each([
  { format: 'json', auth: 'body' },
  { format: 'json', auth: 'bearer' },
  { format: 'xml', auth: 'body' },
  { format: 'xml', auth: 'bearer' },
] as const)('asked in $format with the token as $auth', more => {
  it('the platform tells the start of a mailing, in order of time, and how far its clock is', async () => {
    const { log, armed } = await standIn({}, more)
    expect(await log()).toMatchObject({ kind: 'read', entries: [] })
    const before = Date.now()
    await openPost(armed).start()
    const reading = await expect
      .poll(async () => log(), { timeout: 5_000 })
      .toMatchObject({
        kind: 'read',
        entries: [{ state: 'start', message: 'Begin campaign' }, { state: 'end' }, { state: '' }],
      })
      .then(() => log())
    if (reading.kind !== 'read') throw new Error(reading.why)
    expect(reading.entries[0]?.at).toBeGreaterThanOrEqual(before)
    expect(Math.abs(reading.skew ?? Number.NaN)).toBeLessThan(1_500)
    expect(await log(Date.now() + 60_000)).toMatchObject({ kind: 'read', entries: [] })
  })

  it('one entry is a list of one', async () => {
    const { log, armed, altcraft } = await standIn({}, more)
    await openPost(armed).start()
    const started = Date.parse(altcraft.launches()[0]?.at ?? '')
    await expect.poll(async () => log(started + 151), { timeout: 5_000 }).toMatchObject({ entries: [{ state: '' }] })
  })

  it('the platform tells the state of a mailing', async () => {
    const { status } = await standIn({}, more)
    expect(await status()).toEqual({ kind: 'read', active: true, completed: false, status: 'Active' })
  })

  it('a token that is not accepted is a refusal', async () => {
    const { log, status } = await standIn({ token: 'another' }, more)
    expect(await log()).toMatchObject({ kind: 'unread', refused: true, why: expect.stringContaining('error 401') })
    expect(await status()).toMatchObject({ kind: 'unread', error: 401 })
  })
})

describe('a read', () => {
  it('sees nothing of a start until the log shows it', async () => {
    const { log, armed } = await standIn({ logDelay: 3_600_000 })
    await openPost(armed).start()
    expect(await log()).toMatchObject({ kind: 'read', entries: [] })
  })

  it('carries no Request-ID, so that it never passes for a repeat', async () => {
    const { log, status, handled } = await standIn()
    await log()
    await log()
    await status()
    expect(handled.map(({ request_id, repeat }) => ({ request_id, repeat }))).toEqual(
      Array(3).fill({ request_id: null, repeat: false }),
    )
  })

  it.each([
    ['drop', 'UND_ERR_SOCKET'],
    ['reset', 'ECONNRESET'],
    ['garbage', 'HTTPParserError'],
    ['html', 'document type'],
    ['truncate=length', 'UND_ERR'],
    ['status=502', 'HTTP 502'],
    ['status=307', 'HTTP 307'],
    ['double-error', 'more than one error'],
    ['string-error', 'not a whole number'],
    ['refuse=500', 'error 500'],
  ])('that meets %s says why, and is not tried again', async (fault, why) => {
    const faults = [parseFault(`${fault}:on=any`)]
    const { log, status, altcraft } = await standIn({ faults })
    expect(await log()).toMatchObject({ kind: 'unread', refused: false })
    expect(await status()).toMatchObject({ kind: 'unread' })
    expect(JSON.stringify(await log())).toMatch(why)
    expect(altcraft.requests()).toBe(3)
  })

  it('of a server that is silent ends at its deadline, and at once when it is given up', async () => {
    const faults = [parseFault('silent:on=any')]
    const { log, status } = await standIn({ faults }, { timeouts: { connect: 500, headers: 100, total: 200 } })
    expect(await log()).toMatchObject({ why: expect.stringContaining('SENDOFF_HEADERS_TIMEOUT') })
    expect(await status(AbortSignal.timeout(20))).toMatchObject({ why: expect.stringContaining('SENDOFF_STOPPED') })
    expect(await log(0, AbortSignal.abort())).toMatchObject({ kind: 'unread' })
  })

  it('of nobody, of an account that is not there and of a time that is none ends in words', async () => {
    const { log, platform } = reader(account('http://127.0.0.1:1'))
    expect(await log()).toMatchObject({ why: expect.stringContaining('ECONNREFUSED') })
    expect(await log(Number.NaN)).toMatchObject({ kind: 'unread' })
    expect(await platform.readStatus('other', 1, never)).toMatchObject({ why: expect.stringContaining('"other"') })
    await platform.close()
    expect(await log()).toMatchObject({ why: expect.stringContaining('closed') })
  })

  it('goes below the path of the base URL', async () => {
    const server = await openRawServer({ onRequest: visit => visit.socket.end(httpAnswer('200 OK', log())) })
    onTestFinished(server.close)
    await reader(account(`http://127.0.0.1:${server.port}/crm`)).log()
    expect(server.visits[0]?.received).toMatch(/^POST \/crm\/api\/v1\.1\/campaigns\/log_v2 HTTP\/1\.1\r\n/)
  })

  it('never tells the token', async () => {
    const body = `{"data":null,"error":402,"error_text":"no ${token}"}`
    expect(JSON.stringify(await (await saying(body)).log())).not.toContain(token)
    expect(JSON.stringify(await (await saying(`<html>${token}`)).status())).not.toContain(token)
  })
})

describe('the entries of a log', () => {
  it.each([
    ['with members in capitals', log(entry.replace(/"(\w+)":/g, (_, name) => `"${name.toUpperCase()}":`))],
    ['out of order', log(entry.replace('01.504', '02.000').replace('start', 'end'), entry)],
    ['among entries of unknown shape', log('7', '{}', '{"time":"yesterday","state":"start"}', '{"time":5}', entry)],
    ['with an offset and nanoseconds', log(entry.replace('17:57:01.504Z', '20:57:01.504000001+03:00'))],
    [
      'in XML with quotes',
      `<?xml version="1.0"?>\n<xml>\n <data array='true'>\n  <state>"start"</state><message>"Begin campaign"</message>
        <time>"2024-04-02T17:57:01.504Z"</time><value/></data><error>0</error><error_text/></xml>`,
    ],
  ])('are read %s', async (_, body) => {
    const reading = await (await saying(body)).log()
    expect(reading).toMatchObject({ kind: 'read' })
    expect(reading.kind === 'read' && reading.entries[0]).toEqual(read)
  })

  it.each([
    ['null', '{"data":null,"error":0}'],
    ['an empty list', log()],
    ['no element', '<xml><error>0</error></xml>'],
    ['an empty element', '<xml><data/><error>0</error></xml>'],
  ])('are none where the data is %s', async (_, body) => {
    expect(await (await saying(body)).log()).toMatchObject({ kind: 'read', entries: [] })
  })

  it.each([
    ['nobody understands', log('{"time":1712080621,"state":"start"}')],
    ['are missing', '{"error":0}'],
    ['are an object', '{"data":{},"error":0}'],
    ['may be cut', log(...Array<string>(1_000).fill(entry))],
    ['are too many bytes', log(`"${'x'.repeat(1024 * 1024)}"`)],
  ])('that %s are not silence', async (_, body) => {
    expect(await (await saying(body)).log()).toMatchObject({ kind: 'unread', refused: false })
  })

  it('may be longer than the answer to a start', async () => {
    const reading = await (await saying(log(...Array<string>(999).fill(entry)))).log()
    expect(reading.kind === 'read' && reading.entries.length).toBe(999)
  })
})

describe('the clock of the platform', () => {
  it.each([[-3_600_000], [90_000]])('is told as far as it is off: %d ms', async off => {
    const date = new Date(Date.now() + off).toUTCString()
    const reading = await (await saying(log(), { headers: [`date: ${date}`] })).log()
    expect(Math.abs((reading.kind === 'read' ? (reading.skew ?? Number.NaN) : Number.NaN) - off)).toBeLessThan(1_500)
  })

  it('is not known without a Date', async () => {
    expect(await (await saying(log())).log()).toMatchObject({ skew: undefined })
  })
})

describe('the state of a mailing', () => {
  it.each([
    ['in capitals', '{"Data":{"Is_Active":true,"IS_COMPLETED":false,"Status":"Inactive"},"error":0}'],
    [
      'in XML with quotes',
      '<xml><data><is_active>true</is_active><is_completed>"false"</is_completed><status>"Inactive"</status></data><error>0</error></xml>',
    ],
  ])('is read %s', async (_, body) => {
    expect(await (await saying(body)).status()).toEqual({
      kind: 'read',
      active: true,
      completed: false,
      status: 'Inactive',
    })
  })

  it('is unread where the answer does not tell it', async () => {
    expect(await (await saying('{"data":{"is_active":1},"error":0}')).status()).toMatchObject({ kind: 'unread' })
  })

  it.each(['401 Unauthorized', '403 Forbidden'])('is refused by a bare HTTP %s', async status => {
    const { status: ask, log } = await saying('no', { status })
    expect(await ask()).toMatchObject({ kind: 'unread', error: Number(status.slice(0, 3)) })
    expect(await log()).toMatchObject({ kind: 'unread', refused: true })
  })
})

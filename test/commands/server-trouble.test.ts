/** What stands between a command and a server, and what the command says of it: a sentence, an exit code, and never the key. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serverOffice } from '../../src/commands/server-office.ts'
import { leaves } from '../docs/command-tree.ts'
import { until } from '../flows/project.ts'
import { fill } from '../http/world.ts'
import { Between } from './between.ts'
import { BothWays, type Ended, ended } from './both-ways.ts'

const many = Array.from({ length: 40_000 }, (_, row) => `${row + 1},"${'x'.repeat(60)}"`)

/** Its last row is bad: it is met when others are on their way. */
const late = `id\n${Array.from({ length: 2_000 }, (_, row) => row + 1).join('\n')}\nx\n`

let ways: BothWays
let between: Between
const said: Ended[] = []
const keys: string[] = []

beforeAll(async () => {
  ways = await BothWays.open({
    'many.csv': `id,content.text\n${many.join('\n')}\n`,
    'rows.csv': 'id\n91\n92\n',
    'late.csv': late,
  })
})
beforeEach(async () => {
  await ways.stage.clear()
  await fill(ways.stage)
  await ways.useKey('admin')
  keys.push(ways.key)
  between = new Between(ways.url)
})
afterEach(() => between.close())
afterAll(async () => {
  await ways.close()
  vi.unstubAllEnvs()
})

async function run(url: string, ...words: readonly string[]): Promise<Ended> {
  const one = await ended([...words.map(word => word.replace('FOLDER', ways.folder)), '--url', url])
  said.push(one)
  return one
}

/** A problem as a server answers it. */
function saying(response: ServerResponse, status: number, code: string, detail: string): void {
  const problem = { type: `urn:sendoff:problem:${code}`, title: code, status, code, detail }
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
}

const launch = ['launch', '12', '--account', 'main', '--yes'] as const
const made = async () => (await ways.stage.ledger.redis.keys('*launch:manual*')).length

describe('a server', () => {
  it.each(['127.0.0.1:1', '127.0.0.1:2', 'nowhere.invalid'])(
    'that is not there is told, and nothing was asked for: %s',
    async where => {
      expect(await run(`http://${where}`, ...launch)).toMatchObject({
        code: 5,
        stderr: expect.stringMatching(/^http:\/\/\S+\/api\/v1 cannot be reached \(.+\); nothing was asked for\n$/),
      })
    },
  )

  it.each([
    ['no key', '', 'Send the header Authorization: Bearer with an API key; the key is in SENDOFF_KEY'],
    ['a wrong key', 'sendoff_x', 'The API key is unknown, revoked or expired; the key is in SENDOFF_KEY'],
  ])('that gets %s is answered with 4', async (_, key, words) => {
    vi.stubEnv('SENDOFF_KEY', key)
    expect(await run(ways.url, 'hold', 'status')).toMatchObject({ code: 4, stderr: expect.stringContaining(words) })
  })

  it('does not let a role do more than it may', async () => {
    await ways.stage.clear()
    await ways.useKey('viewer')
    expect(await run(ways.url, 'hold', 'on', '--reason', 'x')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'This takes the role operator, and the API key has viewer\n',
    })
  })

  it('is not shown to be another account by what a key of some accounts may not see', async () => {
    await ways.stage.clear()
    await fill(ways.stage)
    await ways.useKey('admin', { accounts: ['main'] })
    expect(await run(ways.url, 'launches', 'show', 'foreign')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no launch foreign'),
    })
    expect(await run(ways.url, 'keys', 'list')).toMatchObject({ code: 4 })
  })

  it.each(['a b', 'line\nbreak', 'schlüssel'])(
    'is not sent a key that no header may hold, and nobody sees it: %j',
    async key => {
      vi.stubEnv('SENDOFF_KEY', key)
      const { code, stderr } = await run(ways.url, 'hold', 'status')
      expect(code).toBe(2)
      expect(stderr).toContain('the API key in SENDOFF_KEY has blanks')
      expect(stderr).not.toContain(key)
    },
  )

  it.each([
    ['ftp://x', 'is not the address of a server'],
    ['http://name:secret@127.0.0.1', 'holds a name or a password'],
    ['http://127.0.0.1:8377?key=secret', 'holds a ? or a #'],
    ['http://127.0.0.1:8377/there#secret', 'holds a ? or a #'],
  ])('has an address: %s has none', async (url, words) => {
    const { code, stderr } = await run(url, 'hold', 'status')
    expect(code).toBe(2)
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('secret')
  })

  it('that is a proxy with a page of its own is told from the API', async () => {
    const url = await between.answering(
      (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>'),
    )
    expect(await run(url, 'launches', 'list')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('answers with HTTP 502 and text/html, which is not the API of Sendoff'),
    })
  })

  it('that sends on to another address does not get the key there', async () => {
    const url = await between.answering((_, response) => void response.writeHead(302, { location: ways.url }).end())
    expect(await run(url, 'launches', 'list')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('sends on to another address; a key is not handed on'),
    })
  })

  it('of another release is told with both', async () => {
    const url = await between.answering(({ url: path }, response) => {
      const text = path === '/version' ? '{"version":"9.9.9","node":"v20"}' : '{"holds":[{"scope":1}]}'
      response.writeHead(200, { 'content-type': 'application/json' }).end(text)
    })
    expect(await run(url, 'hold', 'status')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /answers in another shape \(holds\.0\.scope: .+\); it is of release 9\.9\.9, this command of /,
      ),
    })
  })

  it('with a path too many, or without this address, is no server without this thing', async () => {
    expect(await run(`${ways.url}/there`, 'launches', 'show', 'planned')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the server has nothing at /there/api/v1/launches/planned'),
    })
  })

  it('that is stopping, or has lost its Redis, ends a command with 5', async () => {
    ways.stage.stopping = true
    expect(await run(ways.url, 'hold', 'on', '--reason', 'x')).toMatchObject({ code: 5 })
  })

  it('that says nothing in time is told; what was asked for may have been carried out', async () => {
    const url = await between.answering(({ method }, response) => {
      if (method === 'GET') response.writeHead(200, { 'content-type': 'application/json' }).end('{"accounts":[]}')
    })
    const office = serverOffice(url, 30)
    await expect(office.cancel('planned', 'x')).rejects.toMatchObject({
      code: 5,
      message: expect.stringContaining('whether it was carried out is not known: see sendoff launches show planned'),
    })
    await expect(office.make({ account: 'main', request: { id: 12 }, by: '' })).rejects.toMatchObject({
      code: 7,
      message: `${url}/api/v1 gave no answer within 0.03 s; it may have been launched. Do not simply run it again, look first: sendoff launches list --mailing 12 --url ${url}`,
    })
  })
})

describe('what a server cannot say the outcome of', () => {
  const unknown = 'Redis went away in the middle of it'
  const unsure = () =>
    between.answering((request, response) =>
      request.method === 'GET' ? between.passOn(request, response) : saying(response, 503, 'outcomeUnknown', unknown),
    )

  it('ends a launch with 7, and how to find out', async () => {
    const url = await unsure()
    expect(await run(url, ...launch)).toMatchObject({
      code: 7,
      stderr: `${unknown}; it may have been launched. Do not simply run it again, look first: sendoff launches list --mailing 12 --url ${url}\n`,
    })
  })

  it.each([
    ['hold on --reason x', 'sendoff hold status'],
    ['launches cancel planned --reason x', 'sendoff launches show planned'],
    ['schedules pause weekly --reason x', 'sendoff schedules show weekly'],
  ])('ends a decision with 5, and how to find out: %s', async (line, see) => {
    expect(await run(await unsure(), ...line.split(' '))).toMatchObject({
      code: 5,
      stderr: `${unknown}; whether it was carried out is not known: see ${see}\n`,
    })
  })
})

describe('a file of rows that a server cannot say the outcome of', () => {
  it('may be submitted again: it is one batch', async () => {
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      request.resume()
      await once(request, 'end')
      saying(response, 503, 'outcomeUnknown', 'Redis went away in the middle of it')
    })
    expect(await run(url, 'bulk', 'submit', 'FOLDER/rows.csv', '--account', 'main', '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(
        'Redis went away in the middle of it; whether the rows were submitted is not known. Run it again',
      ),
    })
  })
})

describe('what comes after a success', () => {
  /** Hands on what is asked until something was carried out; then nothing is answered any more. */
  const untilDone = () => {
    let done = false
    return between.answering(async (request, response) => {
      if (done) return void request.socket.destroy()
      if (request.method === 'POST') done = true
      return between.passOn(request, response)
    })
  }

  it.each([
    ['launch 12 --account main --yes', 'stdout', /^manual-\S+\n$/],
    ['launch 12 --account main --yes --json', 'stdout', /"key":"manual-.+"due":"\d{4}-/],
    ['schedules run weekly --yes --reason x', 'stdout', /^weekly-run-\S+\n$/],
    ['launches release guarded --reason x', 'stderr', /^guarded is planned again; it may go out until \d{4}-/],
    ['launches retry dubious --reason x', 'stderr', /^dubious is planned again; it may go out until \d{4}-/],
    [
      'launches resolve doubtful --not-launched --relaunch --send-until 2100-01-01T00:00Z --reason x',
      'stderr',
      /^doubtful will be launched again at \d{4}-/,
    ],
    ['bulk submit FOLDER/rows.csv --account main --yes', 'stdout', /^rows-\S+\n$/],
  ] as const)('does not undo it: sendoff %s', async (line, where, words) => {
    const { redis, keys } = ways.stage.ledger
    await redis.del(keys.sent('main', 66, 'own'))
    await ways.byRedis('launches', 'resolve', 'dubious', '--not-launched', '--reason', 'x')
    const one = await run(await untilDone(), ...line.split(' '))
    expect(one).toMatchObject({ code: 0, [where]: expect.stringMatching(words) })
  })

  it('cannot be followed: 7, and what to look at', async () => {
    const { code, stderr } = await run(await untilDone(), ...launch, '--wait')
    expect(code).toBe(7)
    expect(stderr).toMatch(
      /manual-(\S+) is made, but what came of it was not seen: the connection .+ look first: sendoff launches show manual-\1\n$/,
    )
  })

  it('cannot be followed, of a batch: 7, and what to look at', async () => {
    const words = ['bulk', 'submit', 'FOLDER/rows.csv', '--account', 'main', '--yes', '--watch']
    const { code, stdout, stderr } = await run(await untilDone(), ...words)
    expect(code).toBe(7)
    expect(stdout).toMatch(/^rows-\S+\n$/)
    expect(stderr).toMatch(/lost sight of: the connection .+ look first: sendoff bulk status rows-\S+\n$/)
  })
})

describe('a launch whose answer is lost', () => {
  it('is asked for once more under the same key, and is made once', async () => {
    const asked: unknown[] = []
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked.push(request.headers['idempotency-key'])
      if (asked.length > 1) return between.passOn(request, response)
      await between.answerOf(request)
      request.socket.destroy()
    })
    expect(await run(url, ...launch)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^manual-/) })
    expect(asked).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), asked[0]])
    expect(await made()).toBe(1)
  })

  it('a second time may have been made: 7, and how to find out', async () => {
    let asked = 0
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked += 1
      request.socket.destroy()
    })
    expect(await run(url, ...launch)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(`look first: sendoff launches list --mailing 12 --url ${url}\n`),
    })
    expect(asked).toBe(2)
  })

  it.each([
    [503, 'stopping', 'The service is stopping; ask another one'],
    [503, 'storeUnreachable', 'Redis does not answer; nothing was decided'],
    [503, 'storeUnfit', 'Redis evicts'],
    [401, 'badKey', 'The API key is unknown, revoked or expired'],
    [403, 'forbidden', 'This takes the role launcher'],
    [404, 'notFound', 'There is no such thing'],
  ])('may have been made, whatever is said before its record is looked at: %i %s', async (status, code, detail) => {
    let asked = 0
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked += 1
      if (asked > 1) return saying(response, status, code, detail)
      await between.answerOf(request)
      request.socket.destroy()
    })
    const { code: ending, stderr } = await run(url, ...launch)
    expect(ending).toBe(7)
    expect(stderr).toContain(`, and asked once more the server says: ${detail}; it may have been launched.`)
    expect(stderr).toContain(`look first: sendoff launches list --mailing 12 --url ${url}\n`)
    expect(await made()).toBe(1)
  })

  it('is refused where the ledger refuses it the second time', async () => {
    await ways.stage.ledger.redis.zadd(ways.stage.ledger.keys.sent('main', 12, 'own'), Date.now() - 60_000, 'before')
    let asked = 0
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked += 1
      if (asked > 1) return between.passOn(request, response)
      request.socket.destroy()
    })
    expect(await run(url, ...launch)).toMatchObject({ code: 2, stderr: expect.stringContaining('--confirm-duplicate') })
    expect(asked).toBe(2)
  })

  it('to a page of a proxy may have been made, and is not asked for again', async () => {
    let asked = 0
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked += 1
      response.writeHead(504, { 'content-type': 'text/html' }).end('<html>')
    })
    expect(await run(url, ...launch)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('may have been launched'),
    })
    expect(asked).toBe(1)
  })
})

describe('a file of rows', () => {
  it('is refused before its end where the key may not launch', async () => {
    await ways.stage.clear()
    await ways.useKey('viewer')
    expect(await run(ways.url, 'bulk', 'submit', 'FOLDER/many.csv', '--account', 'main', '--yes')).toMatchObject({
      code: 4,
      stderr: 'This takes the role launcher, and the API key has viewer\n',
    })
  })

  it('that was cut off is asked about once more without rows: a refusal that was not seen is told', async () => {
    await ways.stage.clear()
    await ways.useKey('viewer')
    let asked = 0
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked += 1
      if (asked > 1) return between.passOn(request, response)
      request.socket.destroy()
    })
    expect(await run(url, 'bulk', 'submit', 'FOLDER/many.csv', '--account', 'main', '--yes')).toMatchObject({
      code: 4,
      stderr: 'This takes the role launcher, and the API key has viewer\n',
    })
    expect(asked).toBe(2)
  })

  it('that was cut off, and would not be refused, may be submitted again', async () => {
    let asked = 0
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      asked += 1
      if (asked > 1) return between.passOn(request, response)
      request.socket.destroy()
    })
    expect(await run(url, 'bulk', 'submit', 'FOLDER/many.csv', '--account', 'main', '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Run it again: the same rows under the same name are the same batch'),
    })
    expect(asked).toBe(2)
  })

  it('that is larger than the server takes is refused, and nothing is submitted', async () => {
    expect(await run(ways.url, 'bulk', 'submit', 'FOLDER/many.csv', '--account', 'main', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('A file of rows may have 200000 bytes'),
    })
    expect(await run(ways.url, 'bulk', 'list')).toMatchObject({ stderr: 'No batches.\n' })
  })

  it('with a bad row at its end is broken off, told as for Redis, and nothing of it is left', async () => {
    const line = ['bulk', 'submit', 'FOLDER/late.csv', '--account', 'main', '--yes'] as const
    const there = await run(ways.url, ...line)
    expect(there).toEqual(await ways.byRedis(...line))
    expect(there).toMatchObject({ code: 2, stderr: expect.stringContaining('late.csv:2002: column "id": must be') })
    expect(there.stderr).toContain('1 of 2,001 rows is bad; nothing was submitted.')
    const { redis, keys } = ways.stage.ledger
    await until(async () => (await redis.exists(keys.batchStaged('late'))) === 0)
    expect(await run(ways.url, 'bulk', 'list')).toMatchObject({ stderr: 'No batches.\n' })
  })

  it('whose answer is lost may be submitted again: it is one batch', async () => {
    const url = await between.answering(async (request, response) => {
      if (request.method !== 'POST') return between.passOn(request, response)
      request.resume()
      await once(request, 'end')
      request.socket.destroy()
    })
    expect(await run(url, 'bulk', 'submit', 'FOLDER/rows.csv', '--account', 'main', '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Run it again: the same rows under the same name are the same batch'),
    })
  })

  it('has results that are not taken for whole where they break off', async () => {
    await run(ways.url, 'bulk', 'submit', 'FOLDER/rows.csv', '--account', 'main', '--yes')
    const url = await between.answering(async (request, response) => {
      if (!request.url?.endsWith('/results')) return between.passOn(request, response)
      const { text } = await between.answerOf(request)
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(text.split('\n')[0])
      response.write('\n', () => request.socket.destroy())
    })
    expect(await run(url, 'bulk', 'results', 'rows', '--format', 'ndjson')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('broke off: what was printed is not all of it'),
    })
  })
})

describe('a command that cannot ask a server', () => {
  const here = leaves().filter(([, command]) => !command.options.some(({ long }) => long === '--url'))
  const needed: Readonly<Record<string, readonly string[]>> = { schema: ['config'], 'import crontab': ['-'] }

  it.each(here.map(([name]) => name))('says so, and does nothing here: %s', async name => {
    expect(await run(ways.url, ...name.split(' '), ...(needed[name] ?? []))).toEqual({
      code: 2,
      stdout: '',
      stderr: `sendoff ${name} works on the files, or the Redis, of this folder and cannot ask a server: leave out --url\n`,
    })
  })

  it('calendar asks for one of the two', async () => {
    expect(await run(ways.url, 'calendar', '--files')).toMatchObject({ code: 2 })
  })
})

it('the key was never said', () => {
  expect(said.length).toBeGreaterThan(30)
  const secrets = keys.flatMap(key => [key, key.split('_')[2] ?? key])
  expect(said.filter(({ stdout, stderr }) => secrets.some(secret => `${stdout}${stderr}`.includes(secret)))).toEqual([])
  expect(secrets.filter(secret => ways.stage.log.includes(secret))).toEqual([])
})

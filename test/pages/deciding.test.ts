import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { showBatch } from '../../src/bulk/read.ts'
import { submitBatch } from '../../src/bulk/submit.ts'
import { readAudit } from '../../src/launches/audit.ts'
import { holdOn, holdsInForce } from '../../src/launches/hold.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { createPages } from '../../src/pages/app.tsx'
import { pausesOf } from '../../src/timetable/pausing.ts'
import { comingSkips } from '../../src/timetable/skipping.ts'
import { fill } from '../http/world.ts'
import { PageStage, type Visitor } from './stage.ts'

let stage: PageStage
let visitor: Visitor
beforeAll(async () => {
  stage = await PageStage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.http.clear()
  await fill(stage.http)
  visitor = await stage.signedIn(await stage.http.key('admin', 'anna'))
})

const reason = 'a new template'

/** The hidden fields of the confirmation page at this address. */
async function hiddenOf(path: string): Promise<Record<string, string>> {
  const html = await stage.html(visitor, path)
  const main = html.slice(html.indexOf('<main'))
  return Object.fromEntries(
    [...main.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

async function state(key: string): Promise<string | undefined> {
  return (await showLaunch(stage.http.ledger, key))?.state
}

describe('an unknown launch', () => {
  it('is found in what needs attention, resolved with a reason, and audited', async () => {
    expect(await stage.html(visitor, '/')).toContain('/launches/doubtful#resolve')
    const answer = await stage.send(visitor, '/launches/doubtful', '/launches/doubtful/resolve', {
      as: 'launched',
      reason: 'seen in the history',
    })
    expect(answer.headers.get('location')).toBe('/launches/doubtful')
    expect(await state('doubtful')).toBe('launched')
    const [entry] = await readAudit(stage.http.ledger, 1, 'doubtful')
    expect(entry).toMatchObject({ who: 'key anna', why: 'seen in the history' })
    expect(await stage.html(visitor, '/audit')).toContain('seen in the history')
  })

  it('is launched again only with the mailing typed', async () => {
    const fields = { ...(await hiddenOf('/launches/doubtful/relaunch')), reason, minutes: '40' }
    const wrong = await stage.post(visitor, '/launches/doubtful/relaunch', { ...fields, typed: '7' })
    expect(wrong.status).toBe(422)
    expect(await state('doubtful')).toBe('unknown')
    const [, html = ''] = (await wrong.text()).split('<main')
    const field = (name: string) =>
      /value="([^"]*)"/.exec(html.match(new RegExp(`<input name="${name}"[^>]*>`))?.[0] ?? '')?.[1]
    expect([field('reason'), field('minutes'), field('typed')]).toEqual([reason, '40', undefined])
  })
})

describe('running a schedule', () => {
  it('asks for the mailing and a reason, and makes one launch however often the form is sent', async () => {
    const html = await stage.html(visitor, '/schedules/weekly/run')
    expect(html).toContain('Launch mailing 90 now?')
    const fields = { ...(await hiddenOf('/schedules/weekly/run')), reason }
    expect((await stage.post(visitor, '/schedules/weekly/run', { ...fields, typed: '91' })).status).toBe(422)
    const first = await stage.post(visitor, '/schedules/weekly/run', { ...fields, typed: '90' })
    const second = await stage.post(visitor, '/schedules/weekly/run', { ...fields, typed: '90' })
    expect(first.status).toBe(303)
    expect(first.headers.get('location')).toMatch(/^\/launches\/weekly-run-/)
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
  })

  it('says that a stop keeps it, and which launch of the mailing has not ended', async () => {
    const clear = await stage.html(visitor, '/schedules/weekly/run')
    expect(clear).not.toContain('A stop is in force')
    const stop = { cause: 'person', reason: 'wrong segment', by: 'igor' } as const
    await holdOn(stage.http.ledger, { kind: 'mailing', account: 'main', mailing: 90 }, stop)
    expect(await stage.html(visitor, '/schedules/weekly/run')).toContain('A stop is in force: wrong segment.')
    const fields = { ...(await hiddenOf('/schedules/weekly/run')), reason, typed: '90' }
    const answer = await stage.post(visitor, '/schedules/weekly/run', fields)
    const there = answer.headers.get('location') ?? ''
    expect(await stage.html(visitor, there)).toContain('is accepted; a stop is in force')
    const again = await stage.html(visitor, '/schedules/weekly/run')
    expect(again).toContain('A launch of this mailing has not ended')
    expect(again).toContain(`href="${there}"`)
  })

  it('asks for the time of the launch that it would repeat', async () => {
    const { ledger } = stage.http
    const at = Date.now() - 38 * 60_000
    await ledger.redis.zadd(ledger.keys.sent('main', 90, 'own'), at, 'before')
    const time = new Date(at).toISOString().slice(11, 16)
    expect(await stage.html(visitor, '/schedules/weekly/run')).toContain(`Type the time of that launch, ${time}`)
    const fields = { ...(await hiddenOf('/schedules/weekly/run')), reason, typed: '90' }
    expect((await stage.post(visitor, '/schedules/weekly/run', fields)).status).toBe(422)
    expect((await stage.post(visitor, '/schedules/weekly/run', { ...fields, confirmation: time })).status).toBe(303)
  })

  it('asks for that time in the zone in which it is shown', async () => {
    const { ledger } = stage.http
    const at = Date.now() - 38 * 60_000
    await ledger.redis.zadd(ledger.keys.sent('main', 90, 'own'), at, 'before')
    visitor.set('tz', 'Asia/Kolkata').set('zone', 'mine')
    const [utc, time] = [at, at + 5.5 * 3_600_000].map(each => new Date(each).toISOString().slice(11, 16))
    expect(await stage.html(visitor, '/schedules/weekly/run')).toContain(`${time} (Asia/Kolkata)`)
    const fields = { ...(await hiddenOf('/schedules/weekly/run')), reason, typed: '90' }
    const send = (confirmation = '') => stage.post(visitor, '/schedules/weekly/run', { ...fields, confirmation })
    expect([(await send(utc)).status, (await send(time)).status]).toEqual([422, 303])
    expect(await stage.html(visitor, '/launches')).toContain('are read in Asia/Kolkata')
  })
})

describe('a schedule', () => {
  it('is paused and resumed by two buttons', async () => {
    await stage.send(visitor, '/schedules/weekly', '/schedules/weekly/pause', { reason, until: '' })
    expect(await pausesOf(stage.http.ledger, 'weekly')).toMatchObject([{ reason, by: 'key anna' }])
    const html = await stage.html(visitor, '/schedules/weekly')
    expect(html).toContain('weekly is paused.')
    expect(html).toContain('/schedules/weekly/resume')
    await stage.send(visitor, '/schedules/weekly', '/schedules/weekly/resume', { reason })
    expect(await stage.html(visitor, '/schedules/weekly')).toContain('weekly goes on.')
  })

  it('has a due time left out, and taken back', async () => {
    const [, at = ''] = /name="at" value="([^"]+)"/.exec(await stage.html(visitor, '/schedules/weekly')) ?? []
    await stage.send(visitor, '/schedules/weekly', '/schedules/weekly/skip', { reason, at })
    expect(await comingSkips(stage.http.ledger, Date.now())).toMatchObject([
      { schedule: 'weekly', reason: `person: ${reason}` },
    ])
    await stage.send(visitor, '/schedules/weekly', '/schedules/weekly/unskip', { reason, at })
    expect(await comingSkips(stage.http.ledger, Date.now())).toEqual([])
    const html = await stage.html(visitor, '/schedules/weekly')
    const decisions = html.slice(html.indexOf('id="decisions"'))
    expect(decisions.match(/\/launches\/weekly%40/g)).toHaveLength(2)
  })
})

describe('other decisions', () => {
  it('call off what has not been sent', async () => {
    await stage.send(visitor, '/launches/planned', '/launches/planned/cancel', { reason })
    expect(await state('planned')).toBe('cancelled')
  })

  it('let go what a guard holds, when the earlier launch is named', async () => {
    const { ledger } = stage.http
    const [, at] = await ledger.redis.zrange(ledger.keys.sent('main', 66, 'own'), '0', '0', 'WITHSCORES')
    const confirmation = new Date(Number(at)).toISOString().slice(11, 16)
    const fields = { ...(await hiddenOf('/launches/guarded/release')), reason, typed: '66' }
    visitor.set('language', 'ru')
    expect(await stage.html(visitor, '/launches/guarded/release')).toMatch(/Она удержана: [^A-Za-z<]*[а-я]/)
    visitor.set('language', 'en')
    expect((await stage.post(visitor, '/launches/guarded/release', fields)).status).toBe(422)
    expect((await stage.post(visitor, '/launches/guarded/release', { ...fields, confirmation })).status).toBe(303)
    expect(await state('guarded')).toBe('planned')
  })

  it('end a stop; one that the service set takes an admin', async () => {
    const { ledger } = stage.http
    await holdOn(ledger, { kind: 'account', account: 'main' }, { cause: 'token', reason: '401', by: 'service' })
    const stop = { scope: 'account:main', cause: 'token', reason }
    const operator = await stage.signedIn(await stage.http.key('operator'))
    expect((await stage.send(operator, '/', '/hold/end', stop)).status).toBe(403)
    await stage.send(visitor, '/', '/hold/end', stop)
    expect(await holdsInForce(ledger)).toEqual([])
  })

  it('pause, resume and cancel a batch; a retry names its rows', async () => {
    const { ledger } = stage.http
    const declaration = {
      name: 'offers',
      account: 'main',
      policy: defaultPolicy,
      pace: {},
      source: 'rows.csv',
      by: 'anna',
    }
    const answer = await submitBatch(ledger, declaration, rows())
    if (answer.kind !== 'submitted') throw new Error(answer.kind)
    const here = `/batches/${answer.id}`
    const now = async () => (await showBatch(ledger, answer.id))?.batch.state
    await stage.send(visitor, here, `${here}/pause`, { reason })
    expect(await now()).toBe('paused')
    await stage.post(visitor, `${here}/resume`, { ...(await hiddenOf(`${here}/resume`)), reason })
    expect(await now()).toBe('running')
    expect(await stage.html(visitor, `${here}/retry`)).toContain('No row can be tried again.')
    const asked = await stage.html(visitor, `${here}/cancel`)
    expect(asked).toContain('>Cancel the rest</button>')
    visitor.set('language', 'ru')
    expect(await stage.html(visitor, `${here}/cancel`)).toMatch(
      /уже закончены и остаются как есть; не будут? отправлен/,
    )
    visitor.set('language', 'en')
    await stage.post(visitor, `${here}/cancel`, { ...(await hiddenOf(`${here}/cancel`)), reason })
    expect(await now()).toBe('cancelled')
  })
})

describe('submitting a file', () => {
  async function submit(fields: Readonly<Record<string, string>>, file: File): Promise<Response> {
    const { token = '' } = await hiddenOf('/batches/new')
    const form = new FormData()
    for (const [name, value] of Object.entries({ token, account: 'main', reason, ...fields })) form.set(name, value)
    form.set('file', file)
    const headers = { origin: 'http://127.0.0.1:8377' }
    return stage.ask(visitor, '/batches', { method: 'POST', body: form, headers })
  }
  const csv = new File(['id,city\n101,Riga\n102,Oslo\n'], 'Black Friday.csv', { type: 'text/csv' })
  const sound = new File(['id\n101\n102\n'], 'Black Friday.csv', { type: 'text/csv' })

  it('makes it a batch that can be watched', async () => {
    const answer = await submit({ rows: '2' }, sound)
    expect(answer.status).toBe(303)
    const address = answer.headers.get('location') ?? ''
    expect(address).toMatch(/^\/batches\/black-friday-[0-9a-f]{8}$/)
    const html = await stage.html(visitor, address)
    expect(html).toContain('2 rows are submitted.')
    expect(html).toContain('Black Friday.csv')
    expect((await submit({ rows: '2' }, sound)).headers.get('location')).toBe(address)
  })

  it('submits nothing where the number of rows is another, or a row is wrong', async () => {
    const miscounted = await submit({ rows: '3' }, sound)
    expect(miscounted.status).toBe(422)
    expect(await miscounted.text()).toContain('The file has 2 rows')
    const wrong = await submit({ rows: '2' }, csv)
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toContain('city')
    expect(await stage.http.ledger.redis.zcard(stage.http.ledger.keys.batches)).toBe(0)
  })

  it('says which line and which column is wrong, also of what JSON alone can hold', async () => {
    const deep = `${'['.repeat(70)}${']'.repeat(70)}`
    const lines = [
      '{"id":101}',
      '{"id":"many"}',
      '{"id":102,"content":{"city":"\\ud800"}}',
      `{"id":103,"content":{"a":${deep}}}`,
    ]
    const answer = await submit({ rows: '4' }, new File([lines.join('\n')], 'rows.ndjson'))
    const told = (await answer.text()).match(/line \d, column \w+: [^<]+/g)?.map(each => each.slice(0, 60))
    expect([answer.status, told?.length]).toEqual([422, 3])
    expect(told?.join('\n')).toMatch(
      /line 2, column id: .+\nline 3, column content: city has half of a char.+\nline 4, column content: a\[0\]/,
    )
    expect(await stage.http.ledger.redis.zcard(stage.http.ledger.keys.batches)).toBe(0)
  })

  it('is read as it comes, up to the limit of a file and not of a body', async () => {
    const settings = { ...stage.parts.settings, bodyLimit: 1_024, uploadLimit: 5_000 }
    const small = createPages({ ...stage.parts, settings }, () => ({ withoutKey: 'admin', port: 8377 }))
    const lines = (count: number) =>
      new File(['id\n', ...Array.from({ length: count }, (_, id) => `${id + 1_001}\n`)], 'a.csv')
    const { token = '' } = await hiddenOf('/batches/new')
    const send = (rows: number) => {
      const form = new FormData()
      const fields = { token, account: 'main', reason, rows: String(rows) }
      for (const [name, value] of Object.entries(fields)) form.set(name, value)
      form.set('file', lines(rows))
      const cookie = [...visitor].map(([name, value]) => `${name}=${value}`).join('; ')
      const headers = { origin: 'http://127.0.0.1:8377', host: '127.0.0.1:8377', cookie }
      return small.fetch(new Request('http://127.0.0.1:8377/batches', { method: 'POST', body: form, headers }))
    }
    expect((await send(500)).status).toBe(303)
    const large = await send(2_000)
    expect(large.status).toBe(422)
    expect(await large.text()).toContain('A file of rows may have 5000 bytes')
  })

  it('takes a launcher', async () => {
    const operator = await stage.signedIn(await stage.http.key('operator'))
    expect(await stage.html(operator, '/batches')).not.toContain('/batches/new')
    expect((await stage.ask(operator, '/batches/new')).status).toBe(403)
  })
})

async function* rows() {
  for (let number = 1; number <= 3; number++)
    yield { number, line: number + 1, key: `row${number}`, request: { id: number } }
}

/** API keys, and who gets in without one. */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { revokeKey } from '../../src/http/api-keys.ts'
import { readAudit } from '../../src/launches/audit.ts'
import { projectFolder } from '../config/project-folder.ts'
import { HttpStage } from './stage.ts'

let stage: HttpStage

beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const statusWith = (key: string) => stage.ask('GET', '/api/v1/holds', { key }).then(({ status }) => status)

describe('a key', () => {
  it('opens, and Redis has nothing that would', async () => {
    const key = await stage.key('viewer')
    const stored = JSON.stringify(await stage.server.redis.hgetall(stage.ledger.keys.apiKeys))
    expect(await statusWith(key)).toBe(200)
    expect(stored).not.toContain(key.split('_')[2])
    expect(JSON.stringify(await readAudit(stage.ledger, 10))).not.toContain(key.split('_')[2])
  })

  it('opens nothing with another secret, another id, or in another form', async () => {
    const key = await stage.key('viewer')
    const [, id = '', secret = ''] = key.split('_')
    const wrong = secret.startsWith('a') ? `b${secret.slice(1)}` : `a${secret.slice(1)}`
    for (const bad of [
      `sendoff_${id}_${wrong}`,
      `sendoff_000000000000_${secret}`,
      secret,
      `${key}x`,
      'a',
      key.toUpperCase(),
    ])
      expect(await statusWith(bad)).toBe(401)
    const basic = await stage.ask('GET', '/api/v1/holds', { headers: { authorization: `Basic ${key}` } })
    expect(basic.status).toBe(401)
  })

  it('is compared in a time that tells nothing of how much of it is right', async () => {
    const [, id = ''] = (await stage.key('viewer')).split('_')
    const compare = vi.spyOn(crypto, 'timingSafeEqual')
    syncBuiltinESMExports()
    try {
      expect(await statusWith(`sendoff_${id}_${'0'.repeat(64)}`)).toBe(401)
      expect(compare).toHaveBeenCalledOnce()
      expect(compare.mock.calls[0]?.map(each => each.byteLength)).toEqual([32, 32])
    } finally {
      compare.mockRestore()
      syncBuiltinESMExports()
    }
  })

  it('opens nothing once it has expired or was revoked', async () => {
    expect(await statusWith(await stage.key('viewer', 'old', { expires: Date.now() - 1 }))).toBe(401)
    const key = await stage.key('viewer', 'left', { expires: Date.now() + 60_000 })
    expect(await statusWith(key)).toBe(200)
    expect(await revokeKey(stage.ledger, 'left', { by: 'x', why: 'y' })).toBe(true)
    expect(await revokeKey(stage.ledger, 'left', { by: 'x', why: 'y' })).toBe(false)
    expect(await statusWith(key)).toBe(401)
  })

  it('is audited when it is made and when it is revoked, and has a name of its own', async () => {
    await stage.key('operator', 'crm', { accounts: ['main'] })
    await expect(stage.key('viewer', 'crm')).rejects.toThrow('already')
    await revokeKey(stage.ledger, 'crm', { by: 'anna', why: 'left' })
    expect(await readAudit(stage.ledger, 10, 'key:crm')).toMatchObject([
      { what: 'revoke key', who: 'anna', why: 'left' },
      { what: 'create key', after: 'operator of main' },
    ])
  })
})

describe('without a key', () => {
  const statusFor = (headers: Readonly<Record<string, string>>, method = 'GET') =>
    stage
      .ask(method, '/api/v1/holds', { headers, ...(method === 'POST' ? { body: { reason: 'x' } } : {}) })
      .then(({ status }) => status)

  it('nobody gets in unless the configuration says so', async () => {
    expect(await statusFor({ host: '127.0.0.1:8377' })).toBe(401)
  })

  it('this machine gets in with the role that it says, and no more', async () => {
    stage.withoutKey = 'viewer'
    expect(await statusFor({ host: '127.0.0.1:8377' })).toBe(200)
    expect(await statusFor({ host: '[::1]:8377' })).toBe(200)
    expect(await statusFor({ host: 'localhost:8377', origin: 'http://localhost:8377' })).toBe(200)
    expect(await statusFor({ host: 'LocalHost:8377', origin: 'http://localhost:8377' })).toBe(200)
    for (const site of ['same-origin', 'none'])
      expect(await statusFor({ host: '127.0.0.1:8377', 'sec-fetch-site': site })).toBe(200)
    expect(await statusFor({ host: '127.0.0.1:8377' }, 'POST')).toBe(403)
  })

  it('a link on the page of another site opens what it says', async () => {
    stage.withoutKey = 'viewer'
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect(await statusFor({ host: '127.0.0.1:8377', ...followed })).toBe(200)
  })

  it.each([
    ['a page of strangers', { host: '127.0.0.1:8377', origin: 'https://evil.example' }],
    ['a page without an origin', { host: '127.0.0.1:8377', origin: 'null' }],
    ['another service of this machine', { host: '127.0.0.1:8377', origin: 'http://127.0.0.1:3000' }],
    ['an image on a page of strangers', { host: '127.0.0.1:8377', 'sec-fetch-site': 'cross-site' }],
    ['one on a page of another port', { host: '127.0.0.1:8377', 'sec-fetch-site': 'same-site' }],
    [
      'a frame in a page of strangers',
      {
        ...{ host: '127.0.0.1:8377', 'sec-fetch-site': 'cross-site' },
        ...{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      },
    ],
    ['a name that was bent to this machine', { host: 'evil.example:8377' }],
    ['what a proxy passes on (Forwarded)', { host: '127.0.0.1:8377', forwarded: 'for=10.0.0.1' }],
    ['what a proxy passes on (X-Forwarded-For)', { host: '127.0.0.1:8377', 'x-forwarded-for': '10.0.0.1' }],
    ['what a proxy passes on (X-Real-IP)', { host: '127.0.0.1:8377', 'x-real-ip': '10.0.0.1' }],
    ['what a proxy passes on (Via)', { host: '127.0.0.1:8377', via: '1.1 proxy' }],
    ['a name that looks like it', { host: '127.0.0.1.evil.example:8377' }],
  ])('%s does not', async (_, headers) => {
    stage.withoutKey = 'admin'
    expect(await statusFor(headers)).toBe(403)
    expect(await statusFor(headers, 'POST')).toBe(403)
  })

  it.each([
    ['0.0.0.0:8377', 'off', true],
    ['127.0.0.1:8377', 'admin', true],
    ['[::1]:8377', 'viewer', true],
    ['0.0.0.0:8377', 'viewer', false],
    ['[::]:8377', 'viewer', false],
    ['[::]:8377', 'off', true],
    ['10.0.0.5:8377', 'admin', false],
    ['sendoff.example.com:8377', 'viewer', false],
    ['8377', 'off', false],
  ])('listening on %s with withoutKey: %s is %s', (listen, withoutKey, allowed) => {
    const cwd = projectFolder({
      'config/sendoff.yaml': `version: 1\nhttp: { listen: "${listen}", withoutKey: ${withoutKey} }\n`,
    })
    const load = () => loadConfig({ cwd, flags: {}, env: {} })
    if (allowed) expect(load().config.http).toMatchObject({ listen, withoutKey })
    else expect(load).toThrow(/config\/sendoff\.yaml:2:\d+/)
  })
})

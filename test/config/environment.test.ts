import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type LoadInput, loadConfig } from '../../src/config/load-config.ts'
import { good, ofFile, problemsOf } from './loading.ts'
import { projectFolder } from './project-folder.ts'

describe('environment variables', () => {
  const loaded = (env: LoadInput['env'], text = good) =>
    loadConfig({ cwd: projectFolder({ 'config/sendoff.yaml': text }), flags: {}, env })

  it.each([
    ['a number', { SENDOFF_WORKER__CONCURRENCY: '3' }, { worker: { concurrency: 3 } }],
    ['a switch', { SENDOFF_REDIS__REQUIRE_DURABLE: 'false' }, { redis: { requireDurable: false } }],
    ['a duration', { SENDOFF_HISTORY__KEEP: '30d' }, { history: { keep: 30 * 86_400_000 } }],
    ['a key of two words', { SENDOFF_HISTORY__MAX_ROWS__BULK: '5' }, { history: { maxRows: { bulk: 5 } } }],
    ['a key of an account', { SENDOFF_ACCOUNTS__MAIN__FORMAT: 'xml' }, { accounts: { main: { format: 'xml' } } }],
    [
      'a list with commas',
      { SENDOFF_ACCOUNTS__MAIN__ERRORS__RETRY: '500, 501' },
      { accounts: { main: { errors: { retry: [500, 501] } } } },
    ],
    [
      'a list in JSON',
      { SENDOFF_ACCOUNTS__MAIN__ALLOW_HTTP: '["a","b"]' },
      { accounts: { main: { allowHttp: ['a', 'b'] } } },
    ],
    [
      'a map in JSON',
      { SENDOFF_ACCOUNTS__MAIN__TOKEN: '{"file":"t"}' },
      { accounts: { main: { token: { file: 't' } } } },
    ],
    [
      'the other way of a choice',
      { SENDOFF_ACCOUNTS__MAIN__TOKEN__FILE: 't' },
      { accounts: { main: { token: { file: 't' } } } },
    ],
    [
      'an alias of an account',
      { ALTCRAFT_URL: 'http://127.0.0.1:9' },
      { accounts: { main: { baseUrl: 'http://127.0.0.1:9' } } },
    ],
    [
      'a new account',
      { SENDOFF_ACCOUNTS__MSK_2__BASE_URL: 'https://b.example.com', SENDOFF_ACCOUNTS__MSK_2__TOKEN__ENV: 'T' },
      { accounts: { 'msk-2': { baseUrl: 'https://b.example.com', token: { env: 'T' } } } },
    ],
  ])('set %s', (_, env, expected) => {
    expect(loaded(env).config).toMatchObject(expected)
  })

  it.each([
    [
      { SENDOFF_WORKER__CONCURENCY: '3' },
      'SENDOFF_WORKER__CONCURENCY: names no setting; did you mean SENDOFF_WORKER__CONCURRENCY?',
    ],
    [
      { SENDOFF_ACCOUNTS__MAIN__BASEURL: 'x' },
      'SENDOFF_ACCOUNTS__MAIN__BASEURL: names no setting; did you mean SENDOFF_ACCOUNTS__MAIN__BASE_URL?',
    ],
    [{ sendoff_log: 'x', SENDOFF_: 'y' }, 'SENDOFF_: names no setting'],
    [
      { SENDOFF_WORKER__CONCURRENCY: 'many' },
      'SENDOFF_WORKER__CONCURRENCY: worker.concurrency: must be a whole number from 1 to 1000, got "many"',
    ],
    [
      { SENDOFF_ACCOUNTS__MAIN__TOKEN: 'canary' },
      'SENDOFF_ACCOUNTS__MAIN__TOKEN: accounts.main.token: must be { env: NAME } or { file: PATH }, a reference and never the token itself',
    ],
    [
      { SENDOFF_ACCOUNTS__B__FORMAT: 'xml' },
      'SENDOFF_ACCOUNTS__B__FORMAT: accounts.b: baseUrl is missing (a URL such as https://altcraft.example.com)',
    ],
    [
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      'NODE_TLS_REJECT_UNAUTHORIZED: must not be 0: the token would be given to whoever answers; name a certificate in caFile instead',
    ],
  ])('with a mistake are told by their names: %j', (env, sentence) => {
    expect(ofFile(good, env)).toContain(sentence)
  })

  it('of .env are told by their lines', () => {
    const cwd = projectFolder({ '.env': '# one\n\nexport SENDOFF_LOG__LEVL=info\nLOG_LEVEL=loud\n' })
    expect(problemsOf({ cwd })).toEqual([
      '.env:3:1: SENDOFF_LOG__LEVL names no setting; did you mean SENDOFF_LOG__LEVEL?',
      '.env:4:1: log.level: must be one of trace, debug, info, warn, error, got "loud"',
    ])
  })
})

describe('the address of Redis', () => {
  const url = 'redis://:canary@127.0.0.1:6379/0'

  it.each([
    ['by its alias', { REDIS_URL: url }, 'environment REDIS_URL'],
    ['by its name', { SENDOFF_REDIS__URL: url }, 'environment SENDOFF_REDIS__URL'],
    ['in a file', { REDIS_URL_FILE: 'redis-url' }, 'environment REDIS_URL_FILE'],
    ['in a file, by its name', { SENDOFF_REDIS__URL_FILE: 'redis-url' }, 'environment SENDOFF_REDIS__URL_FILE'],
  ])('is a secret that may come %s', (_, env, source) => {
    const loaded = loadConfig({ cwd: projectFolder({ 'redis-url': `${url}\n` }), flags: {}, env })
    expect(loaded.config.redis.url?.reveal()).toBe(url)
    expect(loaded.sources.get('redis.url')).toBe(source)
    expect(JSON.stringify(loaded)).not.toContain('canary')
    expect(loaded.warnings).toEqual([])
  })

  it('cannot be set in two ways at once', () => {
    const cwd = projectFolder({ f: url })
    expect(problemsOf({ cwd, env: { REDIS_URL: url, REDIS_URL_FILE: 'f' } })).toEqual([
      'REDIS_URL_FILE: REDIS_URL and REDIS_URL_FILE are both set; set one of them',
    ])
  })

  it('is missed where its file is', () => {
    expect(problemsOf({ cwd: projectFolder(), env: { REDIS_URL_FILE: 'f' } })).toEqual([
      'REDIS_URL_FILE: the file f does not exist',
    ])
  })

  it('is warned about where everybody can read its file', () => {
    const cwd = projectFolder({ f: url })
    chmodSync(join(cwd, 'f'), 0o644)
    expect(problemsOf({ cwd, env: { REDIS_URL_FILE: 'f' } })).toEqual([
      'REDIS_URL_FILE: warning: the file f holds a secret and can be read by everybody on this machine; chmod 600 it',
    ])
  })
})

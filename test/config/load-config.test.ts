import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LoadInput, loadConfig } from '../../src/config/load-config.ts'
import { DeclarationError, formatProblem } from '../../src/files/problem.ts'
import { projectFolder } from './project-folder.ts'

const account = (lines = '') => `accounts:
  main:
    baseUrl: https://altcraft.example.com
    token: { env: ALTCRAFT_TOKEN }
${lines}`

const good = `version: 1\n${account()}`

function problemsOf(input: Partial<LoadInput> & { cwd: string }): string[] {
  try {
    const { warnings } = loadConfig({ flags: {}, env: {}, ...input })
    return warnings.map(formatProblem)
  } catch (error) {
    if (error instanceof DeclarationError) return error.problems.map(formatProblem)
    throw error
  }
}

const ofFile = (text: string, env: LoadInput['env'] = {}) =>
  problemsOf({ cwd: projectFolder({ 'config/sendoff.yaml': text }), env })

describe('the configuration', () => {
  it('has a default for everything but accounts', () => {
    const cwd = projectFolder()
    expect(loadConfig({ cwd, flags: {}, env: {} }).config).toEqual({
      paths: { jobs: join(cwd, 'jobs'), data: join(cwd, '.sendoff') },
      accounts: {},
      redis: { prefix: 'sendoff', requireDurable: true },
      worker: { concurrency: 8, drainTimeout: 80_000 },
      history: { keep: 400 * 86_400_000, maxRows: { schedule: 500_000, bulk: 1_000_000, manual: 100_000 } },
      log: { level: 'info', format: 'auto' },
    })
  })

  it('gives accounts their names, their times in milliseconds and one form of address', () => {
    const cwd = projectFolder({
      'config/sendoff.yaml': `version: 1\naccounts: { msk-2: { baseUrl: "HTTPS://Altcraft.Example.com:443//", token: { file: t } } }`,
    })
    const { config } = loadConfig({ cwd, flags: {}, env: {} })
    expect(config.paths.config).toBe(join(cwd, 'config/sendoff.yaml'))
    expect(config.accounts['msk-2']).toMatchObject({
      name: 'msk-2',
      baseUrl: 'https://altcraft.example.com',
      token: { file: 't' },
      format: 'json',
      timeouts: { connect: 10_000, headers: 60_000, total: 75_000 },
    })
  })

  it('cannot be changed', () => {
    const { config } = loadConfig({ cwd: projectFolder({ 'config/sendoff.yaml': good }), flags: {}, env: {} })
    expect(Object.isFrozen(config.accounts.main?.timeouts)).toBe(true)
    expect(Object.isFrozen(config.history.maxRows)).toBe(true)
  })

  it('leaves the environment of the process as it was', () => {
    loadConfig({ cwd: projectFolder({ '.env': 'SENDOFF_LOG__LEVEL=debug' }), flags: {}, env: {} })
    expect(process.env.SENDOFF_LOG__LEVEL).toBeUndefined()
  })

  it('reads notes past', () => {
    expect(ofFile(`version: 1\nx-owner: crm\n${account('    x-since: 2024\n')}`)).toEqual([])
  })
})

describe('mistakes in the config file', () => {
  it.each([
    ['no version', account(), ['config/sendoff.yaml:1:1: version is missing (1)']],
    ['a newer version', 'version: 2', ['config/sendoff.yaml:1:10: version: must be 1, got 2']],
    ['an unknown key', `${good}rdis: {}`, ['config/sendoff.yaml:6:1: unknown key "rdis"; did you mean "redis"?']],
    [
      'a token instead of a reference, which is not repeated',
      'version: 1\naccounts:\n  main:\n    baseUrl: https://a.example.com\n    token: "canary"',
      [
        'config/sendoff.yaml:5:12: accounts.main.token: must be { env: NAME } or { file: PATH }, a reference and never the token itself',
      ],
    ],
    [
      'a token as the name of a variable, which is not repeated',
      'version: 1\naccounts:\n  main:\n    baseUrl: https://a.example.com\n    token: { env: 0123456789abcdef0123456789abcdef }',
      ['config/sendoff.yaml:5:19: accounts.main.token.env: the value is not the name of an environment variable'],
    ],
    [
      'total shorter than headers',
      `version: 1\n${account('    timeouts: { headers: 30s, total: 20s }')}`,
      ['config/sendoff.yaml:6:38: accounts.main.timeouts.total: must be at least as long as headers (30s), got 20s'],
    ],
    [
      'a short history',
      `${good}history: { keep: 7d }`,
      ['config/sendoff.yaml:6:18: history.keep: must be at least 8d, or a repeat could not be recognised'],
    ],
    [
      'a password in a bad Redis address, which is not repeated',
      `${good}redis: { url: "http://:canary@host" }`,
      [
        'config/sendoff.yaml:6:15: redis.url: the value is not the address of a Redis: write redis://host:6379/0, or rediss:// for TLS',
      ],
    ],
    [
      'a name of an account',
      good.replace('main', 'Main Site'),
      [
        'config/sendoff.yaml:3:3: accounts: "Main Site" is not an account name: begin with a letter; small letters, digits and hyphens',
      ],
    ],
    [
      'a drain time shorter than an attempt',
      `${good}worker: { drainTimeout: 60s }`,
      [
        'config/sendoff.yaml:6:25: warning: worker.drainTimeout (1m) is not longer than accounts.main.timeouts.total (75s): a stopping process would give up on requests under way',
      ],
    ],
  ])('are told: %s', (_, text, problems) => {
    const found = ofFile(text)
    expect(found).toEqual(problems)
    expect(found.join()).not.toContain('canary')
  })

  it('are told all at once, in the order of the file', () => {
    const text = `version: 1
accounts:
  main:
    baseUrl: http://altcraft.example.com/api
    token: canary
    formt: xml
    auth: baerer
    timeouts: { headers: 60 }
  Two: { token: { evn: X } }
redis: { prefix: A b, requireDurable: "true" }
worker: { concurrency: 0 }
log: { level: verbose, level: info }
`
    const found = ofFile(text)
    expect(found.map(line => line.split(': ')[0])).toEqual(
      ['4:14', '4:14', '5:12', '6:5', '7:11', '8:26', '9:3', '9:3', '9:19', '10:18', '10:39', '11:24', '12:15', '12:24'].map(
        place => `config/sendoff.yaml:${place}`,
      ),
    )
    expect(found.join()).not.toContain('canary')
  })

  it('include what the text of the file is flawed by, and then say nothing about what it would have held', () => {
    const text = `version: 1\naccounts: [\nlog: { level: verbose }\n`
    expect(ofFile(text, { SENDOFF_LOGG: 'x' })).toEqual([
      'config/sendoff.yaml:3:1: the indentation does not fit the lines around it, or a bracket is not closed',
      'SENDOFF_LOGG: names no setting',
    ])
  })

  it('are no crime of the default file where there is none, but of a file that was asked for', () => {
    const cwd = projectFolder()
    expect(problemsOf({ cwd })).toEqual([])
    expect(problemsOf({ cwd, flags: { config: 'other.yaml' } })).toEqual(['other.yaml:1:1: the file does not exist'])
    expect(problemsOf({ cwd, env: { SENDOFF_CONFIG: 'other.yaml' } })).toHaveLength(1)
  })

  it('never make it throw anything but a DeclarationError', () => {
    const cwd = projectFolder()
    const key = fc.constantFrom(
      'version',
      'accounts',
      'main',
      'redis',
      'url',
      'token',
      'env',
      'timeouts',
      'total',
      'worker',
      'log',
      'level',
      'x-note',
      '__proto__',
      'toString',
    )
    const value = fc.letrec(tie => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.constantFrom('1', 'info', '{', '10s'),
        fc.dictionary(key, tie('node')),
      ),
    })).node
    const names = fc.constantFrom(
      'SENDOFF_REDIS__URL',
      'REDIS_URL',
      'REDIS_URL_FILE',
      'LOG_LEVEL',
      'ALTCRAFT_URL',
      'SENDOFF_ACCOUNTS',
      'SENDOFF_ACCOUNTS__MAIN__TOKEN',
      'SENDOFF_ACCOUNTS__MAIN__TOKEN__FILE',
      'SENDOFF_ACCOUNTS__X__ERRORS__RETRY',
      'SENDOFF_',
      'SENDOFF___',
      'SENDOFF_JOBS',
      'NODE_TLS_REJECT_UNAUTHORIZED',
    )
    const env = fc.dictionary(fc.oneof(names, names, fc.string()), fc.oneof(fc.string(), fc.json(), fc.constant('0')))
    fc.assert(
      fc.property(env, value, (variables, declared) => {
        const text = JSON.stringify(declared)
        problemsOf({ cwd, env: { ...variables, SENDOFF_ACCOUNTS__Y: text, SENDOFF_REDIS: text } })
      }),
      { numRuns: 300 },
    )
  })
})

describe('precedence', () => {
  const level = (input: { file?: string; dotenv?: string; env?: LoadInput['env']; flag?: string }) => {
    const cwd = projectFolder({
      ...(input.file ? { 'config/sendoff.yaml': `version: 1\n\nlog:\n  level: ${input.file}\n` } : {}),
      ...(input.dotenv ? { '.env': `# levels\n${input.dotenv}\n` } : {}),
    })
    const loaded = loadConfig({ cwd, flags: { logLevel: input.flag }, env: input.env ?? {} })
    return [loaded.config.log.level, loaded.sources.get('log.level')]
  }
  const file = 'warn'
  const dotenv = 'SENDOFF_LOG__LEVEL=debug'
  const env = { SENDOFF_LOG__LEVEL: 'trace' }

  it.each([
    ['nothing', {}, ['info', 'default']],
    ['the file', { file }, ['warn', 'config/sendoff.yaml:4']],
    ['.env over the file', { file, dotenv }, ['debug', '.env:2 SENDOFF_LOG__LEVEL']],
    ['the environment over .env', { file, dotenv, env }, ['trace', 'environment SENDOFF_LOG__LEVEL']],
    ['a flag over the environment', { file, dotenv, env, flag: 'error' }, ['error', 'flag --log-level']],
    ['an alias', { file, env: { LOG_LEVEL: 'debug' } }, ['debug', 'environment LOG_LEVEL']],
    [
      'a name of our own over its alias',
      { env: { ...env, LOG_LEVEL: 'debug' } },
      ['trace', 'environment SENDOFF_LOG__LEVEL'],
    ],
    ['an alias over our own name in .env', { dotenv, env: { LOG_LEVEL: 'error' } }, ['error', 'environment LOG_LEVEL']],
    [
      'an empty variable, which counts for nothing',
      { file, env: { LOG_LEVEL: '' } },
      ['warn', 'config/sendoff.yaml:4'],
    ],
  ] as const)('is that of %s', (_, input, expected) => {
    expect(level(input)).toEqual(expected)
  })

  it('holds for the places of files too', () => {
    const cwd = projectFolder({ '.env': 'SENDOFF_JOBS=from-dotenv' })
    const jobs = (flags: LoadInput['flags'], env: LoadInput['env']) => {
      const { config, sources } = loadConfig({ cwd, flags, env })
      return [config.paths.jobs, sources.get('paths.jobs')]
    }
    expect(jobs({}, {})).toEqual([join(cwd, 'from-dotenv'), '.env:1 SENDOFF_JOBS'])
    expect(jobs({}, { SENDOFF_JOBS: '/abs' })).toEqual(['/abs', 'environment SENDOFF_JOBS'])
    expect(jobs({ jobs: 'flagged' }, { SENDOFF_JOBS: '/abs' })).toEqual([join(cwd, 'flagged'), 'flag --jobs'])
  })
})

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

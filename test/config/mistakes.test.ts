import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, good, ofFile, problemsOf } from './loading.ts'
import { projectFolder } from './project-folder.ts'

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
      [
        '4:14',
        '4:14',
        '5:12',
        '6:5',
        '7:11',
        '8:26',
        '9:3',
        '9:3',
        '9:19',
        '10:18',
        '10:39',
        '11:24',
        '12:15',
        '12:24',
      ].map(place => `config/sendoff.yaml:${place}`),
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
      { numRuns: 200 },
    )
  })
})

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type LoadInput, loadConfig } from '../../src/config/load-config.ts'
import { account, good, ofFile } from './loading.ts'
import { projectFolder } from './project-folder.ts'

describe('the configuration', () => {
  it('has a default for everything but accounts', () => {
    const cwd = projectFolder()
    expect(loadConfig({ cwd, flags: {}, env: {} }).config).toEqual({
      paths: { jobs: join(cwd, 'jobs'), data: join(cwd, '.sendoff') },
      accounts: {},
      calendars: {},
      redis: { prefix: 'sendoff', requireDurable: true },
      worker: { concurrency: 8, drainTimeout: 80_000 },
      history: { keep: 400 * 86_400_000, maxRows: { schedule: 500_000, bulk: 1_000_000, manual: 100_000 } },
      http: { withoutKey: 'off', bodyLimit: 16_777_216, uploadLimit: 536_870_912, timeout: 30_000 },
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

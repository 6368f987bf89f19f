import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load-config.ts'
import { writtenConfig } from '../../src/config/show.ts'
import { projectFolder } from './project-folder.ts'

const text = `version: 1
accounts:
  main: { baseUrl: https://a.example.com, token: { env: TOKEN }, timeouts: { total: 90s } }
worker: { drainTimeout: 2m }
`

describe('the configuration as it is shown', () => {
  const load = (file: string, env: Record<string, string>) =>
    loadConfig({ cwd: projectFolder({ 'config/sendoff.yaml': file }), flags: {}, env })

  it('is in the words of the file, with dots for secrets', () => {
    const { config } = load(text, { REDIS_URL: 'redis://:canary@h:1' })
    expect(writtenConfig(config)).toMatchObject({
      accounts: { main: { token: { env: 'TOKEN' }, timeouts: { connect: '10s', headers: '1m', total: '90s' } } },
      redis: { url: '•••', prefix: 'sendoff' },
      worker: { concurrency: 8, drainTimeout: '2m' },
      history: { keep: '400d' },
    })
  })

  it('is a config file again', () => {
    const { paths: _, ...written } = writtenConfig(load(text, {}).config)
    const again = load(JSON.stringify({ version: 1, ...written }), {})
    expect(writtenConfig(again.config)).toMatchObject(written)
    expect(parse(JSON.stringify(written))).toEqual(written)
  })

  it('has a source for every value', () => {
    const { sources } = load(text, { SENDOFF_ACCOUNTS__B: '{"baseUrl":"https://b.example.com","token":{"file":"t"}}' })
    expect(Object.fromEntries(sources)).toMatchObject({
      'paths.jobs': 'default',
      'accounts.main.timeouts.total': 'config/sendoff.yaml:3',
      'accounts.main.timeouts.connect': 'default',
      'accounts.b.token.file': 'environment SENDOFF_ACCOUNTS__B',
      'accounts.b.format': 'default',
      'worker.drainTimeout': 'config/sendoff.yaml:4',
      'worker.concurrency': 'default',
    })
  })
})

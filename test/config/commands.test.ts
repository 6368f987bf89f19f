/** validate, schema and config show, by the built command line. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { projectFolder } from './project-folder.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const committed = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')

function sendoff(cwd: string, args: string[], input: { stdin?: string; env?: Record<string, string> } = {}) {
  const { PATH = '' } = process.env
  const ended = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: 'utf8',
    input: input.stdin ?? '',
    env: { PATH, ...input.env },
  })
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr }
}

const config = 'version: 1\naccounts: { main: { baseUrl: https://a.example.com, token: { env: TOKEN } } }\n'
const schedule = (id: string, when = '{ every: 1h }') =>
  `version: 1\nschedules:\n  a: { account: main, when: ${when}, launch: { id: ${id} } }\n`

describe('sendoff validate', () => {
  it('ends with 0 and a summary where nothing is wrong', () => {
    const cwd = projectFolder({ 'config/sendoff.yaml': config, 'jobs/a.yaml': schedule('1') })
    expect(sendoff(cwd, ['validate'])).toEqual({ code: 0, stdout: '', stderr: '1 schedule in 2 files, no problems\n' })
  })

  it('prints problems of the configuration and of schedules as data, and ends with 2', () => {
    const cwd = projectFolder({ 'config/sendoff.yaml': `${config}logg: {}\n`, 'jobs/a.yaml': schedule('x') })
    expect(sendoff(cwd, ['validate'])).toEqual({
      code: 2,
      stdout:
        'config/sendoff.yaml:3:1: unknown key "logg"; did you mean "log"?\n' +
        'jobs/a.yaml:3:58: a.launch.id: must be a whole number above 0, got "x"\n',
      stderr: '2 errors in 2 of 2 files\n',
    })
  })

  it('ends with 0 where there are only warnings', () => {
    const cwd = projectFolder({ 'jobs/a.yaml': schedule('1', '{ every: 1h, until: 2020-01-01 }') })
    const { code, stdout, stderr } = sendoff(cwd, ['validate'])
    expect([code, stderr]).toEqual([0, '1 warning in 1 of 1 file\n'])
    expect(stdout).toBe('jobs/a.yaml:3:49: warning: a.when.until: has passed: nothing is due any more\n')
  })

  it('checks the files it is given, folders and standard input too', () => {
    const cwd = projectFolder({ 'config/sendoff.yaml': config, 'jobs/bad.yaml': 'x', 'new/a.yaml': schedule('y') })
    expect(
      sendoff(cwd, ['validate', 'new', 'none.yaml', 'config/sendoff.yaml', '-'], { stdin: schedule('z') }).stdout,
    ).toBe(
      'new/a.yaml:3:58: a.launch.id: must be a whole number above 0, got "y"\n' +
        'none.yaml:1:1: the file does not exist\n' +
        '-:3:3: the schedule "a" is declared here and at new/a.yaml:3; give one of them another name\n' +
        '-:3:58: a.launch.id: must be a whole number above 0, got "z"\n',
    )
  })

  it('reads the folder and the configuration that flags name', () => {
    const cwd = projectFolder({ 'other.yaml': config.replace('main', 'second'), 'plans/a.yaml': schedule('1') })
    expect(sendoff(cwd, ['--config', 'other.yaml', '--jobs', 'plans', 'validate']).stdout).toBe(
      'plans/a.yaml:3:17: a.account: "main" is not an account of the configuration; there are second\n',
    )
  })

  it('prints an array for machines', () => {
    const cwd = projectFolder({ 'jobs/a.yaml': schedule('x') })
    expect(JSON.parse(sendoff(cwd, ['validate', '--json']).stdout)).toEqual([
      {
        severity: 'error',
        where: 'jobs/a.yaml',
        line: 3,
        column: 58,
        sentence: 'a.launch.id: must be a whole number above 0, got "x"',
      },
    ])
  })

  it('begins its help with examples', () => {
    expect(sendoff(projectFolder(), ['validate', '--help']).stdout).toMatch(/^Examples:\n {2}sendoff validate/)
  })
})

describe('sendoff schema', () => {
  it.each([
    ['schedules', 'schedules.schema.json'],
    ['config', 'config.schema.json'],
  ])('%s prints what is committed as config/%s', (what, name) => {
    const { stdout } = sendoff(projectFolder(), ['schema', what])
    expect(stdout).toBe(committed(name))
    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' })
  })

  it('of anything else is a wrong command line', () => {
    expect(sendoff(projectFolder(), ['schema', 'launches']).code).toBe(2)
  })
})

describe('sendoff config show', () => {
  const env = { REDIS_URL: 'redis://:canary@127.0.0.1:6379', SENDOFF_LOG__LEVEL: 'debug' }

  it('prints the merged configuration without secrets', () => {
    const cwd = projectFolder({ 'config/sendoff.yaml': config })
    const { code, stdout } = sendoff(cwd, ['config', 'show', '--sources'], { env })
    expect(code).toBe(0)
    expect(stdout).toContain('    baseUrl: https://a.example.com  # config/sendoff.yaml:2\n')
    expect(stdout).toContain('redis:\n  url: •••  # environment REDIS_URL\n  prefix: sendoff  # default\n')
    expect(stdout).toContain('  level: debug  # environment SENDOFF_LOG__LEVEL\n')
    expect(stdout).not.toContain('canary')
  })

  it('prints it as JSON', () => {
    const cwd = projectFolder({ 'config/sendoff.yaml': config })
    const shown: unknown = JSON.parse(sendoff(cwd, ['config', 'show', '--json'], { env }).stdout)
    expect(shown).toMatchObject({ redis: { url: '•••' }, worker: { drainTimeout: '80s' } })
    const sources: unknown = JSON.parse(sendoff(cwd, ['config', 'show', '--sources', '--json'], { env }).stdout)
    expect(sources).toMatchObject({ 'redis.url': { value: '•••', source: 'environment REDIS_URL' } })
  })

  it('tells problems on standard error and ends with 2', () => {
    const cwd = projectFolder({ 'config/sendoff.yaml': 'version: 2' })
    expect(sendoff(cwd, ['config', 'show'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'config/sendoff.yaml:1:10: version: must be 1, got 2\n',
    })
  })
})

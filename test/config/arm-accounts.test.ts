import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { armAccounts } from '../../src/config/arm-accounts.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { DeclarationError, formatProblem } from '../../src/files/problem.ts'
import { projectFolder } from './project-folder.ts'

const text = `version: 1
accounts:
  main: { baseUrl: https://a.example.com, token: { env: TOKEN } }
  second: { baseUrl: https://b.example.com, token: { file: secrets/second }, caFile: ca.pem }
`
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const whole = { 'config/sendoff.yaml': text, 'secrets/second': 'canary-2\n', 'ca.pem': pem }

function armed(files: Record<string, string>, env: Record<string, string> = {}) {
  const cwd = projectFolder(files)
  return armAccounts(loadConfig({ cwd, flags: {}, env: {} }).config, env, cwd)
}

function problemsOf(files: Record<string, string>, env: Record<string, string> = {}): string[] {
  try {
    armed(files, env)
    return []
  } catch (error) {
    if (error instanceof DeclarationError) return error.problems.map(formatProblem)
    throw error
  }
}

describe('accounts', () => {
  it('are armed with their tokens and certificates', () => {
    const accounts = armed(whole, { TOKEN: 'canary-1' })
    expect(accounts.get('main')?.tokenSecret.reveal()).toBe('canary-1')
    expect(accounts.get('second')?.tokenSecret.reveal()).toBe('canary-2')
    expect([accounts.get('main')?.ca, accounts.get('second')?.ca]).toEqual([undefined, pem])
    expect(JSON.stringify([...accounts]) + inspect(accounts, { depth: 9 })).not.toContain('canary')
  })

  it.each([
    ['the environment', { ...whole, '.env': 'TOKEN=from-dotenv' }, { TOKEN: 'from-environment' }, 'from-environment'],
    ['.env', { ...whole, '.env': 'TOKEN=from-dotenv' }, {}, 'from-dotenv'],
    ['a file named in the environment', { ...whole, t: 'from-file\r\n' }, { TOKEN_FILE: 't' }, 'from-file'],
    [
      'a file named in the environment, over .env',
      { ...whole, t: 'from-file', '.env': 'TOKEN=x' },
      { TOKEN_FILE: 't' },
      'from-file',
    ],
  ])('take a token from %s', (_, files, env, token) => {
    expect(armed(files, env).get('main')?.tokenSecret.reveal()).toBe(token)
  })

  it('without tokens are told all at once, with what to set', () => {
    expect(problemsOf({ 'config/sendoff.yaml': text, 'ca.pem': 'x' })).toEqual([
      'accounts.main.token: TOKEN is not set: put the token into it, or the path of a file with the token into TOKEN_FILE',
      'accounts.second.token: the file secrets/second does not exist',
      'accounts.second.caFile: the file ca.pem holds no PEM certificate',
    ])
  })

  it.each([
    [
      'two ways at once',
      { TOKEN: 'canary', TOKEN_FILE: 't' },
      'TOKEN_FILE: TOKEN and TOKEN_FILE are both set; set one of them',
    ],
    ['an empty file', { TOKEN_FILE: 'empty' }, 'TOKEN_FILE: the file empty is empty'],
    [
      'a space inside',
      { TOKEN: 'canary token' },
      'accounts.main.token: the token holds a space, a line break or a letter that no token has',
    ],
    [
      'a line break inside',
      { TOKEN: 'canary\nx' },
      'accounts.main.token: the token holds a space, a line break or a letter that no token has',
    ],
    [
      'a letter of another alphabet',
      { TOKEN: 'саnаry' },
      'accounts.main.token: the token holds a space, a line break or a letter that no token has',
    ],
  ])('refuse a token with %s', (_, env, sentence) => {
    expect(problemsOf({ ...whole, empty: '\n', t: 'x' }, env)).toEqual([sentence])
  })
})

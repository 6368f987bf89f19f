/** docs/configuration.md says what the schema says, and its examples are valid. */
import { describe, expect, it } from 'vitest'
import { calendarSchema } from '../../src/calendars/schema.ts'
import { accountSchema } from '../../src/config/account.ts'
import { configSchema } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { type Shape, shapeOf } from '../../src/files/shape.ts'
import { blocksOf, plain, readPage, rowsOf, sectionOf } from '../docs/page.ts'
import { projectFolder } from './project-folder.ts'

const page = readPage('docs/configuration.md')

/** Path → default of every key that holds a value. */
function keysOfShape(shape: Shape, path: string[] = []): [string, string][] {
  return Object.entries(shape.properties ?? {}).flatMap(([key, below]): [string, string][] => {
    if (typeof below !== 'object') return []
    if (below.properties) return keysOfShape(below, [...path, key])
    const standard = below.default === undefined ? '' : String(JSON.stringify(below.default)).replaceAll('"', '')
    return [[[...path, key].join('.'), standard]]
  })
}

describe('the page of the configuration', () => {
  it('has every key and its default', () => {
    const documented = rowsOf(sectionOf(page, 'Keys').split('### ')[0] ?? '').map(([key, standard]) => [
      plain(key),
      plain(standard),
    ])
    const declared = keysOfShape(shapeOf(configSchema)).filter(([key]) => key !== 'accounts' && key !== 'calendars')
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared))
  })

  it('has every key of an account and its default', () => {
    const documented = rowsOf(sectionOf(page, 'Accounts')).map(([key, standard]) => [plain(key), plain(standard)])
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(keysOfShape(shapeOf(accountSchema))))
  })

  it('has every key of a calendar', () => {
    expect(rowsOf(sectionOf(page, 'Calendars')).map(([key]) => plain(key))).toEqual(Object.keys(calendarSchema.shape))
  })

  it.each(blocksOf(page).filter(({ language }) => language === 'yaml'))(
    'has an example that is valid: $text',
    ({ text }) => {
      const cwd = projectFolder({ 'config/sendoff.yaml': text })
      expect(loadConfig({ cwd, flags: {}, env: {} }).warnings).toEqual([])
    },
  )
})

describe('the committed configuration', () => {
  it.each([
    ['by itself', {}],
    ['with the example of .env', { ALTCRAFT_URL: 'https://altcraft.example.com' }],
  ])('is valid %s', (_, env) => {
    const cwd = projectFolder({
      'config/sendoff.yaml': readPage('config/sendoff.yaml'),
      '.env': readPage('.env.example'),
    })
    const { config, warnings } = loadConfig({ cwd, flags: {}, env })
    expect(warnings).toEqual([])
    expect(config.accounts.main).toMatchObject({
      baseUrl: 'https://altcraft.example.com',
      token: { env: 'ALTCRAFT_TOKEN' },
    })
  })

  it('is still valid where every key in its comments is used', () => {
    const text = readPage('config/sendoff.yaml').replace(
      /^( *)# (?=(?:redis|worker|history|log|format|auth|timeouts| {2}url| {2}prefix)\b)/gm,
      '$1',
    )
    expect(
      loadConfig({ cwd: projectFolder({ 'config/sendoff.yaml': text }), flags: {}, env: {} }).config.redis.url,
    ).toBeDefined()
  })

  it('has an example of .env whose names mean something', () => {
    const text = readPage('.env.example')
      .replace(/^# (?=[A-Z_]+=)/gm, '')
      .replace(/^ALTCRAFT_TOKEN_FILE=.*$/m, '')
    const { config } = loadConfig({
      cwd: projectFolder({ '.env': `${text}\nSENDOFF_ACCOUNTS__MAIN__TOKEN__ENV=T` }),
      flags: {},
      env: {},
    })
    expect(config.accounts.main?.baseUrl).toBe('https://altcraft.example.com')
    expect(config.redis.url?.reveal()).toBe('redis://127.0.0.1:6379/0')
    expect(config.log.level).toBe('debug')
  })
})

import { describe, expect, it } from 'vitest'
import { baseUrlProblems, tidyBaseUrl } from '../../src/config/base-url.ts'

describe('a base URL', () => {
  it.each([
    'https://altcraft.example.com',
    'https://altcraft.example.com:7443/',
    'https://example.com/altcraft',
    'http://localhost:8090',
    'http://127.0.0.1:8090',
    'http://127.9.9.9',
    'http://[::1]:8090',
    // Another way to write 127.0.0.1, and understood as such.
    'http://2130706433',
    'http://inside.example.com',
    'http://INSIDE.example.com',
  ])('may be %s', url => {
    expect(baseUrlProblems(url, ['inside.example.com'])).toEqual([])
  })

  it.each([
    [
      'http://altcraft.example.com',
      'must begin with https://, or the token is sent in the clear; name altcraft.example.com in allowHttp to allow it',
    ],
    [
      'http://127.0.0.1.example.com',
      'must begin with https://, or the token is sent in the clear; name 127.0.0.1.example.com in allowHttp to allow it',
    ],
    [
      'http://localhost.example.com',
      'must begin with https://, or the token is sent in the clear; name localhost.example.com in allowHttp to allow it',
    ],
    [
      'http://169.254.169.254',
      'must begin with https://, or the token is sent in the clear; name 169.254.169.254 in allowHttp to allow it',
    ],
    ['ftp://altcraft.example.com', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['altcraft.example.com', 'must be a URL such as https://altcraft.example.com'],
    ['', 'must be a URL such as https://altcraft.example.com'],
    ['https://user:pw@altcraft.example.com', 'must not hold a user name or password'],
    ['https://altcraft.example.com?a=1', 'must not hold a query (?)'],
    ['https://altcraft.example.com?', 'must not hold a query (?)'],
    ['https://altcraft.example.com#a', 'must not hold a fragment (#)'],
    ['https://altcraft.example.com/api', 'must end before /api: Sendoff adds /api/v1.1/… itself'],
    ['https://altcraft.example.com/api/v1.1/', 'must end before /api: Sendoff adds /api/v1.1/… itself'],
  ])('may not be %s', (url, sentence) => {
    expect(baseUrlProblems(url, ['inside.example.com'])).toEqual([sentence])
  })

  it('is told everything that is wrong with it, without its password', () => {
    const problems = baseUrlProblems('http://user:canary@altcraft.example.com/api?x#y', [])
    expect(problems).toHaveLength(5)
    expect(problems.join()).not.toContain('canary')
  })

  it('is kept without slashes at its end', () => {
    expect(tidyBaseUrl('https://EXAMPLE.com:443/altcraft//')).toBe('https://example.com/altcraft')
  })
})

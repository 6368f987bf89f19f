import { afterEach, beforeEach } from 'vitest'
import { type Altcraft, type AltcraftOptions, startAltcraft } from '../../src/sandbox/altcraft.ts'
import type { Handled } from '../../src/sandbox/handled.ts'

export const jsonType = { 'Content-Type': 'application/json' }
export const xmlType = { 'Content-Type': 'application/xml' }
export const success = { data: null, error: 0, error_text: 'Successful operation' }

/** A stand-in that lives for one test, and whole requests to it. */
export interface Api {
  readonly altcraft: () => Altcraft
  readonly events: () => readonly Handled[]
  readonly restart: (options: AltcraftOptions) => Promise<void>
  readonly post: (path: string, body: string | object, headers?: Record<string, string>) => Promise<Answer>
  /** The body of the answer, read as JSON. */
  readonly json: (path: string, body: object, headers?: Record<string, string>) => ReturnType<typeof JSON.parse>
  readonly control: (
    method: string,
    path: string,
    body?: object,
  ) => Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** To be called at the top of a test file: opens a stand-in before each test and closes it after. */
export function apiForEachTest(): Api {
  let altcraft: Altcraft
  let events: Handled[]
  const open = async (options: AltcraftOptions = {}) => {
    events = []
    altcraft = await startAltcraft({ onEvent: handled => events.push(handled), ...options })
  }
  beforeEach(() => open())
  afterEach(() => altcraft.close())

  const post: Api['post'] = async (path, body, headers = jsonType) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await fetch(altcraft.url + path, { method: 'POST', headers, body: text })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  return {
    altcraft: () => altcraft,
    events: () => events,
    restart: async options => {
      await altcraft.close()
      await open(options)
    },
    post,
    json: async (...request) => JSON.parse((await post(...request)).text),
    control: async (method, path, body) => {
      const answer = await fetch(`${altcraft.url}/_sandbox/${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: JSON.parse(await answer.text()) }
    },
  }
}

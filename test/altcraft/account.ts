import { onTestFinished } from 'vitest'
import { createStartMailing } from '../../src/altcraft/start-mailing.ts'
import type { ArmedAccount } from '../../src/config/account.ts'
import { Secret } from '../../src/config/secret.ts'
import { classify } from '../../src/launches/classify.ts'
import type { LaunchRequest } from '../../src/launches/launch.ts'
import type { Observation } from '../../src/launches/outcome.ts'
import type { Permit } from '../../src/launches/start-mailing.ts'
import { type Manners, openRawServer, type RawServer } from './raw-server.ts'

export const token = '0123456789abcdef0123456789abcdef'
export const success = '{"data": null, "error": 0, "error_text": "Successful operation"}'
export const yes = async (): Promise<Permit> => ({ granted: true, stillOpen: () => true })

export function account(baseUrl: string, more: Partial<ArmedAccount> = {}): ArmedAccount {
  return {
    name: 'main',
    baseUrl,
    token: { env: 'ALTCRAFT_TOKEN' },
    format: 'json',
    auth: 'body',
    connections: 'fresh',
    timeouts: { connect: 2_000, headers: 2_000, total: 3_000 },
    allowHttp: [],
    errors: { retry: [], permanent: [], trust503: false },
    durability: 'disk',
    deduplication: 'probed',
    deduplicationWindow: 86_400_000,
    onSilentLog: 'hold',
    confirmation: 'answer',
    limits: {},
    breaker: { failures: 5, pause: 30_000 },
    startedElsewhere: false,
    tokenSecret: new Secret(token),
    ca: undefined,
    ...more,
  }
}

interface Attempt {
  readonly permit?: () => Promise<Permit>
  readonly signal?: AbortSignal
  readonly request?: LaunchRequest
  readonly account?: string
}

export interface Post {
  /** One attempt; gives what was seen. */
  start(attempt?: Attempt): Promise<Observation>
  close(): Promise<void>
}

/** The port under test for one account; closed when the test ends. */
export function openPost(armed: ArmedAccount): Post {
  const { startMailing, close } = createStartMailing(new Map([[armed.name, armed]]))
  onTestFinished(close)
  return {
    start: ({
      permit = yes,
      signal = new AbortController().signal,
      request = { id: 42 },
      account: name = 'main',
    } = {}) => startMailing({ account: name, requestId: 'digest@20261123T0900', request }, permit, signal),
    close,
  }
}

/** A server with the given manners and a post that speaks to it; both closed when the test ends. */
export async function openPair(
  manners: Manners,
  more: Partial<ArmedAccount> = {},
): Promise<{ server: RawServer; post: Post }> {
  const server = await openRawServer(manners)
  onTestFinished(() => server.close())
  const scheme = manners.tls ? 'https' : 'http'
  return { server, post: openPost(account(`${scheme}://127.0.0.1:${server.port}`, more)) }
}

export function outcomeOf(observation: Observation): string {
  const outcome = classify(observation, { retry: [], permanent: [], trust503: false }, false)
  return outcome.kind === 'refused' ? `refused ${outcome.stops}` : outcome.kind
}

/** A promise, and the function that fulfils it. */
export function gate<T = void>(): { opened: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => undefined
  const opened = new Promise<T>(resolve => {
    open = resolve
  })
  return { opened, open }
}

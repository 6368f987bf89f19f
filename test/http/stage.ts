/** The HTTP API over a Redis of its own, asked without a port. */

import { Writable } from 'node:stream'
import type { Redis } from 'ioredis'
import { Redis as Connection } from 'ioredis'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { type Events, eventsTo } from '../../src/events.ts'
import { createKey } from '../../src/http/api-keys.ts'
import { type Api, createApi } from '../../src/http/app.ts'
import type { Role } from '../../src/http/doors.ts'
import { EventHub } from '../../src/http/event-hub.ts'
import { Metrics } from '../../src/http/metrics.ts'
import type { Check, HttpParts } from '../../src/http/parts.ts'
import { Probes } from '../../src/http/probes.ts'
import { EventStream } from '../../src/launches/event-stream.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { createLogger } from '../../src/log.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import type { Drift } from '../../src/timetable/files-drift.ts'
import type { Schedule } from '../../src/timetable/schedule.ts'
import { projectFolder } from '../config/project-folder.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { putSchedule } from '../timetable/stored.ts'

/** The token of every account: it may stand in no answer and on no page. */
export const canary = 'canary-5f0d9b1e77'

/** The configuration of the stage. */
export const stageFiles = {
  'config/sendoff.yaml': `version: 1
accounts:
  main: { baseUrl: "https://altcraft.example.com", token: { env: ALTCRAFT_TOKEN }, durability: memory }
  other: { baseUrl: "https://other.example.com", token: { env: ALTCRAFT_TOKEN }, durability: memory }
redis: { requireDurable: false, prefix: test }
http: { listen: "127.0.0.1:8377", bodyLimit: 20000, uploadLimit: 200000, timeout: 10s }
`,
}

export interface Asking {
  readonly key?: string | undefined
  readonly body?: unknown
  /** Sent as it is, instead of a body as JSON. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class HttpStage {
  readonly server: TestRedis
  readonly config: Config
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  readonly hub: EventHub
  readonly events: Events
  readonly stream: EventStream
  readonly metrics = new Metrics('0.0.0')
  readonly api: Api
  /** Undefined: by the clock of Redis. */
  now: number | undefined
  withoutKey: Role | 'off' = 'off'
  stopping = false
  /** What the files say otherwise. */
  drift: Drift | undefined
  checks: Check[] = [{ name: 'redis', ok: true }]
  /** Every line that was logged. */
  log = ''
  readonly #readers: Redis[] = []

  private constructor(server: TestRedis, cwd: string) {
    this.server = server
    this.config = loadConfig({ cwd, flags: {}, env: { ALTCRAFT_TOKEN: canary } }).config
    this.ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => this.now ?? Date.now() }
    this.queues = new LaunchQueues(server.redis, this.ledger.keys)
    this.hub = new EventHub(this.ledger, () => this.#connect())
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.log += String(chunk)
        done()
      },
    })
    this.events = eventsTo(createLogger({ level: 'debug', format: 'json' }, sink))
    this.stream = new EventStream(this.ledger, text => text.replaceAll('canary', '•••'))
    this.events.alsoTell(happening => this.stream.tell(happening))
    this.events.alsoTell(happening => this.metrics.hear(happening))
    this.api = createApi(this.parts(), () => ({ withoutKey: this.withoutKey, port: 8377 }))
  }

  /** `cwd`: a folder with the files of the stage; absent: one that vitest removes. */
  static async open(cwd = projectFolder(stageFiles)): Promise<HttpStage> {
    return new HttpStage(await startTestRedis(), cwd)
  }

  async clear(): Promise<void> {
    await this.server.redis.flushall()
    this.now = undefined
    this.withoutKey = 'off'
    this.stopping = false
    this.drift = undefined
  }

  async close(): Promise<void> {
    this.hub.close()
    for (const reader of this.#readers) reader.disconnect()
    await this.queues.close()
    await this.server.stop()
  }

  key(role: Role, name: string = role, over: { accounts?: readonly string[]; expires?: number } = {}): Promise<string> {
    return createKey(this.ledger, { name, role, ...over }, { by: 'test', why: 'test' }, Date.now()).then(key => {
      if (key === undefined) throw new Error(`there is a key ${name} already`)
      return key
    })
  }

  async ask(method: string, path: string, { key, body, raw, headers }: Asking = {}): Promise<Response> {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    return this.api.request(path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    })
  }

  async put(schedule: Schedule): Promise<void> {
    await putSchedule(this.ledger, schedule.name, schedule)
  }

  /** What the API, and the pages, are made of. */
  parts(): HttpParts {
    const open = { config: this.config, ledger: this.ledger, queues: this.queues }
    return {
      open,
      settings: this.config.http,
      version: '0.0.0',
      events: this.hub,
      heard: this.events,
      measure: request => this.metrics.measure(request),
      metrics: () => this.metrics.read(open),
      checks: async () => this.checks,
      isStopping: () => this.stopping,
      probes: new Probes(),
      drift: async () => this.drift,
    }
  }

  #connect(): Redis {
    const reader = new Connection({ path: this.server.socket })
    reader.on('error', () => {})
    this.#readers.push(reader)
    return reader
  }
}

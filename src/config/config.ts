/** The configuration: what may be written in config/sendoff.yaml, and what the program makes of it. */
import { z } from 'zod'
import { calendarSchema } from '../calendars/schema.ts'
import { duration } from '../files/duration.ts'
import { type Account, accountSchema } from './account.ts'
import { readListen } from './listen.ts'
import { Secret } from './secret.ts'

const dayMs = 86_400_000
/** What was launched must be remembered for longer than anything could make the same launch again. */
const shortestHistory = 8 * dayMs

const redisUrl = z
  .codec(z.string(), z.instanceof(Secret), { decode: text => new Secret(text), encode: String })
  .refine(isRedisUrl, 'is not the address of a Redis: write redis://host:6379/0, or rediss:// for TLS')

function isRedisUrl(url: Secret): boolean {
  if (!URL.canParse(url.reveal())) return false
  const { protocol, hostname } = new URL(url.reveal())
  return ['redis:', 'rediss:'].includes(protocol) && hostname !== ''
}

const redisSchema = z.strictObject({
  url: redisUrl.optional().meta({
    secret: true,
    description: 'redis://[user:password@]host:6379/0, rediss:// for TLS. Without it Sendoff runs a Redis of its own.',
  }),
  prefix: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'is not a prefix: use small letters, digits and hyphens')
    .default('sendoff')
    .meta({ description: 'The beginning of every key in Redis.' }),
  requireDurable: z
    .boolean()
    .default(true)
    .meta({ description: 'Refuse to launch on a Redis that may forget: no append-only file, or keys evicted.' }),
})

const rows = z.int().positive()

const historySchema = z.strictObject({
  keep: duration
    .refine(ms => ms >= shortestHistory, 'must be at least 8d, or a repeat could not be recognised')
    .prefault('400d')
    .meta({ description: 'How long the record of an ended launch is kept; at least 8d.' }),
  maxRows: z
    .strictObject({
      schedule: rows.default(500_000),
      bulk: rows.default(1_000_000),
      manual: rows.default(100_000),
    })
    .prefault({})
    .meta({ description: 'How many ended launches of each origin are kept at most.' }),
})

const httpSchema = z.strictObject({
  listen: z
    .string()
    .refine(text => readListen(text) !== undefined, 'is not an address with a port: write 127.0.0.1:8377')
    .optional()
    .meta({ description: 'Where the HTTP API listens, such as 127.0.0.1:8377. Without it there is none.' }),
  withoutKey: z.enum(['off', 'viewer', 'operator', 'launcher', 'admin']).default('off').meta({
    description:
      'The role of requests that come without an API key; off: they are refused. Only where listen is a loopback address.',
  }),
  bodyLimit: z
    .int()
    .min(1_024)
    .max(256 * 1_048_576)
    .default(16 * 1_048_576)
    .meta({ description: 'How many bytes the body of a request may have.' }),
  uploadLimit: z
    .int()
    .min(1_024)
    .default(512 * 1_048_576)
    .meta({ description: 'How many bytes a file of rows may have.' }),
  timeout: duration
    .refine(ms => ms >= 1_000 && ms <= 50_000, 'must be from 1s to 50s')
    .prefault('30s')
    .meta({ description: 'How long one request may take.' }),
})

/** Of accounts and calendars. Checked by rules.ts, not by the schema: zod would look no further below a bad name. */
export const chosenName = /^[a-z][a-z0-9-]{0,62}$/

export const configSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'The version of this format.' }),
  accounts: z
    .record(z.string(), accountSchema)
    .default({})
    .meta({
      description: 'Altcraft installations, by the names that schedules call them.',
      propertyNames: { type: 'string', pattern: chosenName.source },
    }),
  calendars: z
    .record(z.string(), calendarSchema)
    .default({})
    .meta({
      description: 'Days and spans of time that schedules may leave out, by the names that they call them.',
      propertyNames: { type: 'string', pattern: chosenName.source },
    }),
  redis: redisSchema.prefault({}).meta({ description: 'Where launches are kept.' }),
  worker: z
    .strictObject({
      concurrency: z
        .int()
        .min(1)
        .max(1_000)
        .default(8)
        .meta({ description: 'Launches under way at once, per account.' }),
      drainTimeout: duration
        .prefault('80s')
        .meta({ description: 'How long a stopping process waits for its requests; longer than timeouts.total.' }),
    })
    .prefault({})
    .meta({ description: 'The part that sends.' }),
  history: historySchema.prefault({}).meta({ description: 'How much of the past is kept.' }),
  http: httpSchema.prefault({}).meta({ description: 'The HTTP API.' }),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
      format: z
        .enum(['auto', 'json', 'pretty'])
        .default('auto')
        .meta({ description: 'auto: readable lines on a terminal, JSON otherwise.' }),
    })
    .prefault({})
    .meta({ description: 'The lines that a running service writes.' }),
})

export interface Paths {
  /** The config file that was read, absolute; absent where there is none. */
  readonly config?: string
  /** The folder of schedule files, absolute. */
  readonly jobs: string
  /** The folder of private data, absolute. */
  readonly data: string
}

export interface Config extends Omit<z.output<typeof configSchema>, 'version' | 'accounts'> {
  readonly paths: Paths
  readonly accounts: Readonly<Record<string, Account>>
}

/** One Altcraft installation and token: base URL, limits, policies. Keys are documented in docs/configuration.md. */
import { z } from 'zod'
import { duration } from '../files/duration.ts'
import { longestPause } from '../launches/breaker.ts'
import type { Secret } from './secret.ts'

/** A run of hexadecimal digits is what a token looks like; a name of a variable never does. */
const variableName = /^(?![0-9a-fA-F]{24,}$)[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** A secret is only ever referred to: by the name of an environment variable or of a file. */
const secretReference = z
  .union([
    z.strictObject({
      env: z
        .string()
        .regex(variableName, 'is not the name of an environment variable')
        .meta({ expects: 'the name of an environment variable' }),
    }),
    z.strictObject({ file: z.string().min(1).meta({ expects: 'the path of a file' }) }),
  ])
  .meta({
    secret: true,
    expects: '{ env: NAME } or { file: PATH }, a reference and never the token itself',
    description: 'Where the token is: { env: NAME } of an environment variable (or of NAME_FILE), or { file: PATH }.',
  })

const errorCodes = z.array(z.int().positive()).default([])

export const accountSchema = z.strictObject({
  baseUrl: z.string().meta({
    expects: 'a URL such as https://altcraft.example.com',
    description: 'https://host[:port] of the Altcraft installation, without /api.',
  }),
  token: secretReference,
  format: z
    .enum(['json', 'xml'])
    .default('json')
    .meta({ description: 'What requests are written in, and asked for in return.' }),
  auth: z
    .enum(['body', 'bearer'])
    .default('body')
    .meta({ description: 'Where the token travels: in the body, as the API page shows, or as Authorization: Bearer.' }),
  connections: z
    .enum(['fresh', 'reuse'])
    .default('fresh')
    .meta({ description: 'fresh: a connection per launch, closed after it. reuse: kept alive between launches.' }),
  timeouts: z
    .strictObject({
      connect: duration.prefault('10s').meta({ description: 'DNS, TCP and TLS together.' }),
      headers: duration.prefault('60s').meta({ description: 'From the request to the first line of the answer.' }),
      total: duration.prefault('75s').meta({ description: 'The whole attempt; at least as long as headers.' }),
    })
    .prefault({})
    .meta({ description: 'How long one attempt waits.' }),
  allowHttp: z
    .array(z.string())
    .default([])
    .meta({ description: 'Host names for which http:// is accepted although they are not this machine.' }),
  caFile: z.string().min(1).optional().meta({
    description: 'A file of PEM certificates to trust besides those of the system, for an authority of your own.',
  }),
  errors: z
    .strictObject({
      retry: errorCodes.meta({ description: 'Values of error known to mean "not started, try again".' }),
      permanent: errorCodes.meta({ description: 'Values of error, besides 400 to 499, known to mean "refused".' }),
      trust503: z
        .boolean()
        .default(false)
        .meta({ description: 'true where every 503 of this installation is answered before a launch is begun.' }),
    })
    .prefault({})
    .meta({ description: 'What the owner of the installation knows about its answers.' }),
  durability: z
    .union([z.enum(['memory', 'disk']), z.string().regex(/^replicas:[1-9]$/)])
    .default('disk')
    .meta({
      expects: 'memory, disk or replicas:1 to replicas:9',
      description: 'How surely the intent to send is stored before the first byte leaves: memory, disk or replicas:N.',
    }),
  deduplication: z.enum(['probed', 'declared', 'off']).default('probed').meta({
    description:
      'Whether a launch in doubt is sent again with the same Request-ID. probed: where sendoff doctor has proven within 30 days that Altcraft drops repeats; declared: always, on your word; off: never.',
  }),
  deduplicationWindow: duration
    .refine(ms => ms > 0, 'must be longer than 0')
    .prefault('24h')
    .meta({
      description: 'How long Altcraft remembers a request (API_DEDUPLICATION_LIVE_TIME_SEC of the installation).',
    }),
  onSilentLog: z.enum(['hold', 'relaunch']).default('hold').meta({
    description:
      "What becomes of a launch in doubt that Altcraft's log does not show. hold: a person decides; relaunch: it is launched again, at the risk of mailing twice.",
  }),
  confirmation: z.enum(['answer', 'log']).default('answer').meta({
    description:
      "What confirms a launch. answer: error 0; log: Altcraft's log must show the start within ten minutes too, or the launch is swallowed.",
  }),
  limits: z
    .strictObject({
      perMinute: z.int().min(1).max(60_000).optional().meta({
        description: 'Most requests in any sixty seconds, of all processes together; what is above waits.',
      }),
      concurrency: z.int().min(1).max(1_000).optional().meta({
        description: 'Most launches under way at once, of all processes together; worker.concurrency is per process.',
      }),
    })
    .prefault({})
    .meta({ description: 'How much the installation bears. Without them, as much as the workers send.' }),
  breaker: z
    .strictObject({
      failures: z
        .union([z.int().min(0).max(1_000), z.literal('off')])
        .default(5)
        .meta({
          expects: 'a whole number from 0 to 1000, or off',
          description:
            'So many failures of the way to Altcraft in a row stop the account for a while; 0 or off: never.',
        }),
      pause: duration
        .refine(ms => ms >= 1_000 && ms <= longestPause, 'must be from 1s to 10m')
        .prefault('30s')
        .meta({ description: 'How long nothing is tried then; doubled, up to 10m, by each probe that fails.' }),
    })
    .prefault({})
    .meta({ description: 'What is done while Altcraft cannot be reached.' }),
  startedElsewhere: z.boolean().default(false).meta({
    description:
      'true where mailings of this account are also started by people or by their own timetable in Altcraft, so that a log entry alone proves nothing.',
  }),
})

/** An account as the rest of the program sees it: validated, durations in milliseconds, the token still only a reference. */
export type Account = z.output<typeof accountSchema> & { readonly name: string }

/** An account with its secrets read; exists only in processes that send. */
export interface ArmedAccount extends Account {
  readonly tokenSecret: Secret
  /** PEM text of `caFile`. */
  readonly ca: string | undefined
}

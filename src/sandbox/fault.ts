/**
 * The faults that the stand-in for Altcraft makes on demand: a closed union. Each schema reads the words of the text
 * form (fault-text.ts) and writes them back, so that one statement defines both. docs/simulate.md explains every fault.
 */
import { z } from 'zod'
import { formatDuration, parseDuration } from '../files/duration.ts'

const calls = ['start', 'log', 'status'] as const
/** `start`: broadcasts/start. `log`: campaigns/log_v2. `status`: campaigns/get_status. */
export type Call = (typeof calls)[number]

function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z.codec(z.string({ error }).regex(/^\d{1,10}$/, error), z.int().min(least, error).max(most, error), {
    decode: Number,
    encode: String,
  })
}

const durationError = 'must be a duration of at most a day, like 500ms, 2s or 15m'
const wait = z.codec(z.string({ error: durationError }), z.int(durationError).min(0).max(86_400_000, durationError), {
  decode: text => parseDuration(text) ?? Number.NaN,
  encode: formatDuration,
})

const probabilityError = 'must be a probability above 0 and up to 1, like 0.05'
const probability = z.codec(
  z.string().regex(/^(\d?\.\d{1,25}|\d)(e-\d{1,3})?$/, probabilityError),
  z.number().gt(0, probabilityError).lte(1, probabilityError),
  { decode: Number, encode: String },
)

const timesError = 'must be a count with an optional scope, like x1, x2/mailing or x1/launch'
const timesPattern = /^(\d{1,9})(?:\/(mailing|launch))?$/
const perSchema = z.enum(['all', 'mailing', 'launch']).default('all')
/** How often a fault happens: `count` times in all, or for every mailing, or for every launch (its Request-ID). */
const times = z.codec(
  z.string().regex(timesPattern, timesError),
  z.strictObject({ count: z.int().min(1, timesError), per: perSchema }),
  {
    decode: text => {
      const [, count, per] = timesPattern.exec(text) ?? []
      return { count: Number(count), per: perSchema.parse(per) }
    },
    encode: ({ count, per }) => (per === 'all' ? `${count}` : `${count}/${per}`),
  },
)

const onError = `must be one of ${calls.join(', ')}, any`
/** Which requests a fault is for. Nothing said: every start call, always. */
const scope = {
  id: wholeNumber(1, 2_147_483_647).optional(),
  x: times.optional(),
  p: probability.optional(),
  on: z.enum([...calls, 'any'], { error: onError }).optional(),
}

const httpStatus = wholeNumber(300, 599)
const words = z.string().regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must be text without control characters')
const headerValue = z.string().regex(/^[!-~]([ -~]*[!-~])?$/, 'must be printable ASCII text')
const truncations = ['length', 'chunked', 'close', 'stall'] as const

export const faultSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('refuse'),
    value: wholeNumber(1, 2_147_483_647),
    text: words.optional(),
    http: wholeNumber(200, 599).optional(),
    ...scope,
  }),
  z.strictObject({
    name: z.enum(['status', 'status-after']),
    value: httpStatus,
    'retry-after': headerValue.optional(),
    ...scope,
  }),
  z.strictObject({ name: z.enum(['delay', 'delay-after', 'drip']), value: wait, ...scope }),
  z.strictObject({
    name: z.literal('truncate'),
    value: z.enum(truncations, { error: `must be one of ${truncations.join(', ')}` }),
    ...scope,
  }),
  z.strictObject({
    name: z.enum(['drop', 'drop-after', 'reset', 'reset-after', 'silent', 'silent-after']),
    ...scope,
  }),
  z.strictObject({ name: z.enum(['html', 'html-after', 'garbage', 'garbage-after']), ...scope }),
  z.strictObject({
    name: z.enum(['mislabel', 'double-error', 'string-error', 'swallow', 'swallow-unmarked']),
    ...scope,
  }),
  // Before the first byte is read nobody knows the mailing, so these two take no id, no call and no scope of a count.
  z.strictObject({
    name: z.enum(['reset-accept', 'reset-first-byte']),
    x: times.refine(({ per }) => per === 'all', 'counts connections here: write x1, without a scope').optional(),
    p: scope.p,
  }),
])
export type Fault = z.output<typeof faultSchema>
export type FaultName = Fault['name']

export type ConnectionFault = Extract<Fault, { name: 'reset-accept' | 'reset-first-byte' }>
export type RequestFault = Exclude<Fault, ConnectionFault>

export function isConnectionFault(fault: Fault): fault is ConnectionFault {
  return fault.name === 'reset-accept' || fault.name === 'reset-first-byte'
}

/** Whether a start is really executed under each fault: the one thing that a client cannot see. */
export const executes: Readonly<Record<FaultName, boolean>> = {
  refuse: false,
  status: false,
  'status-after': true,
  delay: true,
  'delay-after': true,
  drop: false,
  'drop-after': true,
  reset: false,
  'reset-after': true,
  'reset-accept': false,
  'reset-first-byte': false,
  silent: false,
  'silent-after': true,
  truncate: true,
  drip: true,
  html: false,
  'html-after': true,
  garbage: false,
  'garbage-after': true,
  mislabel: true,
  'double-error': true,
  'string-error': true,
  swallow: false,
  'swallow-unmarked': false,
}

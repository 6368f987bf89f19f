/** The launch record as the program sees it, read from its hash. docs/ledger.md lists the hash's fields. */
import { z } from 'zod'
import { launchRequestSchema, origins, type State, states } from './launch.ts'

const attemptSchema = z.object({
  number: z.number(),
  /** When connecting began; epoch milliseconds of the worker. */
  start: z.number(),
  /** When the right to write was in the ledger; absent in a settled attempt, whose `handed` says more. */
  sent: z.number().optional(),
  end: z.number().optional(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
  handed: z.boolean().optional(),
  error: z.number().optional(),
  error_text: z.string().optional(),
  status: z.number().optional(),
  duplicate: z.boolean().optional(),
  requestId: z.string().optional(),
  /** The process that made it. */
  owner: z.string().optional(),
  detail: z.string().optional(),
})
export type Attempt = z.infer<typeof attemptSchema>

const recordSchema = z.object({
  key: z.string(),
  account: z.string(),
  mailing: z.coerce.number(),
  origin: z.enum(origins),
  schedule: z.string().optional(),
  state: z.enum(states),
  reason: z.string().optional(),
  created: z.coerce.number(),
  nominal: z.coerce.number().optional(),
  due: z.coerce.number(),
  notBefore: z.coerce.number(),
  sendUntil: z.coerce.number(),
  open: z
    .string()
    .transform(text => z.array(z.tuple([z.number(), z.number()])).parse(JSON.parse(text)))
    .optional(),
  error: z.coerce.number().optional(),
  error_text: z.string().optional(),
  status: z.coerce.number().optional(),
  attempts: z.coerce.number(),
  lateness: z.coerce.number().optional(),
  heldBy: z.enum(['hold', 'guard', 'preflight']).optional(),
  /** The account's limits or its breaker keep it waiting, or did until its time was over. */
  awaits: z.enum(['pace', 'breaker']).optional(),
  owner: z.string().optional(),
  token: z.coerce.number(),
  round: z.coerce.number().default(0),
  doubt: z.literal('1').optional(),
  repeats: z.coerce.number().default(0),
  polls: z.coerce.number().default(0),
  evidence: z.enum(['none', 'started', 'explained', 'unreadable']).default('none'),
  readAt: z.coerce.number().default(0),
  entries: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .optional(),
  reset: z
    .literal('1')
    .optional()
    .transform(flag => flag === '1'),
  quarantineUntil: z.coerce.number().default(0),
  advice: z.string().optional(),
  confirmed: z.coerce.number().optional(),
  confirmation: z.enum(['pending', 'confirmed', 'unclear', 'swallowed']).optional(),
  confirmReadings: z.coerce.number().default(0),
  requestId: z.string(),
  request: z.string().transform(text => launchRequestSchema.parse(JSON.parse(text))),
  /** Absent in a row of a batch: the batch has it. */
  policy: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .optional(),
  /** The number of its row in the file, where it is one of a batch. */
  row: z.coerce.number().optional(),
  madeBy: z.string().optional(),
  by: z.string().optional(),
  why: z.string().optional(),
})

const listedSchema = recordSchema.pick({
  key: true,
  account: true,
  mailing: true,
  origin: true,
  schedule: true,
  state: true,
  reason: true,
  due: true,
  error: true,
  error_text: true,
  status: true,
  attempts: true,
  lateness: true,
})
/** What a list shows of a launch. Its request, which may have megabytes attached, is not read for that. */
export type ListedLaunch = z.infer<typeof listedSchema>

/** The fields of the hash that `readListed` wants, in its order. */
export const listedFields = Object.keys(listedSchema.shape)

/** Reads their values; undefined where all are null, which is how Redis says that there is no record. */
export function readListed(values: readonly (string | null)[]): ListedLaunch | undefined {
  const present = listedFields.flatMap((name, index) => (values[index] == null ? [] : [[name, values[index]]]))
  return present.length === 0 ? undefined : listedSchema.parse(Object.fromEntries(present))
}

const noteSchema = z.object({ at: z.number(), who: z.string(), what: z.string(), why: z.string() })
/** Something that was decided about a launch, by the service or by a person. */
type Note = z.infer<typeof noteSchema>

export interface LaunchRecord extends z.infer<typeof recordSchema> {
  readonly attemptList: readonly Attempt[]
  readonly notes: readonly Note[]
  /** When it entered each state last; epoch milliseconds of the Redis server. */
  readonly times: Partial<Record<State, number>>
}

/** Reads a record's hash; undefined for an empty one, which is how Redis says that there is none. */
export function readRecord(hash: Readonly<Record<string, string>>): LaunchRecord | undefined {
  if (hash.key === undefined) return undefined
  const attemptList: Attempt[] = []
  const notes: Note[] = []
  const times: Partial<Record<State, number>> = {}
  for (const [name, value] of Object.entries(hash)) {
    if (name.startsWith('attempt:')) attemptList.push(attemptSchema.parse(JSON.parse(value)))
    if (name.startsWith('note:')) notes.push(noteSchema.parse(JSON.parse(value)))
  }
  for (const state of states) {
    const at = hash[`at:${state}`]
    if (at !== undefined) times[state] = Number(at)
  }
  attemptList.sort((a, b) => a.number - b.number)
  notes.sort((a, b) => a.at - b.at)
  return { ...recordSchema.parse(hash), attemptList, notes, times }
}

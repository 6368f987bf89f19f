/** What may be written in a schedule file. Rules between keys, and rules that need the clock or the disk, are not here. */
import { z } from 'zod'
import { duration } from '../files/duration.ts'
import { launchFields } from '../launches/launch.ts'
import { policyInput } from '../launches/policy.ts'
import { allowanceInput } from './allowance-schema.ts'
import { bulkInput } from './bulk-schema.ts'
import { isZone, suggestZones } from './zone.ts'

const zone = z
  .string()
  .superRefine((name, context) => {
    if (isZone(name)) return
    const near = suggestZones(name)
    const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : ', such as Europe/Berlin'
    context.addIssue({ code: 'custom', message: `is not an IANA time zone${hint}` })
  })
  .meta({ expects: 'an IANA time zone such as Europe/Berlin' })

const moment = z.string().meta({ expects: 'a local time such as 2026-12-24T09:00' })

function isInstant(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
  )
}

export const whenSchema = z.strictObject({
  cron: z.string().optional().meta({
    expects: 'a cron pattern such as "0 9 * * 1"',
    description: 'Five fields: minute hour day-of-month month weekday, or a macro such as @daily.',
  }),
  seconds: z.boolean().optional().meta({ description: 'true: the cron pattern has six fields, seconds first.' }),
  dayMatch: z.enum(['any', 'all']).optional().meta({
    description:
      'Needed where cron restricts the day of the month and the weekday: due on days that match any of them, or all.',
  }),
  every: duration
    .refine(ms => ms >= 1_000, 'must be at least 1s')
    .optional()
    .meta({ description: 'A steady interval, at least 1s, counted from the anchor.' }),
  anchor: z
    .string()
    .refine(isInstant, 'is not an instant: write 2026-01-01T00:00:00Z, or an offset such as +03:00 in place of Z')
    .optional()
    .meta({ description: 'The instant that every is counted from. Default 1970-01-01T00:00:00Z.' }),
  at: z
    .union([moment, z.array(moment).min(1)])
    .optional()
    .meta({
      description: 'One local time or a list of them: 2026-12-24T09:00, with an offset or Z where it needs one.',
    }),
  ifPast: z.enum(['skip', 'now']).optional().meta({
    description:
      'What becomes of a time in at that has passed when the schedule is taken over: left out, or launched at once. Without it such a time is refused.',
  }),
  rrule: z.string().optional().meta({
    expects: 'a recurrence rule such as FREQ=MONTHLY;BYDAY=-1FR',
    description: 'A recurrence rule of RFC 5545, in local time from start on.',
  }),
  start: moment.optional().meta({
    description: 'The local time that the rrule begins at and takes its time of day from; or DTSTART in the rule.',
  }),
  dst: z
    .strictObject({
      gap: z.enum(['shift', 'skip']).optional().meta({
        description: 'A time that clocks skip: later by as much as they skip, or left out.',
      }),
      fold: z.enum(['first', 'last', 'both']).optional().meta({
        description: 'A time that clocks show twice: due at the first, at the last, or at both.',
      }),
    })
    .optional()
    .meta({ description: 'What a change of clocks does to cron, at and rrule.' }),
  timezone: zone
    .optional()
    .meta({ description: 'IANA zone of everything else here. Needed for cron, at and rrule, here or in defaults.' }),
  from: moment.optional().meta({ description: 'Nothing is due before this local time or date.' }),
  until: moment.optional().meta({ description: 'Nothing is due at or after this local time or date.' }),
})

/** A spread beyond a day would no longer be one. */
const jitter = duration.refine(ms => ms <= 86_400_000, 'must be at most 1d')

const launchInput = z.strictObject({
  id: launchFields.id.meta({ description: 'The id of the mailing in Altcraft.' }),
  override_source_type: launchFields.override_source_type.meta({
    description: 'Another audience for this launch: a list (database) or a segment. Together with override_source_id.',
  }),
  override_source_id: launchFields.override_source_id.meta({ description: 'The id of that list or segment.' }),
  override_limit: launchFields.override_limit.meta({ description: 'The most recipients of this launch.' }),
  content: launchFields.content.meta({
    description:
      "Values for the variables of the mailing. Texts may hold dates of the due time, {{ due | date:'yyyy-MM-dd' }}.",
  }),
  attach: launchFields.attach.meta({
    description: 'Attachments, passed on as they are; { file: path } is read from the folder of schedule files.',
  }),
})

const account = z.string().meta({ expects: 'the name of an account in the configuration' })

const formerName = z.string().meta({ expects: 'a name that this schedule had before' })

export const scheduleSchema = z.strictObject({
  description: z.string().optional().meta({ description: 'What it is for, in words.' }),
  formerly: z
    .union([formerName, z.array(formerName).min(1)])
    .optional()
    .meta({
      description: 'A name that it had before, or a list of them: what is stored under it becomes this schedule.',
    }),
  account: account
    .optional()
    .meta({ description: 'The account of the configuration that launches. Needed here or in defaults.' }),
  when: z.union([whenSchema, z.array(whenSchema).min(1)]).meta({
    description: 'When it is due: exactly one of cron, every, at and rrule; or a list of such entries, united.',
  }),
  ...allowanceInput,
  jitter: jitter.optional().meta({
    description: 'Every due time goes later by a share of this that is always the same for the schedule.',
  }),
  maxRuns: z.number().int().min(1).max(10_000).optional().meta({
    description: 'Only the first so many due times. Every entry of when needs a beginning.',
  }),
  launch: launchInput.meta({ description: 'What is launched, under the names that Altcraft gives the parameters.' }),
  bulk: bulkInput.optional().meta({
    description: 'A file whose rows are launched, as a batch, instead of the mailing alone; each is laid over launch.',
  }),
  policy: policyInput.optional().meta({ description: 'How late, how often and how persistently.' }),
})

/** `weekly-digest`. Checked outside of the schema: zod would look no further into a schedule with a bad name. */
export const scheduleName = /^(?!\d+$)[a-z0-9][a-z0-9-]{0,62}$/

export const scheduleFileSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'The version of this format.' }),
  defaults: z
    .strictObject({
      account: account.optional().meta({ description: 'The account of schedules that name none.' }),
      timezone: zone.optional().meta({ description: 'The zone of schedules that name none.' }),
      ...allowanceInput,
      jitter: jitter.optional().meta({ description: 'The jitter of schedules that name none.' }),
      policy: policyInput.optional().meta({ description: 'The policy below that of each schedule, key by key.' }),
    })
    .optional()
    .meta({ description: 'What holds for every schedule of this file.' }),
  schedules: z.record(z.string(), scheduleSchema).meta({
    description: 'Schedules by name: small letters, digits and hyphens, unique among all files.',
    propertyNames: { type: 'string', pattern: scheduleName.source },
  }),
})

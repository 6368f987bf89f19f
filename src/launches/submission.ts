/** What a launch does whose schedule submits a file as a batch instead of starting one mailing. Pure. */
import { z } from 'zod'
import { rowFormats } from './row-field.ts'

const clock = { from: z.string(), to: z.string() }

/** Plain JSON; the base of its rows is the request of the launch. */
export const submissionSchema = z.object({
  /** Found from the folder of schedule files. */
  source: z.string(),
  format: z.enum(rowFormats).exactOptional(),
  delimiter: z.string().exactOptional(),
  key: z.string().exactOptional(),
  columns: z.record(z.string(), z.string()).exactOptional(),
  ignore: z.array(z.string()).exactOptional(),
  /** What `override_source_id` of the rows is. */
  sourceType: z.enum(['list', 'segment']).exactOptional(),
  partial: z.boolean().exactOptional(),
  pace: z.object({ perMinute: z.number().exactOptional(), concurrency: z.number().exactOptional() }).exactOptional(),
  stopAfter: z
    .object({
      consecutive: z.number().exactOptional(),
      failures: z.number().exactOptional(),
      percent: z.number().exactOptional(),
    })
    .exactOptional(),
  /** How long after its turn a row may go out; milliseconds. */
  lateness: z.number(),
  /** When rows may go, by the wall clock of the zone. */
  hours: z
    .object({
      timezone: z.string(),
      quietHours: z.object({ ...clock, does: z.enum(['skip', 'move']) }).exactOptional(),
      allowed: z
        .object({
          hours: z.array(z.object({ ...clock, days: z.array(z.number()).exactOptional() })),
          otherwise: z.enum(['skip', 'move']),
        })
        .exactOptional(),
    })
    .exactOptional(),
})
export type Submission = z.infer<typeof submissionSchema>

/** Why something is refused, for programs: what the detail of a problem says in words. */
import { z } from 'zod'
import { batchStates } from '../../bulk/batch.ts'
import { holdRowSchema, stopCauses } from '../../duty/holds.ts'
import { time } from '../../duty/launch-shape.ts'

/** A kind without anything to add. */
const plain = <const Kind extends string>(kind: Kind) => z.object({ kind: z.literal(kind) })
const ofBatch = <const Kind extends string>(kind: Kind) =>
  z.object({ kind: z.literal(kind), id: z.string(), state: z.enum(batchStates) })

export const refusalSchema = z
  .discriminatedUnion('kind', [
    // Launches and due times.
    z.object({ kind: z.literal('refused'), key: z.string(), why: z.string() }),
    plain('passed'),
    plain('imagined'),
    z.object({ kind: z.literal('noRecordYet'), decisions: z.array(z.object({ at: time, words: z.string() })) }),
    // Schedules.
    plain('ended'),
    plain('notPaused'),
    z.object({ kind: z.literal('notDue'), next: z.array(time) }),
    z.object({ kind: z.literal('leftOut'), key: z.string(), reason: z.string() }),
    z.object({ kind: z.literal('notSkipped'), skips: z.array(z.object({ due: time, reason: z.string() })) }),
    plain('scheduleChanged'),
    z.object({ kind: z.literal('paused'), by: z.string(), reason: z.string() }),
    z.object({ kind: z.literal('closed'), why: z.string() }),
    // Batches.
    z.object({ kind: z.literal('batchIs'), state: z.enum(batchStates), reason: z.string() }),
    z.object({ kind: z.literal('forgot'), released: z.int(), total: z.int() }),
    ofBatch('otherName'),
    ofBatch('sameName'),
    ofBatch('otherRows'),
    z.object({
      kind: z.literal('sentLately'),
      sends: z.array(z.object({ mailing: z.int(), audience: z.string(), at: time })),
      more: z.int(),
      confirmation: z.string(),
    }),
    plain('disturbed'),
    // Stops and keys.
    z.object({ kind: z.literal('notStopped'), cause: z.enum(stopCauses).nullable() }),
    z.object({ kind: z.literal('several'), stops: z.array(holdRowSchema) }),
    plain('taken'),
  ])
  .meta({
    id: 'Refusal',
    description: 'What the detail says in words, for programs. `kind` stays the same in all releases.',
  })

export type Refusal = z.infer<typeof refusalSchema>

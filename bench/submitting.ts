/** Starts a process that submits rows, and waits until it has. */
import { once } from 'node:events'
import { z } from 'zod'
import { forked } from './child.ts'

const doneSchema = z.object({ ms: z.number(), id: z.string(), megabytes: z.number() })
/** How long it took; the batch's id, where it is one; the most memory that the process had. */
export type Submitted = z.infer<typeof doneSchema>

export interface Submission {
  /** `file`: the rows are read from it. */
  readonly side: 'bare' | 'sendoff' | 'file'
  readonly socket: string
  /** Of the ledger's keys. */
  readonly prefix: string
  /** Of the batch. */
  readonly name: string
  readonly rows: number
  readonly file: string
}

export async function submitInProcess(submission: Submission): Promise<Submitted> {
  const child = forked('bulk-submit-process', JSON.stringify(submission))
  const ended = once(child, 'exit')
  const said = await Promise.race([once(child, 'message'), ended])
  await ended
  const done = doneSchema.safeParse(said[0])
  if (!done.success) throw new Error('the process that submits ended before it had')
  return done.data
}

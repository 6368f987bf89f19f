/** What commands ask and decide about batches, wherever they are asked. */
import type { BatchDeclaration } from '../../bulk/batch.ts'
import type { Objection, SameRows } from '../../bulk/objection.ts'
import type { NotAsAsked } from '../../bulk/pausing.ts'
import type { Row } from '../../bulk/row.ts'
import type { RowsSeen } from '../../bulk/rows-seen.ts'
import type { SubmitAnswer } from '../../bulk/submit.ts'
import type { BatchRow, BatchWhole, ResultRow, ResultState } from '../../duty/batch-shape.ts'

/** `rows`: how many that was about. */
export type BatchDecided = { readonly kind: 'decided'; readonly batch: BatchRow; readonly rows: number } | NotAsAsked
type BatchResumed =
  | BatchDecided
  /** The store was set back and knows of fewer rows than may have been sent. */
  | { readonly kind: 'forgot'; readonly released: number; readonly total: number }

/** Rows that are to become a batch. */
export interface Submitting {
  readonly declaration: BatchDeclaration
  /** The brakes of the declaration as the person has written them. */
  readonly written: {
    readonly hours: readonly string[]
    readonly timezone: string | undefined
    readonly maxLateness: string | undefined
  }
  readonly rows: AsyncIterable<Row>
  readonly sameRows: SameRows
  /** The rows that a person has said yes to; absent: nobody was asked. */
  readonly shown: RowsSeen | undefined
}

export interface BatchOffice {
  batches(limit: number): Promise<readonly BatchRow[]>
  /** Ids of the batches that a word may mean: the batch itself, or every one of this name, the newest first. */
  batchesCalled(word: string): Promise<readonly string[]>
  batchRow(id: string): Promise<BatchRow | undefined>
  batch(id: string): Promise<BatchWhole | undefined>
  /** Every row in the order of its file, a few at a time. */
  results(id: string, state: ResultState | undefined): AsyncIterable<ResultRow>
  pauseBatch(id: string, why: string): Promise<BatchDecided>
  resumeBatch(id: string, why: string, unsureUntil: number | undefined): Promise<BatchResumed>
  cancelBatch(id: string, why: string): Promise<BatchDecided>
  retryBatch(id: string, why: string): Promise<BatchDecided>
  /** What would be said of the rows, were they submitted now, as far as is known before. */
  objection(declaration: BatchDeclaration, seen: RowsSeen, sameRows: SameRows): Promise<Objection | undefined>
  /** Throws what reading the rows throws; nothing is submitted then. */
  submit(submitting: Submitting): Promise<SubmitAnswer>
}

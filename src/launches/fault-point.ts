/**
 * Named points of the protocol at which a fault test may have this process signal itself: the variable
 * TEST_SIGNAL_AT holds `point=SIGNAL`, for example `committed=SIGKILL` or `claimed=SIGSTOP`. Without it this does nothing.
 */
const wanted = /^(\w+)=(SIG(?:KILL|STOP))$/.exec(process.env.TEST_SIGNAL_AT ?? '')
const point = wanted?.[1]
const signal = wanted?.[2] === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL'
let passed = false

export type FaultPoint =
  /** Due times are listed, no record is made yet. */
  | 'listed'
  /** Records are made, their jobs are not. */
  | 'minted'
  /** What was due is minted under the old declarations, which are still in force. */
  | 'caughtUp'
  /** The new declarations are in force, nothing of them is minted. */
  | 'changed'
  /** A chunk of a batch's rows is in Redis; the batch is not. */
  | 'staged'
  /** The batch is there, its submitter has said nothing yet. */
  | 'sealed'
  /** Rows have become launches, their jobs are not made. */
  | 'released'
  /** A worker has a job and has asked the ledger nothing. */
  | 'taken'
  /** The launch is claimed, nothing is connected. */
  | 'claimed'
  /** The connection stands, the right to write has not been asked for. */
  | 'connected'
  /** The right to write is in the ledger, nothing is written. */
  | 'committed'
  /** The last check is passed and the write begins in this tick. */
  | 'writing'
  /** The answer, or its absence, is known to the worker alone. */
  | 'answered'
  /** The outcome is in the ledger, the job is not finished. */
  | 'settled'

/** Passes a point; at the named one the process signals itself, once. */
export function faultPoint(name: FaultPoint): void {
  if (name !== point || passed) return
  passed = true
  process.kill(process.pid, signal)
}

/**
 * Every key that Sendoff writes, and how long it lives. All share one hash tag, so that the scripts, which touch several at
 * once, also work on a cluster. docs/ledger.md describes the launch record field by field.
 */
export interface Keys {
  /** What all keys begin with: `{sendoff}:`. Scripts build the rest from it. */
  readonly root: string
  /** HASH, one per launch. Lives until retention removes it, never under 8 days. */
  launch(key: string): string
  /** ZSET launch key → due time, per origin: together, all launches. As long as the records. */
  ofOrigin(origin: string): string
  /** ZSET launch key → due time, per state. */
  inState(state: string): string
  /** ZSET launch key → due time, per schedule. */
  ofSchedule(schedule: string): string
  /** ZSET launch key → due time, of those whose last answer had this error; 0 has none. */
  withError(error: number): string
  /** ZSET launch key → due time, per mailing. */
  ofMailing(account: string, mailing: number): string
  /** HASH schedule name → stored schedule. Until the schedule is removed. */
  readonly schedules: string
  /** HASH schedule name → nominal time up to which due times have been minted. As long as the schedule. */
  readonly watermarks: string
  /** ZSET schedule name → its next nominal time after the watermark. As long as the schedule. */
  readonly upcoming: string
  /** STRING: how often the stored schedules were changed. For ever. */
  readonly revision: string
  /** HASH old name → new name of a schedule, until its history is carried over. */
  readonly renames: string
  /** STRING: version of the zone table by which `upcoming` was worked out; another word where by several. For ever. */
  readonly zones: string
  /** STRING: when a planner last finished a pass; rewritten by each. */
  readonly plannerRan: string
  /** ZSET launch key → when it was committed, per mailing and audience: what the guards count. 31 days after the last. */
  sent(account: string, mailing: number, audience: string): string
  /** HASH: identity of the store, number of commits, epoch, and until when it may have forgotten. For ever. */
  readonly store: string
  /** STRING, per process: it lives. Twenty seconds after its last heartbeat it is gone. */
  process(owner: string): string
  /** HASH scope → the stops in force, as a JSON list. Until somebody ends them. */
  readonly holds: string
  /** HASH account → its failures of transport in a row, and its open breaker, as JSON. Until an answer that is understood. */
  readonly breakers: string
  /** HASH schedule name → its pauses, as a JSON list. As long as something that was due in one could still go out. */
  readonly pauses: string
  /** ZSET schedule:<name> or launch:<key> → when its mailing is to be looked at. Until it was, or need not be. */
  readonly preflights: string
  /** HASH: what the last look at the mailing found. A day beyond the due time it was made for. */
  preflight(account: string, mailing: number): string
  /** ZSET <account>:<mailing> → until when the last look, which found it not fine, is remembered. */
  readonly troubles: string
  /** HASH account → the proof that its installation drops repeats, as JSON. Until the next probe. */
  readonly proofs: string
  /** HASH id → an API key with a digest of its secret, as JSON. Until it is revoked. */
  readonly apiKeys: string
  /** STRING: what was asked with an Idempotency-Key, and what was answered, as JSON. 24 hours. */
  idempotency(digest: string): string
  /** STRING: whose session of the pages it is, by the digest of its secret, as JSON. Twelve hours. */
  session(digest: string): string
  /** STREAM of what happens, for who watches; the newest ten thousand or so. */
  readonly events: string
  /** STREAM of decisions. Never trimmed. */
  readonly audit: string
  /** ZSET batch id → when it was submitted. As long as the batch. */
  readonly batches: string
  /** SET of batch ids that the feeder looks at: those that are not at rest, and those whose rest was not announced yet. */
  readonly openBatches: string
  /** ZSET batch id → when it was submitted, of the batches with these rows. As long as the batches. */
  batchDigest(digest: string): string
  /** ZSET batch id → when it was submitted, of the account's batches of this name. As long as the batches. */
  batchNamed(account: string, name: string): string
  /** HASH, one per batch: what was declared, its state and its counts. Until the records of its rows are gone. */
  batch(id: string): string
  /** HASH chunk number → deflated rows, `h<number>` → digest of the chunk. As long as the batch. */
  batchRows(id: string): string
  /** The same, before the batch is sealed. A day after the last chunk. */
  batchStaged(name: string): string
  /** ZSET launch key → row number: released rows that are not at rest. */
  batchWindow(id: string): string
  /** ZSET launch key → row number: released rows at rest (or unknown) in a state other than launched. */
  batchInState(id: string, state: string): string
  /** ZSET launch key → row number: ended rows that are to be tried again, until they are. */
  batchAgain(id: string): string
  /** ZSET problem → count: `[state, error, text]` as JSON, of rejected, failed, swallowed and unknown rows. */
  batchProblems(id: string): string
  /** Prefix of BullMQ's own keys: transport only. */
  readonly queuePrefix: string
}
// Written by scripts only: {root}wake, {root}ended:<origin>, {root}lane:<account>:<mailing>,
// {root}waiting:<account>:<mailing>, {root}queued:<account>:<mailing>, {root}told:<key>, {root}pace:<account>,
// {root}wanting:<account>:<origin>, {root}flights:<account>; launches/ledger.ts says what each is for.

export function keysUnder(prefix: string): Keys {
  const root = `{${prefix}}:`
  return {
    root,
    launch: key => `${root}launch:${key}`,
    ofOrigin: origin => `${root}launches:${origin}`,
    inState: state => `${root}state:${state}`,
    ofSchedule: schedule => `${root}schedule:${schedule}`,
    withError: error => `${root}error:${error}`,
    ofMailing: (account, mailing) => `${root}mailing:${account}:${mailing}`,
    schedules: `${root}schedules`,
    watermarks: `${root}watermarks`,
    upcoming: `${root}upcoming`,
    revision: `${root}revision`,
    renames: `${root}renames`,
    zones: `${root}zones`,
    plannerRan: `${root}planner-ran`,
    sent: (account, mailing, audience) => `${root}sent:${account}:${mailing}:${audience}`,
    store: `${root}store`,
    process: owner => `${root}process:${owner}`,
    holds: `${root}holds`,
    breakers: `${root}breakers`,
    pauses: `${root}pauses`,
    preflights: `${root}preflights`,
    preflight: (account, mailing) => `${root}preflight:${account}:${mailing}`,
    troubles: `${root}troubles`,
    proofs: `${root}proofs`,
    apiKeys: `${root}api-keys`,
    idempotency: digest => `${root}idempotency:${digest}`,
    session: digest => `${root}session:${digest}`,
    events: `${root}events`,
    audit: `${root}audit`,
    batches: `${root}batches`,
    openBatches: `${root}batches:open`,
    batchDigest: digest => `${root}batch-digest:${digest}`,
    batchNamed: (account, name) => `${root}batch-named:${account}:${name}`,
    batch: id => `${root}batch:${id}`,
    batchRows: id => `${root}batch:${id}:rows`,
    batchStaged: name => `${root}batch-staged:${name}`,
    batchWindow: id => `${root}batch:${id}:window`,
    batchInState: (id, state) => `${root}batch:${id}:state:${state}`,
    batchAgain: id => `${root}batch:${id}:again`,
    batchProblems: id => `${root}batch:${id}:problems`,
    queuePrefix: `${root}queue`,
  }
}

/**
 * A launch: one intended start of one mailing. The words and the life of a launch are those of docs/launch-lifecycle.md;
 * the table below is the only statement of which change of state is legal.
 */
import { z } from 'zod'

export const states = [
  'planned',
  'claimed',
  'sending',
  'waiting',
  'held',
  'launched',
  'rejected',
  'failed',
  'swallowed',
  'unknown',
  'skipped',
  'expired',
  'cancelled',
  'writtenOff',
] as const
export type State = (typeof states)[number]

/** From each state, the states that may follow. An empty list is an end that nothing but the record's retention undoes. */
export const transitions: Readonly<Record<State, readonly State[]>> = {
  planned: ['claimed', 'held', 'unknown', 'skipped', 'expired', 'cancelled', 'failed'],
  claimed: [
    'sending',
    'waiting',
    'rejected',
    'failed',
    'planned',
    'held',
    'unknown',
    'skipped',
    'expired',
    'cancelled',
  ],
  sending: ['launched', 'rejected', 'waiting', 'failed', 'swallowed', 'unknown'],
  waiting: ['claimed', 'held', 'unknown', 'skipped', 'expired', 'cancelled', 'failed'],
  held: ['planned', 'unknown', 'skipped', 'expired', 'cancelled'],
  // An identical repeat is claimed from unknown and goes back there where it decides nothing: the doubt is never hidden.
  unknown: ['claimed', 'launched', 'rejected', 'swallowed', 'waiting', 'failed', 'writtenOff'],
  rejected: ['planned'],
  failed: ['planned'],
  swallowed: ['planned'],
  // Only where the account asks the platform's log to confirm what the answer said.
  launched: ['swallowed'],
  skipped: [],
  expired: [],
  cancelled: [],
  writtenOff: [],
}

/** States in which nothing more happens by itself. `unknown` and `held` wait for evidence or a person. */
export const restStates: readonly State[] = [
  'launched',
  'rejected',
  'failed',
  'swallowed',
  'skipped',
  'expired',
  'cancelled',
  'writtenOff',
]

/** Why a launch ended, or stands still, without an attempt: the closed list. The word before the colon is for programs. */
export const reasons = {
  overlap: 'overlap: another launch of this mailing had not ended',
  superseded: 'misfire: it was missed, and a newer due time of its schedule had come',
  missed: 'misfire: it was missed, and its schedule skips what was missed',
  late: 'late: it was not sent within the lateness its owner allows',
  exhausted: 'late: no attempt succeeded within the lateness its owner allows',
  /** Followed by the name of the calendar. */
  calendar: 'calendar: it would have gone out in ',
  quietHours: 'hours: it was due in quiet hours, and its schedule skips what is',
  allowed: 'hours: it was due outside of the allowed hours, and its schedule skips what is',
  together: 'hours: it was moved to a moment at which a newer due time of its schedule goes',
  closed: 'hours: the time in which it may be sent ended with its open hours',
  perDay: 'guard: the mailing has gone to this audience as often today as maxPerDay allows',
  coolDown: 'guard: the mailing has gone to this audience within its cool-down',
  limits: 'limits: those of its account left no place for it in the time in which it might be sent',
  breaker: 'breaker: that of its account was open, for failures on the way to Altcraft, until its time had passed',
  notReleased: 'guard: nobody let it go in the time in which it might be sent',
  /** Followed by how long the log was looked at. */
  unseen: 'unseen: the answer said success, but the log of the mailing shows no start; nobody was mailed. Looked for ',
  /** Followed by the reason given for the pause of its schedule. */
  paused: 'paused: ',
  /** Followed by the reason that a person gave for leaving out this one due time. */
  person: 'person: ',
  /** Followed by the reason given for the stop. */
  hold: 'hold: ',
  /** Followed by what the look at the mailing found. */
  preflight: 'preflight: ',
  /** Followed by what happened to the store. */
  store: 'store: ',
  vanished: 'vanished: the process that was sending it disappeared before it could say what came of it',
} as const

/** Nobody may release an unknown launch earlier: its request may still be travelling. Milliseconds. */
export const quarantine = {
  /** A living worker reset its own socket: what the kernel held is thrown away. */
  reset: 180_000,
  /** The owner vanished: its kernel may deliver for minutes (measured: 110 s), and a frozen process may wake. */
  vanished: 900_000,
} as const

export const origins = ['schedule', 'bulk', 'manual'] as const
export type Origin = (typeof origins)[number]

/**
 * The parameters of `campaigns/broadcasts/start`, under Altcraft's own field names and without the token.
 * https://guides.altcraft.com/en/developer-guide/campaigns/broadcast-campaigns/3116196
 */
export const launchFields = {
  id: z.int().positive(),
  override_source_type: z.enum(['list', 'segment']).optional(),
  override_source_id: z.int().positive().optional(),
  override_limit: z.int().positive().optional(),
  content: z.record(z.string(), z.json()).optional(),
  attach: z.array(z.json()).optional(),
}

/** Altcraft documents the two override_source fields as one choice of audience; one without the other is refused here. */
export function bothSourceFieldsOrNone(launch: {
  override_source_type?: unknown
  override_source_id?: unknown
}): boolean {
  return (launch.override_source_type === undefined) === (launch.override_source_id === undefined)
}

export const launchRequestSchema = z
  .strictObject(launchFields)
  .refine(bothSourceFieldsOrNone, 'override_source_type and override_source_id are given together or not at all')
export type LaunchRequest = z.infer<typeof launchRequestSchema>

/** Whom a launch mails, as the guards tell audiences apart: the mailing's own, a list or a segment. */
export function audienceOf(request: LaunchRequest): string {
  const { override_source_type: type, override_source_id: id } = request
  return type === undefined || id === undefined ? 'own' : `${type}-${id}`
}

/**
 * Every door of the HTTP server and the least role that opens it, as data: the router asks this table, the OpenAPI document is
 * made from it, and the test of roles walks it. Pure.
 */

/** From the least to the most. Edit is not launch: an operator stops and leaves out, a launcher mails people. */
export const roles = ['viewer', 'operator', 'launcher', 'admin'] as const
export type Role = (typeof roles)[number]

/** Whether `role` may do what `least` may. */
export function isAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least)
}

/** What a request asks for beyond what its door is for; `role` is what that takes. */
interface Beyond {
  readonly what: string
  readonly role: Role
}

export interface Door {
  readonly method: 'get' | 'post' | 'delete'
  /** As OpenAPI writes it. */
  readonly path: string
  /** `anyone`: no key is needed. */
  readonly role: Role | 'anyone'
  readonly beyond?: Beyond
  /** Whether it is about the installation as a whole, and closed to keys of single accounts. */
  readonly whole?: true
  /** Whether people are mailed by it: it takes an Idempotency-Key. */
  readonly launches?: true
  readonly tag:
    | 'service'
    | 'launches'
    | 'schedules'
    | 'batches'
    | 'calendar'
    | 'holds'
    | 'audit'
    | 'accounts'
    | 'events'
    | 'keys'
  readonly summary: string
}

const launch = '/api/v1/launches/{key}'
const schedule = '/api/v1/schedules/{name}'
const batch = '/api/v1/batches/{id}'

const table = {
  livez: door('get', '/livez', 'anyone', 'service', 'The process lives; nothing outside of it is asked'),
  readyz: door('get', '/readyz', 'anyone', 'service', 'It can do its work: 503 while it cannot, or is stopping'),
  version: door('get', '/version', 'anyone', 'service', 'Which release this is'),
  document: door('get', '/openapi.json', 'anyone', 'service', 'This document'),
  metrics: { ...door('get', '/metrics', 'viewer', 'service', 'Metrics for Prometheus'), whole: true },

  listLaunches: door('get', '/api/v1/launches', 'viewer', 'launches', 'Launches, the newest first, a page at a time'),
  createLaunch: {
    ...door('post', '/api/v1/launches', 'launcher', 'launches', 'Launch a mailing, now or at a time'),
    launches: true,
  },
  showLaunch: door('get', launch, 'viewer', 'launches', 'One launch with its attempts, times and request'),
  explainLaunch: door('get', `${launch}/explain`, 'viewer', 'launches', 'The whole story of one launch'),
  retryLaunch: {
    ...door('post', `${launch}/retry`, 'launcher', 'launches', 'Try a failed, rejected or swallowed launch again'),
    launches: true,
  },
  resolveLaunch: {
    ...door('post', `${launch}/resolve`, 'operator', 'launches', 'End the doubt about an unknown launch'),
    beyond: { what: 'relaunch', role: 'launcher' },
  },
  releaseLaunch: {
    ...door('post', `${launch}/release`, 'launcher', 'launches', 'Let a launch go that a guard or preflight holds'),
    launches: true,
  },
  cancelLaunch: door('post', `${launch}/cancel`, 'operator', 'launches', 'Call off a launch that has not been sent'),

  listSchedules: door('get', '/api/v1/schedules', 'viewer', 'schedules', 'Every stored schedule'),
  showSchedule: door('get', schedule, 'viewer', 'schedules', 'One schedule with its next due times'),
  scheduleHistory: door('get', `${schedule}/launches`, 'viewer', 'schedules', 'The launches of a schedule'),
  pauseSchedule: door('post', `${schedule}/pause`, 'operator', 'schedules', 'Nothing of it goes out until resumed'),
  resumeSchedule: door('post', `${schedule}/resume`, 'operator', 'schedules', 'End its pause; nothing is caught up'),
  skipDueTime: door('post', `${schedule}/skip`, 'operator', 'schedules', 'Leave out one coming due time'),
  unskipDueTime: door('post', `${schedule}/unskip`, 'operator', 'schedules', 'Take back a skip'),
  runSchedule: {
    ...door('post', `${schedule}/run`, 'launcher', 'schedules', 'Launch what it launches, now'),
    launches: true,
  },

  listBatches: door('get', '/api/v1/batches', 'viewer', 'batches', 'The newest batches'),
  submitBatch: door('post', '/api/v1/batches', 'launcher', 'batches', 'Launch every row of a file'),
  showBatch: door('get', batch, 'viewer', 'batches', 'One batch with its account and its problems'),
  batchResults: door('get', `${batch}/results`, 'viewer', 'batches', 'Every row and what became of it, as NDJSON'),
  pauseBatch: door('post', `${batch}/pause`, 'operator', 'batches', 'Release no more of its rows until it is resumed'),
  resumeBatch: door('post', `${batch}/resume`, 'operator', 'batches', 'Let a paused batch go on'),
  cancelBatch: door('post', `${batch}/cancel`, 'operator', 'batches', 'Call off what has not been sent, for good'),
  retryBatch: {
    ...door('post', `${batch}/retry`, 'launcher', 'batches', 'Try failed, rejected and swallowed rows again'),
    launches: true,
  },

  calendar: door('get', '/api/v1/calendar', 'viewer', 'calendar', 'What goes out when, and what is left out'),
  listHolds: door('get', '/api/v1/holds', 'viewer', 'holds', 'The stops in force'),
  setHold: door(
    'post',
    '/api/v1/holds',
    'operator',
    'holds',
    'Stop launches everywhere, of an account or of a mailing',
  ),
  endHold: {
    ...door('post', '/api/v1/holds/end', 'operator', 'holds', 'End a stop; what it held goes if there is still time'),
    beyond: { what: 'a stop that the service set', role: 'admin' },
  },
  audit: { ...door('get', '/api/v1/audit', 'viewer', 'audit', 'Who decided what, when and why'), whole: true },
  listAccounts: door('get', '/api/v1/accounts', 'viewer', 'accounts', 'The accounts, without their secrets'),
  events: door('get', '/api/v1/events', 'viewer', 'events', 'Everything that happens, as server-sent events'),

  listKeys: { ...door('get', '/api/v1/keys', 'admin', 'keys', 'The API keys, without their secrets'), whole: true },
  createKey: { ...door('post', '/api/v1/keys', 'admin', 'keys', 'Make an API key; it is shown once'), whole: true },
  revokeKey: { ...door('delete', '/api/v1/keys/{name}', 'admin', 'keys', 'Revoke an API key'), whole: true },
} as const satisfies Readonly<Record<string, Door>>

export type DoorName = keyof typeof table
export const doors: Readonly<Record<DoorName, Door>> & typeof table = table

/** The names, in the order of the table. */
export const doorNames = Object.keys(table).filter((name): name is DoorName => name in table)

function door<const Method extends Door['method'], const Path extends string>(
  method: Method,
  path: Path,
  role: Door['role'],
  tag: Door['tag'],
  summary: string,
) {
  return { method, path, role, tag, summary }
}

export type DoorAnswer =
  | { readonly kind: 'door'; readonly name: DoorName; readonly door: Door }
  /** There is something at this path, but not for this method. */
  | { readonly kind: 'otherMethods'; readonly allowed: readonly string[] }
  | { readonly kind: 'nothing' }

const patterns = doorNames.map(name => ({ name, pattern: patternOf(doors[name].path) }))

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`)
}

/** Which door a request knocks at; `path` as it was sent, escapes included. HEAD goes where GET goes. */
export function doorFor(method: string, path: string): DoorAnswer {
  const here = patterns.filter(({ pattern }) => pattern.test(path)).map(({ name }) => ({ name, door: doors[name] }))
  if (here.length === 0) return { kind: 'nothing' }
  const wanted = method === 'HEAD' ? 'get' : method.toLowerCase()
  const found = here.find(({ door }) => door.method === wanted)
  if (found) return { kind: 'door', ...found }
  return { kind: 'otherMethods', allowed: here.map(({ door }) => door.method.toUpperCase()) }
}

/**
 * Which answer means what: the first row that fits wins, and what no row names is `ambiguous`. The reasons are shown to
 * people. Described in docs/launch-lifecycle.md, "Outcomes".
 */
import type { Outcome, Transport } from './outcome.ts'
import * as seen from './seen.ts'

export interface OutcomeRow<Name extends string = string> {
  readonly name: Name
  readonly when: (it: seen.Seen, rules: seen.OutcomeRules) => boolean
  readonly outcome: Outcome['kind']
  /** What it says of the way to the platform, for the breaker of the account. */
  readonly transport: Transport | ((it: seen.Seen) => Transport)
  /** Only for `refused`; the launch alone where it is left out. */
  readonly stops?: 'mailing' | 'account'
  readonly reason: (it: seen.Seen) => string
}

const { answered, brokenOff, said, status, statusBetween, unsent } = seen
const ok = (it: seen.Seen) => statusBetween(it, 200, 299)
/** 502 to 504 are a gateway's, whatever their body says; any other trouble that Altcraft itself tells of has come through. */
const ofServerError = (it: seen.Seen) => (status(it, 502, 503, 504) || it.error === undefined ? 'failed' : 'works')

const rows = [
  {
    name: 'withheld',
    when: it => it.kind === 'withheld',
    outcome: 'notLaunched',
    transport: 'untried',
    reason: it => `Nothing was sent: ${it.why}.`,
  },
  // Node writes nothing before the certificate is verified: https://nodejs.org/api/tls.html#event-secureconnect
  {
    name: 'certificate not trusted',
    when: it => unsent(it) && seen.isCertificateTrouble(it.code),
    outcome: 'refused',
    // It stops the account; a breaker besides would only delay what goes out when a person ends that stop.
    transport: 'untried',
    stops: 'account',
    reason: it => `The server's certificate is not trusted (${it.code}); nothing was sent. Check baseUrl and caFile.`,
  },
  // Found by the encoder, or by undici before its write: https://undici.nodejs.org/#/docs/api/Errors
  {
    name: 'request cannot be written',
    when: it => unsent(it) && seen.ownMistakes.includes(it.code),
    outcome: 'refused',
    transport: 'untried',
    reason: it => `The request cannot be written, so nothing was sent: ${it.why}.`,
  },
  // getaddrinfo(3): without an address there is no connection.
  {
    name: 'host name not found',
    when: it => unsent(it) && /^(ENOTFOUND$|EAI_)/.test(it.code),
    outcome: 'notLaunched',
    transport: 'failed',
    reason: it => `The server's host name could not be looked up (${it.code}); nothing was sent.`,
  },
  // A request needs a connection first: RFC 9112, 9, https://www.rfc-editor.org/rfc/rfc9112#section-9
  {
    name: 'not handed over',
    when: unsent,
    outcome: 'notLaunched',
    transport: 'failed',
    reason: it => `There was no working connection to the server (${it.code}); nothing was sent.`,
  },
  // Silence proves nothing: RFC 9110, 9.2.2, https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
  {
    name: 'no answer in time',
    when: it => brokenOff(it) && seen.isTimeUp(it.code),
    outcome: 'ambiguous',
    transport: 'failed',
    reason: () => 'The request was sent, but no whole answer came in time.',
  },
  {
    name: 'given up after the write',
    when: it => brokenOff(it) && it.code === 'SENDOFF_STOPPED',
    outcome: 'ambiguous',
    transport: 'untried',
    reason: () => 'Sendoff gave up between the request and its answer.',
  },
  // An incomplete message is not an answer: RFC 9112, 8, https://www.rfc-editor.org/rfc/rfc9112#section-8
  {
    name: 'answer broke off',
    when: it => brokenOff(it) && it.status !== undefined,
    outcome: 'ambiguous',
    transport: 'failed',
    reason: it => `An answer began (HTTP ${it.status}) but could not be read to its end (${it.code}).`,
  },
  // Repeating after a lost connection is a guess: RFC 9110, 9.2.2
  {
    name: 'connection broke after the write',
    when: brokenOff,
    outcome: 'ambiguous',
    transport: 'failed',
    reason: it => `The connection broke after the request was sent (${it.code}).`,
  },
  // https://guides.altcraft.com/en/developer-guide/miscellaneous/41484312
  {
    name: 'replayed success with nothing sent before',
    when: it => answered(it) && it.error === 0 && it.duplicate && !it.earlierHanded,
    outcome: 'swallowed',
    transport: 'works',
    reason: () =>
      'Altcraft took this for a repeat of another request: its answer says success, but nothing was started.',
  },
  // https://guides.altcraft.com/en/developer-guide/campaigns/broadcast-campaigns/3116196
  {
    name: 'started',
    when: it => ok(it) && it.error === 0,
    outcome: 'launched',
    transport: 'works',
    reason: it =>
      it.duplicate
        ? 'Altcraft confirmed that an earlier attempt started the mailing.'
        : 'Altcraft started the mailing.',
  },
  // `errors.retry` of the account: the owner's knowledge goes first, whatever the status.
  {
    name: 'transient by the account',
    when: (it, rules) => it.error !== undefined && rules.retry.includes(it.error),
    outcome: 'notLaunched',
    transport: 'works',
    reason: it => `Altcraft did not start the mailing (${said(it)}); the account lists this error as transient.`,
  },
  // Codes 401 and 403: https://guides.altcraft.com/en/developer-guide/api-interaction ; RFC 9110, 15.5.2 and 15.5.4
  {
    name: 'token not accepted',
    when: it => seen.apiSays(it, 401) || (status(it, 401) && seen.bodyAgrees(it)),
    outcome: 'refused',
    transport: 'works',
    stops: 'account',
    reason: it => `The token was not accepted (${said(it)}). Check the account's token.`,
  },
  {
    name: 'no right to this mailing',
    when: it => seen.apiSays(it, 403) || (status(it, 403) && seen.bodyAgrees(it)),
    outcome: 'refused',
    transport: 'works',
    stops: 'mailing',
    reason: it => `The token may not start this mailing (${said(it)}). Check its roles and groups in Altcraft.`,
  },
  // `errors.permanent` of the account.
  {
    name: 'permanent by the account',
    when: (it, rules) => it.error !== undefined && rules.permanent.includes(it.error),
    outcome: 'refused',
    transport: 'works',
    reason: it => `Altcraft refused the request (${said(it)}); the account lists this error as final.`,
  },
  // RFC 9110, 15.5.9 and 15.5.20; RFC 8470, 5.2; RFC 6585, 4, https://www.rfc-editor.org/rfc/rfc6585#section-4
  {
    name: 'asked to come again',
    when: it => status(it, 408, 421, 425, 429) && seen.bodyAgrees(it),
    outcome: 'notLaunched',
    transport: 'works',
    reason: it => `The server did not take the request and asks to try again (${said(it)}).`,
  },
  // Perhaps a second copy of our own request meeting the first: RFC 9110, 15.5.10; RFC 4918, 11.3 and 11.4
  {
    name: 'conflict',
    when: it => status(it, 409, 423, 424),
    outcome: 'ambiguous',
    transport: 'works',
    reason: it => `The server reports a conflict (${said(it)}), perhaps with this very launch.`,
  },
  // Wrong request, tariff limit and the like: https://guides.altcraft.com/en/developer-guide/api-interaction
  {
    name: 'refused by the API',
    when: it => seen.apiSays(it, 400, 499),
    outcome: 'refused',
    transport: 'works',
    reason: it => `Altcraft refused the request (${said(it)}).`,
  },
  // The client's mistake, so not applied: RFC 9110, 15.5, https://www.rfc-editor.org/rfc/rfc9110#section-15.5
  {
    name: 'refused by status',
    when: it => status(it, ...seen.refusingStatuses) && seen.bodyAgrees(it),
    outcome: 'refused',
    transport: 'works',
    reason: it => `The server refused the request (${said(it)}).`,
  },
  // No such method or version of HTTP: RFC 9110, 15.6.2 and 15.6.6
  {
    name: 'not supported',
    when: it => status(it, 501, 505) && (it.error === undefined || it.error === it.status),
    outcome: 'refused',
    transport: 'works',
    reason: it => `The server does not support this call (${said(it)}).`,
  },
  // RFC 9110, 15.6.4; but gateways also say so of connections that died halfway:
  // https://github.com/istio/istio/issues/13205
  {
    name: '503 that the account trusts',
    when: (it, rules) => status(it, 503) && rules.trust503 && it.error !== 0,
    outcome: 'notLaunched',
    transport: 'failed',
    reason: it => `The server is out of service (${said(it)}); the account trusts this to mean "not started".`,
  },
  // After a POST a redirect often means "done, look there": RFC 9110, 15.4
  {
    name: 'redirect',
    when: it => statusBetween(it, 300, 399),
    outcome: 'ambiguous',
    transport: 'failed',
    reason: it => `The server answered with a redirect (${said(it)}), which is never followed.`,
  },
  // Failures come at any point of the work, and gateways fail after passing it on: RFC 9110, 15.6.1, 15.6.3 to 15.6.5
  {
    name: 'server error',
    when: it => statusBetween(it, 500, 599),
    outcome: 'ambiguous',
    transport: ofServerError,
    reason: it => `The server or a gateway before it failed (${said(it)}), perhaps after the mailing was started.`,
  },
  // The documented list of codes is not closed: https://guides.altcraft.com/en/developer-guide/api-interaction
  {
    name: 'unknown error code',
    when: it => ok(it) && it.error !== undefined,
    outcome: 'ambiguous',
    transport: 'works',
    reason: it => `Altcraft answered with a code that Sendoff does not know (${said(it)}).`,
  },
  {
    name: 'no valid answer',
    when: ok,
    outcome: 'ambiguous',
    transport: 'failed',
    reason: it => `HTTP ${it.status}, but this is not an answer of Altcraft: ${it.why}.`,
  },
] as const satisfies readonly OutcomeRow[]

export type OutcomeName = (typeof rows)[number]['name']
export const outcomeTable: readonly OutcomeRow<OutcomeName>[] = rows

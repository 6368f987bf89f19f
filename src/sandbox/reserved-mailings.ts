/**
 * Mailing ids that provoke a fault with no set-up. 90nnnn: a refusal, or a trouble that passes (the first request of
 * each launch meets it, the next ones do not). 99nnnn: the same trouble at every request.
 */
import type { RequestFault } from './fault.ts'
import { isConnectionFault } from './fault.ts'
import { parseFault } from './fault-text.ts'

const refusals = [400, 401, 402, 403, 440]

const troubles: readonly (readonly [last: number, fault: string])[] = [
  [429, 'status=429:retry-after=1'],
  [500, 'status=500'],
  [502, 'status=502'],
  [503, 'status=503:retry-after=1'],
  [504, 'status=504'],
  [1307, 'status-after=307'],
  [1500, 'status-after=500'],
  [1502, 'status-after=502'],
  [1504, 'status-after=504'],
  [2001, 'drop'],
  [2002, 'drop-after'],
  [2003, 'reset'],
  [2004, 'reset-after'],
  [2005, 'silent'],
  [2006, 'silent-after'],
  [2007, 'delay=5s'],
  [2008, 'delay-after=5s'],
  [3001, 'truncate=length'],
  [3002, 'truncate=chunked'],
  [3003, 'truncate=close'],
  [3004, 'truncate=stall'],
  [3005, 'drip=100ms'],
  [3006, 'html'],
  [3007, 'html-after'],
  [3008, 'garbage'],
  [3009, 'garbage-after'],
  [3010, 'mislabel'],
  [3011, 'double-error'],
  [3012, 'string-error'],
  [3013, 'swallow'],
]

/** The largest id that Altcraft's numbers can hold, of a mailing nobody will ever have: what a probe asks to start. */
const nobodys = 2_147_483_647

const texts: readonly (readonly [mailing: number, fault: string])[] = [
  [nobodys, 'refuse=400:text=There is no such mailing'],
  ...refusals.map(code => [900_000 + code, `refuse=${code}`] as const),
  ...troubles.map(([last, fault]) => [900_000 + last, `${fault}:x1/launch`] as const),
  ...troubles.map(([last, fault]) => [990_000 + last, fault] as const),
]

/** Mailing id → the fault that a start of it meets, unless a fault of the person's own matches first. */
export const reservedMailings: ReadonlyMap<number, RequestFault> = new Map(
  texts.flatMap(([mailing, text]) => {
    const fault = parseFault(text)
    return isConnectionFault(fault) ? [] : [[mailing, fault] as const]
  }),
)

/** What can go wrong between a command and a server, in sentences that hold no key. */
import { CommandEnding, exitCodes } from '../ending.ts'

/**
 * How far a request came. `unsent`: it never left; `broken`: the connection was cut; `silent`: no answer came in time; `strange`:
 * something answered that is not the API.
 */
export type Reach = 'unsent' | 'broken' | 'silent' | 'strange'

export class ServerTrouble extends CommandEnding {
  readonly reach: Reach

  constructor(reach: Reach, sentence: string, options?: ErrorOptions, code: number = exitCodes.unreachable) {
    super(code, sentence, options)
    this.reach = reach
  }
}

/** Nothing of a request has left where one of these is why it failed. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EACCES|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/

/** What `fetch` threw, as what it means for whoever asked. */
export function troubleOf(error: unknown, root: string, patience: number): ServerTrouble {
  if (error instanceof ServerTrouble) return error
  if (error instanceof Error && error.name === 'TimeoutError')
    return new ServerTrouble('silent', `${root} gave no answer within ${patience / 1_000} s`, { cause: error })
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : ''
  const why = cause?.message || code || (error instanceof Error ? error.message : String(error))
  if (why === 'unexpected redirect')
    return new ServerTrouble(
      'unsent',
      `${root} sends on to another address; a key is not handed on, so give --url that one`,
    )
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return new ServerTrouble('silent', `${root} gave no answer in time`, { cause: error })
  // The ports that fetch never connects to: https://fetch.spec.whatwg.org/#port-blocking
  if (why === 'bad port' || beforeSending.test(code))
    return new ServerTrouble('unsent', `${root} cannot be reached (${why}); nothing was asked for`, { cause: error })
  return new ServerTrouble('broken', `the connection to ${root} broke off (${why})`, { cause: error })
}

/** An answer that does not come from the API. */
export function strangeAnswer(root: string, status: number, type: string | null): ServerTrouble {
  const kind = type?.split(';')[0]?.trim() || 'no type'
  return new ServerTrouble(
    'strange',
    `${root} answers with HTTP ${status} and ${kind}, which is not the API of Sendoff: is it the right address, and does a proxy stand before it?`,
  )
}

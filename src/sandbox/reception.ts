/** From a request on the wire to its fate: read it, choose its fault, ask the desk, deliver or spoil the answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { control, isControl } from './control.ts'
import { deliver, isVeil, type Line, send, veil } from './delivery.ts'
import { type Answered, type Desk, reachesDesk } from './desk.ts'
import type { RequestFault } from './fault.ts'
import type { FaultPlan } from './fault-plan.ts'
import { formatFault } from './fault-text.ts'
import type { Handled } from './handled.ts'
import { type Message, readMessage } from './message.ts'
import { refusal } from './platform.ts'
import { envelope, jsonReply } from './reply.ts'

/** Altcraft's own default limit on a body. */
const maxBodyBytes = 10 * 1024 * 1024

interface Rooms {
  readonly plan: FaultPlan
  readonly desk: Desk
  readonly onEvent: ((handled: Handled) => void) | undefined
  readonly closing: AbortSignal
}

export class Reception {
  readonly plan: FaultPlan
  readonly desk: Desk
  readonly #onEvent: ((handled: Handled) => void) | undefined
  readonly #closing: AbortSignal
  #requests = 0

  constructor({ plan, desk, onEvent, closing }: Rooms) {
    this.plan = plan
    this.desk = desk
    this.#onEvent = onEvent
    this.#closing = closing
  }

  /** How many requests to the API were read. */
  get requests(): number {
    return this.#requests
  }

  clear(): void {
    this.desk.forget()
    this.plan.forgetCounts()
    this.#requests = 0
  }

  /** Never rejects. `reset` cuts the connection with RST. */
  async serve(request: IncomingMessage, response: ServerResponse, reset: () => void): Promise<void> {
    const { url = '', method = '' } = request
    try {
      const body = await readBody(request)
      if (body === undefined) return send(response, envelope(refusal(413, 'Request is too large'), 'json', 413))
      if (isControl(url)) return send(response, control(method, url, body.toString(), this))
      await this.#answer(readMessage(request, body), { response, url, reset, closing: this.#closing })
    } catch (error) {
      // A client that went away and a stand-in that closes need no answer; a record that cannot be written does.
      if (this.#closing.aborted || response.destroyed || response.headersSent) return
      send(response, jsonReply(500, { error: `the stand-in itself failed: ${String(error)}` }))
    }
  }

  async #answer(message: Message, line: Line): Promise<void> {
    this.#requests++
    const at = new Date().toISOString()
    const { call, mailing } = message
    const launch = message.requestId ?? message.bodySha256
    const fault =
      call === undefined || message.method !== 'POST' ? undefined : this.plan.forRequest({ call, mailing, launch })
    const answered = reachesDesk(fault) ? await this.desk.answer(message, fault) : undefined
    this.#onEvent?.(handled(at, message, fault, answered))
    if (fault !== undefined && isVeil(fault)) return veil(line, fault)
    if (answered) await deliver(line, answered.reply, fault)
  }
}

function handled(
  at: string,
  message: Message,
  fault: RequestFault | undefined,
  answered: Answered | undefined,
): Handled {
  return {
    at,
    call: message.call ?? null,
    mailing: message.mailing ?? null,
    request_id: message.requestId ?? null,
    executed: answered?.executed ?? false,
    repeat: answered?.repeat ?? false,
    fault: fault === undefined ? null : formatFault(fault),
    error: answered?.reply.error ?? null,
  }
}

/** Undefined where the body is longer than Altcraft takes; the rest is then read and thrown away. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  }
  return bytes <= maxBodyBytes ? Buffer.concat(chunks) : undefined
}

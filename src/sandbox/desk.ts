/** Answers one call as Altcraft would: token, repeats, fields, then the start itself. Knows no connection. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, executes, type RequestFault } from './fault.ts'
import type { Message } from './message.ts'
import {
  checkFields,
  describeStart,
  type MailingState,
  Platform,
  refusal,
  type StartedMailing,
  success,
} from './platform.ts'
import { marked, Repeats, repeatKey } from './repeats.ts'
import { envelope, type Reply } from './reply.ts'
import type { StartRecord } from './start-record.ts'

export interface DeskOptions {
  /** Undefined: any token will do, as long as there is one. */
  readonly token: string | undefined
  readonly deduplication: boolean
  readonly replayRefusals: boolean
  /** Milliseconds. */
  readonly logDelay: number
  readonly record: StartRecord | undefined
  /** Aborted when the stand-in closes: a start that still waits is then not executed. */
  readonly closing: AbortSignal
}

export interface Answered {
  readonly reply: Reply
  readonly executed: boolean
  readonly repeat: boolean
}

export class Desk {
  readonly #options: DeskOptions
  readonly #platform: Platform
  readonly #repeats: Repeats
  #launches: StartedMailing[] = []

  constructor(options: DeskOptions) {
    this.#options = options
    this.#platform = new Platform(options.logDelay)
    this.#repeats = new Repeats(options.replayRefusals)
  }

  /** Every start that was really executed through the API, in order. */
  get launches(): readonly StartedMailing[] {
    return this.#launches
  }

  /** Forgets launches, log, repeats, not the states of mailings. The record file stays as it is. */
  forget(): void {
    this.#launches = []
    this.#platform.forget()
    this.#repeats.forget()
  }

  /** A person starts the mailing in Altcraft's own pages: the log shows it, `launches` does not. */
  startByHand(mailing: number, now: number): void {
    this.#platform.begin(mailing, now)
  }

  setState(mailing: number, state: MailingState): void {
    this.#platform.setState(mailing, state)
  }

  /** Rejects where the record cannot be written, or with an AbortError where the stand-in closes during a delay. */
  async answer(message: Message, fault: RequestFault | undefined): Promise<Answered> {
    const { call } = message
    const refused = this.#admit(message)
    if (refused) return { reply: refused, executed: false, repeat: false }
    if (call === undefined) {
      const reply = envelope(refusal(404, 'No such method'), message.answerFormat, 404)
      return { reply, executed: false, repeat: false }
    }
    if (fault?.name === 'swallow-unmarked') {
      return { reply: envelope(success, message.answerFormat), executed: false, repeat: false }
    }
    const key = repeatKey(message)
    if (fault?.name === 'swallow') {
      const reply = envelope(success, message.answerFormat)
      return { reply: marked(reply, key ?? 'c3dhbGxvd2Vk'), executed: false, repeat: true }
    }
    let executed = false
    const execute = () => this.#execute(call, message, fault, () => (executed = true))
    if (!this.#options.deduplication || key === undefined) return { reply: await execute(), executed, repeat: false }
    const { reply, repeat } = await this.#repeats.answer(key, Date.now(), execute)
    return { reply, executed, repeat }
  }

  /** Refusals that come before the check for repeats and are never kept. */
  #admit({ method, unreadable, token, answerFormat }: Message): Reply | undefined {
    if (method !== 'POST') return envelope(refusal(405, 'Only POST is allowed'), answerFormat, 405)
    if (unreadable !== undefined) return envelope(refusal(400, `Wrong request: ${unreadable}`), answerFormat)
    if (token === undefined) return envelope(refusal(401, 'No API token is given'), answerFormat)
    if (this.#options.token === undefined || this.#options.token === token) return undefined
    return envelope(refusal(401, 'The API token is not valid'), answerFormat)
  }

  async #execute(call: Call, message: Message, fault: RequestFault | undefined, onStart: () => void): Promise<Reply> {
    const { fields, answerFormat } = message
    if (fault?.name === 'refuse') {
      return envelope(refusal(fault.value, fault.text ?? refusalText(fault.value)), answerFormat, fault.http)
    }
    const wrong = checkFields(call, fields)
    if (wrong) return envelope(wrong, answerFormat)
    const obstacle = this.#platform.obstacle(call, message.mailing ?? 0)
    if (obstacle) return envelope(obstacle, answerFormat)
    if (fault?.name === 'delay') await sleep(fault.value, undefined, { signal: this.#options.closing })
    const now = Date.now()
    if (call !== 'start') return envelope(this.#platform.read(message, now), answerFormat)
    const launch = describeStart(message, now)
    await this.#options.record?.append(launch)
    this.#launches.push(launch)
    this.#platform.begin(launch.mailing, now)
    onStart()
    return envelope(success, answerFormat)
  }
}

/** Whether the request gets as far as Altcraft under this fault; a refusal and a swallowed repeat are Altcraft's own. */
export function reachesDesk(fault: RequestFault | undefined): boolean {
  return fault === undefined || executes[fault.name] || fault.name === 'refuse' || /^swallow/.test(fault.name)
}

function refusalText(code: number): string {
  const texts = new Map([
    [400, 'Wrong request'],
    [401, 'No API token is given'],
    [402, 'The limit of the tariff is reached'],
    [403, 'No access'],
  ])
  return texts.get(code) ?? `Error ${code}`
}

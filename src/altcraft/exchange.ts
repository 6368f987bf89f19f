import type { Dispatcher } from 'undici'
import type { AnswerHeaders } from './answer-headers.ts'
import { type Fault, faultOf } from './fault.ts'
import type { Line } from './line.ts'
import type { EncodedStart } from './request.ts'

export type Ending =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: AnswerHeaders; readonly body: Buffer }
  | { readonly kind: 'broken'; readonly handed: boolean; readonly fault: Fault; readonly status: number | undefined }
  | { readonly kind: 'withheld'; readonly why: string }

/** Milliseconds from the write: to the status line, and to the end of the body. */
export interface Deadlines {
  readonly headers: number
  readonly total: number
}

/**
 * Writes the request once over the line and waits for the answer. `stillOpen` is asked in the tick of the write; where
 * it says no, or `signal` came first, no byte leaves. After the write a passed deadline or the signal resets the line.
 * Never rejects.
 */
export function exchange(
  line: Line,
  request: EncodedStart,
  deadlines: Deadlines,
  stillOpen: () => boolean,
  signal: AbortSignal,
): Promise<Ending> {
  return new Promise(resolve => {
    const handler = new Exchange(line, deadlines, stillOpen, signal, resolve)
    line.dispatch({ path: request.path, method: 'POST', headers: request.headers, body: request.body }, handler)
  })
}

type LateCode = 'SENDOFF_HEADERS_TIMEOUT' | 'SENDOFF_TOTAL_TIMEOUT'

class Exchange implements Dispatcher.DispatchHandler {
  readonly #line: Line
  readonly #deadlines: Deadlines
  readonly #stillOpen: () => boolean
  readonly #signal: AbortSignal
  readonly #resolve: (ending: Ending) => void
  readonly #stop = () => this.#stopped()
  readonly #chunks: Buffer[] = []
  #handed = false
  #hasEnded = false
  #status: number | undefined
  #headers: AnswerHeaders = {}
  #writtenAt = 0
  #due: LateCode = 'SENDOFF_HEADERS_TIMEOUT'
  #timer: NodeJS.Timeout | undefined

  constructor(
    line: Line,
    deadlines: Deadlines,
    stillOpen: () => boolean,
    signal: AbortSignal,
    resolve: (ending: Ending) => void,
  ) {
    this.#line = line
    this.#deadlines = deadlines
    this.#stillOpen = stillOpen
    this.#signal = signal
    this.#resolve = resolve
    signal.addEventListener('abort', this.#stop, { once: true })
  }

  /** undici writes right after this returns, and not at all when it was aborted here. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const why = this.#hasEnded ? 'given up' : this.#whyNotToWrite()
    if (why !== undefined) {
      this.#end({ kind: 'withheld', why })
      controller.abort(new Error(why))
      return
    }
    this.#handed = true
    this.#writtenAt = performance.now()
    const { headers, total } = this.#deadlines
    this.#arm(headers < total ? 'SENDOFF_HEADERS_TIMEOUT' : 'SENDOFF_TOTAL_TIMEOUT', Math.min(headers, total))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // 103 and the like announce an answer; they are none (RFC 9110, section 15.2).
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    this.#arm('SENDOFF_TOTAL_TIMEOUT', this.#deadlines.total - (performance.now() - this.#writtenAt))
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    this.#end({ kind: 'answer', status: this.#status ?? 0, headers: this.#headers, body })
    this.#line.answered()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const fault = faultOf(error)
    const isLost = !this.#handed && !this.#line.isAlive
    this.#break(isLost ? { ...fault, code: 'SENDOFF_CONNECTION_LOST' } : fault)
  }

  #whyNotToWrite(): string | undefined {
    if (this.#signal.aborted) return 'Sendoff gave up before the write'
    try {
      return this.#stillOpen() ? undefined : 'the time in which the request might be written had passed'
    } catch (error) {
      return `the right to write could not be checked: ${faultOf(error).detail}`
    }
  }

  #arm(code: LateCode, wait: number): void {
    clearTimeout(this.#timer)
    this.#due = code
    this.#timer = setTimeout(() => this.#late(code), Math.max(wait, 0))
  }

  /** The timer may be late because this process was: what has arrived meanwhile is read before the verdict. */
  #late(code: LateCode): void {
    setImmediate(() => {
      if (this.#hasEnded || this.#due !== code) return
      this.#giveUp({ code, syscall: undefined, detail: 'no whole answer came before the deadline' })
    })
  }

  #stopped(): void {
    if (this.#handed) {
      this.#giveUp({
        code: 'SENDOFF_STOPPED',
        syscall: undefined,
        detail: 'Sendoff gave up while it waited for the answer',
      })
    } else {
      this.#end({ kind: 'withheld', why: 'Sendoff gave up before the write' })
      this.#line.close()
    }
  }

  #giveUp(fault: Fault): void {
    this.#break(fault)
    this.#line.reset()
  }

  #break(fault: Fault): void {
    this.#end({ kind: 'broken', handed: this.#handed, fault, status: this.#status })
  }

  #end(ending: Ending): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#stop)
    this.#resolve(ending)
  }
}

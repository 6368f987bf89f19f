/** The stand-in's own end points under /_sandbox/: what it really launched, and which faults it makes. */
import { z } from 'zod'
import type { Fault } from './fault.ts'
import { FaultTextError, formatFault, parseFault } from './fault-text.ts'
import { type MailingState, mailingStates, type StartedMailing } from './platform.ts'
import { jsonReply, type Reply } from './reply.ts'
import { reservedMailings } from './reserved-mailings.ts'

/** What the end points may do with the stand-in. */
export interface Levers {
  readonly desk: {
    readonly launches: readonly StartedMailing[]
    startByHand(mailing: number, now: number): void
    setState(mailing: number, state: MailingState): void
  }
  readonly plan: { readonly faults: readonly Fault[]; set(faults: readonly Fault[]): void }
  readonly requests: number
  clear(): void
}

export function isControl(url: string): boolean {
  return url.startsWith('/_sandbox/')
}

const faultsBody = z.strictObject({ faults: z.array(z.string()) })
const stateBody = z.strictObject({ id: z.int().positive(), state: z.enum(mailingStates) })
const manualBody = z.strictObject({ id: z.int().positive() })

/** Never throws: what is wrong with the request is said in the answer's `error`. */
export function control(method: string, url: string, body: string, levers: Levers): Reply {
  switch (`${method} ${url.replace(/\/?(\?.*)?$/, '')}`) {
    case 'GET /_sandbox/faults':
      return shownFaults(levers)
    case 'PUT /_sandbox/faults':
      return replaceFaults(body, levers)
    case 'DELETE /_sandbox/faults':
      levers.plan.set([])
      return shownFaults(levers)
    case 'GET /_sandbox/launches':
      return jsonReply(200, { launches: levers.desk.launches, requests: levers.requests })
    case 'DELETE /_sandbox/launches':
      levers.clear()
      return jsonReply(200, { launches: [], requests: 0 })
    case 'POST /_sandbox/manual-start': {
      const read = manualBody.safeParse(json(body))
      if (!read.success) return wrong('send {"id": 12}: the id of a mailing')
      levers.desk.startByHand(read.data.id, Date.now())
      return jsonReply(200, { mailing: read.data.id })
    }
    case 'PUT /_sandbox/mailings': {
      const read = stateBody.safeParse(json(body))
      if (!read.success) return wrong(`send {"id": 12, "state": "inactive"}: one of ${mailingStates.join(', ')}`)
      levers.desk.setState(read.data.id, read.data.state)
      return jsonReply(200, { mailing: read.data.id, state: read.data.state })
    }
    default:
      return jsonReply(404, { error: `there is no ${method} ${url}; docs/simulate.md lists what there is` })
  }
}

function shownFaults(levers: Levers): Reply {
  const mailings = Object.fromEntries([...reservedMailings].map(([id, fault]) => [id, formatFault(fault)]))
  return jsonReply(200, { faults: levers.plan.faults.map(formatFault), mailings })
}

function replaceFaults(body: string, levers: Levers): Reply {
  const read = faultsBody.safeParse(json(body))
  if (!read.success) return wrong('send {"faults": ["drop-after:x1"]}: a list of faults in their text form')
  try {
    levers.plan.set(read.data.faults.map(parseFault))
  } catch (error) {
    if (error instanceof FaultTextError) return wrong(error.message)
    throw error
  }
  return shownFaults(levers)
}

function wrong(error: string): Reply {
  return jsonReply(400, { error })
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

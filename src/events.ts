/**
 * Every happening, one function each: what it is called, its fields and the sentence a person reads. Code elsewhere never
 * formats a log line, and metrics and the stream of events are told the same. No function takes a request's content, attachments or token.
 */
import type { Logger } from 'pino'
import { accountEvents } from './events/account-events.ts'
import { batchEvents } from './events/batch-events.ts'
import { launchEvents } from './events/launch-events.ts'
import { scheduleEvents } from './events/schedule-events.ts'
import { serviceEvents } from './events/service-events.ts'
import { type Listener, tellingTo } from './events/telling.ts'

export type Events = ReturnType<typeof eventsTo>

/** The functions, telling this log. */
export function eventsTo(log: Logger) {
  const listeners: Listener[] = []
  const telling = tellingTo(log, listeners)
  return {
    ...serviceEvents(telling),
    ...scheduleEvents(telling),
    ...launchEvents(telling),
    ...batchEvents(telling),
    ...accountEvents(telling),
    /** From now on every happening is told to it as well, whatever the level of the log. */
    alsoTell(listener: Listener): void {
      listeners.push(listener)
    },
  }
}

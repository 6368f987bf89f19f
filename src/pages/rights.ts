/** What whoever looks may do, asked of the same table as the API's doors. Pure. */
import type { Caller } from '../http/access.ts'
import { type Door, doors, isAtLeast } from '../http/doors.ts'

/** The least role for each thing that pages let people do; `whole` ones are not for keys of single accounts. */
const needed = {
  hold: { role: doors.setHold.role },
  endHold: { role: doors.endHold.role },
  endServiceHold: { role: doors.endHold.beyond.role },
  pause: { role: doors.pauseSchedule.role },
  resume: { role: doors.resumeSchedule.role },
  skip: { role: doors.skipDueTime.role },
  run: { role: doors.runSchedule.role },
  retry: { role: doors.retryLaunch.role },
  resolve: { role: doors.resolveLaunch.role },
  relaunch: { role: doors.resolveLaunch.beyond.role },
  release: { role: doors.releaseLaunch.role },
  cancel: { role: doors.cancelLaunch.role },
  batchSubmit: { role: doors.submitBatch.role },
  batchPause: { role: doors.pauseBatch.role },
  batchResume: { role: doors.resumeBatch.role },
  batchCancel: { role: doors.cancelBatch.role },
  batchRetry: { role: doors.retryBatch.role },
  audit: { role: doors.audit.role, whole: true },
} as const satisfies Readonly<Record<string, Pick<Door, 'role' | 'whole'>>>

export type Right = keyof typeof needed
export type Rights = Readonly<Record<Right, boolean>>

/** What the caller may do; nobody may do nothing. */
export function rightsOf(caller: Caller | undefined): Rights {
  const may = (right: Right) => {
    if (caller === undefined) return false
    const { role, ...rest } = needed[right]
    return (role === 'anyone' || isAtLeast(caller.role, role)) && !('whole' in rest && caller.accounts !== undefined)
  }
  return {
    hold: may('hold'),
    endHold: may('endHold'),
    endServiceHold: may('endServiceHold'),
    pause: may('pause'),
    resume: may('resume'),
    skip: may('skip'),
    run: may('run'),
    retry: may('retry'),
    resolve: may('resolve'),
    relaunch: may('relaunch'),
    release: may('release'),
    cancel: may('cancel'),
    batchSubmit: may('batchSubmit'),
    batchPause: may('batchPause'),
    batchCancel: may('batchCancel'),
    batchResume: may('batchResume'),
    batchRetry: may('batchRetry'),
    audit: may('audit'),
  }
}

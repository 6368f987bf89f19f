import { scheduleWholeSchema } from '../../duty/schedules.ts'
import { madeSchema } from '../../http/contract/launches.ts'
import { dueTimeSchema, pausedSchema, resumedSchema, schedulesSchema } from '../../http/contract/schedules.ts'
import type { ScheduleOffice } from '../office/schedules.ts'
import { noSchedule } from '../stored-schedule.ts'
import { isMissing, refusalIn, type ServerCall } from './call.ts'
import { isoOf, madeOf, unconfirmedIn } from './launches.ts'

export function serverSchedules(server: ServerCall): ScheduleOffice {
  const schedules = async () => (await server.get('schedules', schedulesSchema)).schedules
  return {
    schedules,
    schedule: async (name, count) => {
      const found = await server.find(`${pathOf(name)}?count=${count}`, scheduleWholeSchema)
      if (found) return found
      throw noSchedule(
        name,
        (await schedules()).map(each => each.name),
      )
    },
    pause: async (name, until, reason) => {
      const body = { reason, until: isoOf(until) }
      const answer = await server.decide('POST', `${pathOf(name)}/pause`, body, pausedSchema, shows(name))
      if (answer.ok) return { kind: answer.value.changed ? 'changed' : 'paused', sending: answer.value.sending }
      return isMissing(answer.problem) ? { kind: 'noSchedule' } : { kind: refusalIn(answer.problem, 'ended').kind }
    },
    resume: async (name, reason) => {
      const answer = await server.decide('POST', `${pathOf(name)}/resume`, { reason }, resumedSchema, shows(name))
      if (answer.ok) return { kind: 'resumed' }
      return isMissing(answer.problem) ? { kind: 'noSchedule' } : { kind: refusalIn(answer.problem, 'notPaused').kind }
    },
    skip: async (name, at, reason) => {
      const body = { reason, at: isoOf(at) }
      const answer = await server.decide('POST', `${pathOf(name)}/skip`, body, dueTimeSchema, shows(name))
      if (answer.ok) return { kind: 'skipped', key: answer.value.key, due: Date.parse(answer.value.due) }
      const refusal = refusalIn(answer.problem, 'notDue', 'leftOut', 'refused', 'scheduleChanged')
      return refusal.kind === 'notDue' ? { kind: 'notDue', next: refusal.next.map(each => Date.parse(each)) } : refusal
    },
    unskip: async (name, at, reason) => {
      const body = { reason, at: isoOf(at) }
      const answer = await server.decide('POST', `${pathOf(name)}/unskip`, body, dueTimeSchema, shows(name))
      if (answer.ok) return { kind: 'restored', key: answer.value.key, due: Date.parse(answer.value.due) }
      const refusal = refusalIn(answer.problem, 'notSkipped', 'refused', 'scheduleChanged')
      if (refusal.kind !== 'notSkipped') return refusal
      return { kind: 'notSkipped', skips: refusal.skips.map(({ due, reason }) => ({ due: Date.parse(due), reason })) }
    },
    // The server says so when it is asked for.
    runBefore: async () => undefined,
    run: async (name, confirmDuplicate, reason) => {
      const body = { reason, confirmDuplicate }
      const answer = await server.launch(`${pathOf(name)}/run`, body, madeSchema, lists(name))
      if (answer.ok) return { kind: 'run', made: madeOf(answer.value), warnings: answer.value.warnings }
      if (isMissing(answer.problem)) throw noSchedule(name, [])
      return unconfirmedIn(answer.problem) ?? refusalIn(answer.problem, 'paused', 'closed', 'imagined')
    },
  }
}

function pathOf(name: string): string {
  return `schedules/${encodeURIComponent(name)}`
}

function shows(name: string): string {
  return `sendoff schedules show ${name}`
}

function lists(name: string): string {
  return `sendoff launches list --schedule ${name}`
}

import { launchAsked, repeatBefore } from '../../duty/by-hand.ts'
import { explainLaunch } from '../../duty/explain.ts'
import { launchWhole } from '../../duty/launch-shape.ts'
import { callOff, findLaunches, letGo, resolveLaunch, tryAgain } from '../../duty/launches.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import type { NewLaunch } from '../../launches/create.ts'
import { defaultPolicy } from '../../launches/policy.ts'
import { showLaunch } from '../../launches/read.ts'
import { serverNow } from '../../timetable/planner.ts'
import type { LaunchOffice, Made } from '../office/launches.ts'
import { person } from '../person.ts'

export function ledgerLaunches(open: OpenLedger): LaunchOffice {
  const { ledger } = open
  return {
    launches: (filter, limit, after) => findLaunches(open, { filter, limit, after, filled: true }),
    launch: async key => {
      const record = await showLaunch(ledger, key)
      return record && launchWhole(record)
    },
    explain: key => explainLaunch(ledger, key),
    resolve: async (key, said, why) => {
      const end = said.state === 'waiting' ? { ...said, at: said.at ?? (await serverNow(ledger)) } : said
      const answer = await resolveLaunch(open, key, end, { by: person(), why })
      return answer.kind === 'done' ? { kind: 'done', at: end.state === 'waiting' ? end.at : undefined } : answer
    },
    retry: async (key, asked, why) => {
      const sendUntil = asked ?? (await serverNow(ledger)) + defaultPolicy.maxLateness
      const answer = await tryAgain(open, key, sendUntil, { by: person(), why })
      return answer.kind === 'done' ? { kind: 'done', sendUntil } : answer
    },
    release: (key, confirmation, why) => letGo(open, key, confirmation, { by: person(), why }),
    cancel: (key, why) => callOff(open, key, { by: person(), why }),
    repeatBefore: asked => repeatBefore(open, asked),
    make: async asked => {
      const answer = await launchAsked(open, asked)
      return answer.kind === 'made' ? { kind: 'made', ...(await madeOf(open, answer.launch)) } : answer
    },
  }
}

/** What commands are told of a launch that was made. */
export async function madeOf(
  { queues }: OpenLedger,
  { key, account, due, sendUntil }: Pick<NewLaunch, 'key' | 'account' | 'due' | 'sendUntil'>,
): Promise<Made> {
  return { key, due, sendUntil, workers: await queues.workerCount(account) }
}

/** What `sendoff doctor` does: looks at everything it can reach, whatever fails on the way, and prints it. */
import type { Account } from '../config/account.ts'
import type { Config } from '../config/config.ts'
import type { LoadInput } from '../config/load-config.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { lookAtAccount } from './checks/account.ts'
import { attempted, type Check, checkCounts, checkLines, warn } from './checks/check.ts'
import { deduplicationCheck } from './checks/deduplication.ts'
import { lookAtFiles } from './checks/files.ts'
import { checkNode, checkZones } from './checks/machine.ts'
import { lookAtStore } from './checks/store.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { GlobalFlags } from './with-ledger.ts'

export interface DoctorFlags extends GlobalFlags {
  readonly account?: string
  readonly json: boolean
}

const accountPatience = 45_000

/** Prints the checks on stdout and their counts on stderr. Returns the exit code: 0 where none is bad. */
export async function runDoctor(flags: DoctorFlags): Promise<number> {
  const now = Date.now()
  const machine = [checkNode(process.versions.node, now), checkZones(process.versions.tz, now)]
  const input = { cwd: process.cwd(), flags, env: process.env }
  const files = lookAtFiles(input, now)
  const rest = files.config
    ? await lookOutside(files.config, chosenAccounts(files.config, flags), files.schedules, input)
    : { checks: [notLookedAt], isReachable: true }
  const checks = [...machine, ...files.checks, ...rest.checks]
  process.stdout.write(`${flags.json ? JSON.stringify(checks, null, 2) : checkLines(checks)}\n`)
  process.stderr.write(`${checkCounts(checks)}\n`)
  if (!files.areRight) return exitCodes.usage
  if (!rest.isReachable) return exitCodes.unreachable
  return checks.some(({ state }) => state === 'bad') ? exitCodes.failed : 0
}

const notLookedAt = warn(
  'Redis, accounts',
  'not looked at: without a configuration nobody knows which ones',
  'Correct the configuration first',
)

function chosenAccounts({ accounts }: Config, { account }: DoctorFlags): readonly Account[] {
  const all = Object.values(accounts)
  if (account === undefined) return all
  const chosen = all.filter(({ name }) => name === account)
  if (chosen.length > 0) return chosen
  const known = all.map(({ name }) => name).join(', ') || 'none'
  throw new CommandEnding(exitCodes.usage, `--account ${account} is not configured (configured: ${known})`)
}

async function lookOutside(
  config: Config,
  accounts: readonly Account[],
  schedules: readonly Schedule[],
  { cwd }: LoadInput,
): Promise<{ checks: readonly Check[]; isReachable: boolean }> {
  const remedy = 'Correct what it says, then try again'
  const asking = accounts.map(account =>
    attempted(`${account.name}: token`, accountPatience, remedy, () => lookAtAccount(config, account, schedules, cwd)),
  )
  const [store, answers] = await Promise.all([lookAtStore(config, accounts), Promise.all(asking)])
  const perAccount = accounts.flatMap((account, index) => {
    const proof = store.proofs === 'unread' ? 'unread' : store.proofs.get(account.name)
    return [...(answers[index] ?? []), deduplicationCheck(account, proof, store.now)]
  })
  const none = warn('accounts', 'none is configured: nothing can be sent', 'Write one into config/sendoff.yaml')
  return { checks: [...store.checks, ...(accounts.length === 0 ? [none] : perAccount)], isReachable: store.isReachable }
}

/** One account: its token, the way to Altcraft, and what Altcraft answers. Only reads; nothing is launched. */
import { lookup } from 'node:dns/promises'
import { destinationOf, openConnection } from '../../altcraft/connection.ts'
import { createReadPlatform } from '../../altcraft/read-platform.ts'
import type { Account, ArmedAccount } from '../../config/account.ts'
import { armAccounts } from '../../config/arm-accounts.ts'
import type { Config } from '../../config/config.ts'
import { DeclarationError } from '../../files/problem.ts'
import type { LogReading, StatusReading } from '../../launches/evidence.ts'
import type { Schedule } from '../../timetable/schedule.ts'
import { attempted, bad, type Check, ok, warn, within } from './check.ts'

const namePatience = 5_000
const connectPatience = 10_000
const answerPatience = 15_000
const lookBack = 3_600_000
const largestSkew = 10_000

/** What is asked about: a mailing of the account's schedules, else one that may not exist. */
interface Asked {
  readonly mailing: number
  readonly isScheduled: boolean
}

/** The checks of an account, from its token to Altcraft's answers; what fails early leaves out what it would need. */
export async function lookAtAccount(
  config: Config,
  account: Account,
  schedules: readonly Schedule[],
  cwd: string,
): Promise<Check[]> {
  const scheduled = schedules.find(schedule => schedule.account === account.name)?.launch.id
  const asked = { mailing: scheduled ?? 1, isScheduled: scheduled !== undefined }
  const { armed, check } = armedAccount(config, account, cwd)
  // Without its own certificates the connection would fail for another reason.
  if (!armed && account.caFile !== undefined) return [check]
  const way = await lookAtWay(armed ?? { ...account, ca: undefined })
  const isOpen = way.every(({ state }) => state === 'ok')
  if (!armed || !isOpen) return [check, ...way]
  const remedy = 'See whether baseUrl leads to Altcraft'
  const look = () => lookAtAnswers(armed, asked)
  return [check, ...way, ...(await attempted(`${account.name}: answer`, 2 * answerPatience, remedy, look))]
}

function armedAccount(config: Config, account: Account, cwd: string): { armed?: ArmedAccount; check: Check } {
  const name = `${account.name}: token`
  try {
    const armed = armAccounts({ ...config, accounts: { [account.name]: account } }, process.env, cwd).get(account.name)
    return { ...(armed === undefined ? {} : { armed }), check: ok(name, `present (${tokenSource(account)})`) }
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    const says = error.problems.map(({ sentence }) => sentence).join('; ')
    return { check: bad(name, says, `Set ${tokenSource(account)}`) }
  }
}

function tokenSource({ token }: Account): string {
  return 'env' in token ? `${token.env} or ${token.env}_FILE` : `the file ${token.file}`
}

async function lookAtWay(account: Pick<ArmedAccount, 'name' | 'baseUrl' | 'ca' | 'timeouts'>): Promise<Check[]> {
  const destination = destinationOf(account)
  const { host, origin } = destination
  const nameCheck = `${account.name}: host`
  try {
    const found = await within(namePatience, lookup(host, { all: true }))
    const addresses = [...new Set(found.map(({ address }) => address))].join(', ')
    return [ok(nameCheck, `${host} is ${addresses}`), await connectionCheck(account.name, destination)]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [
      bad(nameCheck, `${host} cannot be looked up: ${why}`, `Correct baseUrl (${origin}), or the DNS of this machine`),
    ]
  }
}

async function connectionCheck(account: string, destination: ReturnType<typeof destinationOf>): Promise<Check> {
  const name = `${account}: connection`
  const began = performance.now()
  const opened = await openConnection(destination, connectPatience, new AbortController().signal)
  const took = `${Math.round(performance.now() - began)} ms`
  const { origin } = destination
  switch (opened.kind) {
    case 'open': {
      const how = destination.secure ? 'TLS, certificate trusted' : 'HTTP without TLS'
      opened.socket.destroy()
      opened.raw.destroy()
      return ok(name, `${origin} in ${took} (${how})`)
    }
    case 'failed': {
      const { code, detail } = opened.fault
      return bad(
        name,
        `${origin}: ${detail} (${code})`,
        'Correct baseUrl, the firewall, or caFile for an authority of your own',
      )
    }
    case 'stopped':
      return bad(name, `${origin}: given up`, 'Try again')
  }
}

async function lookAtAnswers(armed: ArmedAccount, asked: Asked): Promise<Check[]> {
  const platform = createReadPlatform(new Map([[armed.name, armed]]))
  const signal = AbortSignal.timeout(answerPatience)
  try {
    const [status, log] = await Promise.all([
      platform.readStatus(armed.name, asked.mailing, signal),
      platform.readLog(armed.name, asked.mailing, Date.now() - lookBack, signal),
    ])
    return answerChecks(armed, asked, status, log)
  } finally {
    await platform.close()
  }
}

/** What two readings about one mailing say of the account. Pure. */
export function answerChecks(account: Account, asked: Asked, status: StatusReading, log: LogReading): Check[] {
  const answer = statusCheck(account, asked, status)
  if (answer.state === 'bad') return [answer]
  return [
    answer,
    logCheck(account.name, asked, log),
    ...(log.kind === 'read' ? [skewCheck(account.name, log.skew)] : []),
  ]
}

function statusCheck(account: Account, { mailing, isScheduled }: Asked, status: StatusReading): Check {
  const name = `${account.name}: answer`
  if (status.kind === 'read') {
    const says = `the token is accepted; mailing ${mailing} is ${status.active ? 'active' : 'NOT ACTIVE'} (${status.status || 'no status'})`
    if (status.active || !isScheduled) return ok(name, says)
    return warn(
      name,
      `${says}, and a schedule starts it`,
      'Activate it in Altcraft: only active mailings can be started',
    )
  }
  const { error, why } = status
  if (error === 401)
    return bad(
      name,
      `Altcraft does not accept the token: ${why}`,
      `Put a token that is valid into ${tokenSource(account)}`,
    )
  if (error === 403)
    return warn(
      name,
      `the token may not look at mailing ${mailing}: ${why}`,
      'Give its role the right to see and run mailings',
    )
  if (error === undefined || error === 0)
    return bad(name, why, 'See whether baseUrl leads to Altcraft, and not to a page in front of it')
  if (!isScheduled) return ok(name, `Altcraft answers and does not refuse the token (of mailing ${mailing}: ${why})`)
  return warn(
    name,
    `of mailing ${mailing}, which a schedule starts: ${why}`,
    'See whether this mailing exists in Altcraft',
  )
}

function logCheck(account: string, { mailing, isScheduled }: Asked, log: LogReading): Check {
  const name = `${account}: log`
  if (log.kind === 'read')
    return ok(name, `readable; mailing ${mailing} has ${log.entries.length} entries within the hour`)
  if (!isScheduled && !log.refused) return ok(name, `not seen, for want of a mailing that exists (${log.why})`)
  const remedy = 'Give the role of the token the right to see mailings and their log'
  return warn(name, `not readable: ${log.why}; a launch in doubt cannot be looked up in it`, remedy)
}

function skewCheck(account: string, skew: number | undefined): Check {
  const name = `${account}: clock`
  if (skew === undefined) return ok(name, 'not told (the answers have no Date)')
  const says = `Altcraft is ${Math.abs(skew)} ms ${skew < 0 ? 'behind' : 'ahead of'} this machine (its Date has whole seconds)`
  if (Math.abs(skew) <= largestSkew) return ok(name, says)
  return warn(name, `${says}; recovery allows for it, people reading both may not`, 'Set both clocks by NTP')
}

/** The demo: everything real except the far side, which is the stand-in for Altcraft, in a folder that goes afterwards. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { armAccounts } from '../config/arm-accounts.ts'
import { loadConfig } from '../config/load-config.ts'
import { eventsTo } from '../events.ts'
import { listLaunches } from '../launches/list.ts'
import type { ListedLaunch } from '../launches/record.ts'
import { createLogger } from '../log.ts'
import { keysUnder } from '../redis/keys.ts'
import { openRedis } from '../redis/open.ts'
import { type Altcraft, startAltcraft } from '../sandbox/altcraft.ts'
import { writeDemoFiles } from '../sandbox/demo-files.ts'
import { startService } from '../service.ts'
import { loadSchedules } from '../timetable/schedule-files.ts'
import { exitCodes } from './ending.ts'
import { table } from './launch-view.ts'

/** Runs until a signal, or for `lasts` milliseconds; returns the exit code: 0 where ledger and stand-in agree. */
export async function runDemo(lasts: number | undefined): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sendoff-demo-'))
  const token = randomBytes(16).toString('hex')
  const altcraft = await startAltcraft({ token })
  try {
    await writeDemoFiles(folder, altcraft.url)
    say(`A stand-in for Altcraft answers at ${altcraft.url}, config and schedules are in ${folder}.`)
    say(`In another terminal: cd ${folder} && npx --prefix ${process.cwd()} sendoff launches list\n`)
    const { config } = loadConfig({ cwd: folder, flags: {}, env: { SENDOFF_LOG__FORMAT: 'pretty' } })
    const accounts = armAccounts(config, { ALTCRAFT_TOKEN: token }, folder)
    const { schedules } = loadSchedules({
      jobsDir: config.paths.jobs,
      cwd: folder,
      accounts: ['main'],
      calendars: new Map(),
      now: Date.now(),
    })
    const secrets = [...accounts.values()].map(account => account.tokenSecret)
    const events = eventsTo(createLogger(config.log, process.stdout, secrets))
    events.alsoTell(({ fields }) => {
      if (fields.event === 'httpListens') say(`The pages are at ${fields.address}/: open them in a browser.\n`)
    })
    const service = await startService({ config, accounts, declared: schedules, apply: true, events })
    await Promise.race([signalled(), ...(lasts === undefined ? [] : [pauseFor(lasts)])])
    const ended = Date.now()
    await service.stop(config.worker.drainTimeout)
    const records = await recordsUntil(config, ended)
    return report(records, altcraft)
  } finally {
    await altcraft.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function signalled(): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}

async function recordsUntil(config: Parameters<typeof openRedis>[0] & { redis: { prefix: string } }, until: number) {
  const opened = await openRedis(config)
  try {
    const ledger = { redis: opened.redis, keys: keysUnder(config.redis.prefix) }
    const records = await listLaunches(ledger, {}, 100_000, ['main'])
    return records.filter(record => record.due <= until)
  } finally {
    opened.redis.disconnect()
    await opened.leave()
  }
}

/** Prints what came of every launch that was due, and whether the far side saw the same. */
function report(records: readonly ListedLaunch[], altcraft: Altcraft): number {
  const kinds = new Map<string, ListedLaunch[]>()
  for (const record of records) {
    const kind = `${record.schedule}|${record.state}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), record])
  }
  const rows = [...kinds.values()].map(group => {
    const [first] = group
    const attempts = group.reduce((sum, record) => sum + record.attempts, 0)
    const answer = first?.error === undefined ? (first?.reason ?? '') : `${first.error} ${first.error_text}`
    return [first?.schedule ?? '', first?.state ?? '', String(group.length), String(attempts), answer]
  })
  rows.sort((a, b) => String(a).localeCompare(String(b)))
  const launched = records.filter(record => record.state === 'launched').length
  const started = altcraft.launches().length
  process.stdout.write(`\n${table(['SCHEDULE', 'STATE', 'LAUNCHES', 'ATTEMPTS', 'LAST ANSWER'], rows)}\n\n`)
  const agree = launched === started
  const verdict = agree ? 'They agree.' : 'THEY DISAGREE.'
  process.stdout.write(`The ledger says ${launched} launched; the stand-in started ${started} mailings. ${verdict}\n`)
  return agree && launched > 0 ? 0 : exitCodes.failed
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A scenario's world: a Redis, the judging stand-in, a project folder, and services of the built command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Audit, judge, judgeService, type Plan } from './audit.ts'
import { countUnsettled, type Launch, readLedger } from './ledger.ts'
import type { Oracle } from './oracle.ts'
import { openParts, type PartOptions, type Parts } from './parts.ts'
import { type Child, until, WaitedTooLong } from './processes.ts'
import { type Configured, canary, type Declared, moment, startCli, writeProject, writeSchedules } from './project.ts'
import type { TcpProxy } from './proxy.ts'
import type { RedisProcess } from './redis-process.ts'
import { Inconclusive, type Trial } from './trial.ts'

/** The longest that a launch may take to come to rest, once nothing disturbs it any more. */
const restLimit = 75_000

export interface StageOptions extends Configured, PartOptions {}

export class Stage {
  readonly trial: Trial
  readonly folder: string
  readonly redis: RedisProcess
  readonly oracle: Oracle
  readonly redisProxy: TcpProxy | undefined
  readonly httpProxy: TcpProxy | undefined
  readonly #pace: number
  readonly #policy: Configured['policy']
  readonly #services: Child[] = []
  readonly #plans: Plan[] = []
  #firstDue = Number.POSITIVE_INFINITY
  /** When the schedules were seen in Redis. */
  #appliedAt: number | undefined

  private constructor(trial: Trial, folder: string, parts: Parts, policy: Configured['policy']) {
    this.trial = trial
    this.folder = folder
    this.redis = parts.redis
    this.oracle = parts.oracle
    this.redisProxy = parts.redisProxy
    this.httpProxy = parts.httpProxy
    this.#pace = parts.pace
    this.#policy = policy
  }

  /** Opens a stage, plays on it and closes it, whatever the play comes to. */
  static async with(trial: Trial, options: StageOptions, play: (stage: Stage) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'sendoff-faults-'))
    trial.folders.push(folder)
    const stage = new Stage(trial, folder, await openParts(trial.judge, folder, options), options.policy)
    const { redis, oracle, redisProxy, httpProxy } = stage
    const ports = { redis: redisProxy?.port ?? redis.port, http: httpProxy?.port ?? oracle.port }
    try {
      await writeProject(folder, ports, options)
      await play(stage)
    } catch (error) {
      if (error instanceof Inconclusive || stage.#wasLate) throw new Inconclusive()
      trial.violation(error instanceof Error ? error.message : String(error))
    } finally {
      await stage.#close()
    }
  }

  async declare(schedules: Readonly<Record<string, Declared>>): Promise<void> {
    await writeSchedules(this.folder, schedules, this.#policy)
  }

  /**
   * Declares launches of different mailings, one due time each, on whole seconds, spread over so many seconds. The first is
   * due when that many services can have started, however busy the machine is. Returns the first and last due time.
   */
  async declareLaunches(
    launches: readonly { readonly mailing: number; readonly account?: string }[],
    { services, spread }: { readonly services: number; readonly spread: number },
  ): Promise<{ readonly first: number; readonly last: number }> {
    const first = Math.ceil((Date.now() + 3_000 + services * 2.5 * this.#pace) / 1_000) * 1_000
    this.#firstDue = first
    const schedules: Record<string, Declared> = {}
    launches.forEach(({ mailing, account }, index) => {
      const due = first + Math.floor((index * spread) / launches.length) * 1_000
      const schedule = `m${mailing}`
      this.expect({ schedule, due })
      const when = { at: moment(due) }
      schedules[schedule] = { when, launch: { id: mailing }, ...(account === undefined ? {} : { account }) }
    })
    await this.declare(schedules)
    return { first, last: first + spread * 1_000 }
  }

  /** This due time must end in exactly one record. */
  expect(plan: Plan): void {
    this.#plans.push(plan)
  }

  /** Starts a service without waiting for anything. */
  begin(env: Readonly<Record<string, string>> = {}): Child {
    const service = startCli(this.trial.build, this.folder, ['start', '--apply'], env)
    service.mayEnd = env.TEST_SIGNAL_AT?.endsWith('SIGKILL') ?? false
    this.#services.push(service)
    if (this.#services.length === 1) void this.#noteApplied()
    return service
  }

  /** Starts a service and waits until it says that it has started. */
  async serve(env: Readonly<Record<string, string>> = {}): Promise<Child> {
    const service = this.begin(env)
    await until('the service has started', () => hasStarted(service) || service.ending !== undefined, 30_000)
    if (!hasStarted(service)) throw new Error(`the service did not start: ${service.output}`)
    return service
  }

  /** Runs a command of a person to its end; its output holds whatever it said. */
  async command(...args: readonly string[]): Promise<Child> {
    const command = startCli(this.trial.build, this.folder, args)
    await command.ended
    return command
  }

  /** Launches a mailing by hand, now or on a whole second; returns the launch key. */
  async launch(mailing: number, at?: number): Promise<string> {
    const when = at === undefined ? [] : ['--at', moment(at)]
    const command = await this.command('launch', String(mailing), '--account', 'main', ...when, '--yes', '--json')
    const key = /"key":"([^"]+)"/.exec(command.output)?.[1]
    if (command.ending?.code !== 0 || key === undefined) throw new Error(`launching failed: ${command.output}`)
    return key
  }

  launches(): Promise<Launch[]> {
    return readLedger(this.redis.client)
  }

  /** Waits until all launches due by then are at rest, unknown or held; gives up silently, for the audit to tell. */
  async rest(by: number, limit = restLimit): Promise<void> {
    await until('the last launch is due', () => Date.now() > by, Math.max(0, by - Date.now()) + 5_000)
    const calm = async () => (await countUnsettled(this.redis.client, by)) === 0
    await until('every launch is settled', calm, limit).catch((error: unknown) => {
      if (!(error instanceof WaitedTooLong)) throw error
    })
  }

  /** Whether launches were due before a service had taken their schedules over. */
  get #wasLate(): boolean {
    return (this.#appliedAt ?? 0) >= this.#firstDue
  }

  async #noteApplied(): Promise<void> {
    const wanted = Math.max(1, this.#plans.length)
    const applied = async () => (await this.redis.client.hlen('{sendoff}:schedules')) >= wanted
    await until('schedules are applied', applied).catch(() => {})
    this.#appliedAt = Date.now()
  }

  /** Judges what is there now. `by`: launches due up to then must be settled. */
  async audit(by: number, storeForgot = false): Promise<Audit> {
    if (this.#wasLate) throw new Inconclusive()
    const launches = await this.launches()
    const [starts, requests] = [this.oracle.starts(), this.oracle.requests()]
    const audit = judge(this.trial, { launches, starts, requests, plans: this.#plans, by, storeForgot })
    for (const service of this.#services) judgeService(this.trial, service, canary)
    this.trial.check(!this.redis.writtenText().includes(canary), 'I9: the token is in Redis')
    return audit
  }

  async #close(): Promise<void> {
    for (const service of this.#services) await service.end('SIGKILL')
    this.#services.forEach(({ output, pid }) => {
      writeFileSync(join(this.folder, `service-${pid}.log`), output)
    })
    this.redisProxy?.close()
    this.httpProxy?.close()
    await this.oracle.stop()
    await this.redis.stop()
    if (this.trial.violations.length > 0) return
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function hasStarted({ output }: Child): boolean {
  return output.includes('"serviceStarted"')
}

/** What `launch` and `schedules run` have in common: asking before people are mailed, and seeing through what came of it. */
import { createInterface } from 'node:readline/promises'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { RefusedRepeat } from '../launches/by-hand.ts'
import type { NewLaunch } from '../launches/create.ts'
import { type LaunchRequest, restStates } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { Fitness } from '../redis/fitness.ts'
import { serverNow } from '../timetable/planner.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { launchLines, launchWhole } from './launch-view.ts'
import type { OpenLedger } from './with-ledger.ts'

/** After the last moment at which it may be sent, the service has this long to write down what came of it. */
const aftermath = 120_000

/** A launch that sendoff start would not send is not accepted either. Throws UnfitRedis. */
export async function mustBeFit({ config, ledger }: OpenLedger, account: string): Promise<void> {
  const asked = new Map([[account, config.accounts[account]?.durability ?? 'disk']])
  await Fitness.of(ledger.redis, config.redis.requireDurable, asked)
}

/** A mailing that went to the same people within a day goes again only for somebody who says which launch it repeats. */
export function repeatRefusal(mailing: number, repeat: RefusedRepeat, now: number): CommandEnding {
  switch (repeat.kind) {
    case 'imagined':
      return new CommandEnding(
        exitCodes.usage,
        '--confirm-duplicate: this mailing has not gone to this audience within a day',
      )
    case 'unconfirmed': {
      const minutes = Math.round((now - repeat.at) / 60_000)
      return new CommandEnding(
        exitCodes.usage,
        `mailing ${mailing} went to this audience ${minutes} minutes ago, at ${new Date(repeat.at).toISOString()}. To mail the same people again, add --confirm-duplicate ${repeat.confirmation}`,
      )
    }
  }
}

/** What is launched, and to whom, in words. */
export function factsOf(account: string, request: LaunchRequest): string {
  const audience =
    request.override_source_id === undefined
      ? 'its own audience'
      : `${request.override_source_type} ${request.override_source_id}`
  return `mailing ${request.id} of account ${account}, to ${audience}, limit ${request.override_limit ?? 'its own'}`
}

/** Asks on a terminal for `word` to be typed; elsewhere `--yes` is needed. */
export async function askBeforeLaunch(flags: { readonly yes: boolean }, facts: string, word: string): Promise<void> {
  if (flags.yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandEnding(
      exitCodes.usage,
      `this would mail real people (${facts}) and there is no terminal to ask. Add --yes.`,
    )
  }
  await askFor(word, `Launch ${facts}`, 'nothing was launched')
}

/** Asks on a terminal for `word` to be typed; `otherwise` says in the refusal what has not happened. */
export async function askFor(word: string, question: string, otherwise: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(`${question}.\nType ${word} to confirm: `)
  terminal.close()
  if (typed.trim() !== word) throw new CommandEnding(exitCodes.failed, `Not confirmed; ${otherwise}.`)
}

/** Prints the key or, with `--wait`, what came of the launch. Returns the exit code. */
export async function seeThrough(
  { ledger, queues }: OpenLedger,
  launch: NewLaunch,
  flags: { readonly wait: boolean; readonly json: boolean },
): Promise<number> {
  if ((await queues.workerCount(launch.account)) === 0)
    process.stderr.write(`Nothing is running that would send it: start sendoff start, or it expires.\n`)
  if (!flags.wait) {
    const { key, due } = launch
    write(flags.json ? JSON.stringify({ key, state: 'planned', due: new Date(due).toISOString() }) : key)
    return 0
  }
  const record = await follow(ledger, launch)
  write(flags.json ? JSON.stringify(launchWhole(record), null, 2) : launchLines(record))
  return codeFor(record)
}

async function follow(ledger: Ledger, launch: NewLaunch): Promise<LaunchRecord> {
  for (;;) {
    const record = await showLaunch(ledger, launch.key)
    if (!record) throw new CommandEnding(exitCodes.failed, `the record of ${launch.key} is gone`)
    if (restStates.includes(record.state) || record.state === 'unknown' || record.state === 'held') return record
    if ((await serverNow(ledger)) > launch.sendUntil + aftermath) return record
    await pauseFor(100)
  }
}

function codeFor({ state }: LaunchRecord): number {
  switch (state) {
    case 'launched':
      return 0
    case 'unknown':
    case 'swallowed':
      return exitCodes.unknown
    case 'held':
      return exitCodes.held
    default:
      return exitCodes.failed
  }
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

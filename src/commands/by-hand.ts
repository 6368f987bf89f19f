/** What `launch` and `schedules run` have in common: asking before people are mailed, and seeing through what came of it. */
import { createInterface } from 'node:readline/promises'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { LaunchWhole } from '../duty/launch-shape.ts'
import type { RefusedRepeat } from '../launches/by-hand.ts'
import { restStates } from '../launches/launch.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { launchLines } from './launch-view.ts'
import type { Made } from './office/launches.ts'
import type { Office } from './office.ts'

/** After the last moment at which it may be sent, the service has this long to write down what came of it. */
const aftermath = 120_000

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

/** What is done is done: that it cannot be followed any more does not end as if nothing had been. */
export function lostSight(done: string, error: unknown, see: string): CommandEnding {
  const sentence = `${done}: ${wordsOf(error)}. Do not simply run it again, look first: ${see}`
  return new CommandEnding(exitCodes.unknown, sentence, { cause: error })
}

export function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}

/** Prints the key or, with `--wait`, what came of the launch. Returns the exit code. */
export async function seeThrough(
  office: Pick<Office, 'launch' | 'now'>,
  made: Made,
  flags: { readonly wait: boolean; readonly json: boolean },
): Promise<number> {
  if (made.workers === 0)
    process.stderr.write(`Nothing is running that would send it: start sendoff start, or it expires.\n`)
  if (!flags.wait) {
    const { key, due } = made
    write(flags.json ? JSON.stringify({ key, state: 'planned', due: new Date(due).toISOString() }) : key)
    return 0
  }
  const launch = await follow(office, made).catch(error => {
    throw lostSight(`${made.key} is made, but what came of it was not seen`, error, `sendoff launches show ${made.key}`)
  })
  if (!launch) throw new CommandEnding(exitCodes.failed, `the record of ${made.key} is gone`)
  write(flags.json ? JSON.stringify(launch, null, 2) : launchLines(launch))
  return codeFor(launch)
}

async function follow(office: Pick<Office, 'launch' | 'now'>, { key, sendUntil }: Made) {
  for (;;) {
    const launch = await office.launch(key)
    if (!launch) return undefined
    if (restStates.includes(launch.state) || launch.state === 'unknown' || launch.state === 'held') return launch
    if ((await office.now()) > sendUntil + aftermath) return launch
    await pauseFor(100)
  }
}

function codeFor({ state }: LaunchWhole): number {
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

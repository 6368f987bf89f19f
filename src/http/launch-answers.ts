/** What is answered about one launch, whatever was asked about it. */
import type { z } from 'zod'
import { iso, launchRow, launchWhole } from '../duty/launch-shape.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import type { RefusedRepeat } from '../launches/by-hand.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { type Caller, maySee } from './access.ts'
import type { madeSchema } from './contract/launches.ts'
import { flawed, Problem } from './problem.ts'

/** The launch, where the caller may see it. Throws Problem. */
export async function seen({ ledger }: OpenLedger, caller: Caller, key: string): Promise<LaunchRecord> {
  const record = await showLaunch(ledger, key)
  // To whom it is not shown it does not exist.
  if (!record || !maySee(caller, record.account)) throw new Problem('notFound', noLaunch(key))
  return record
}

export function noLaunch(key: string): string {
  return `There is no launch ${key}`
}

/** The launch as it is now. Throws Problem. */
export async function changed({ ledger }: OpenLedger, key: string) {
  const record = await showLaunch(ledger, key)
  if (!record) throw new Problem('notFound', noLaunch(key))
  const { notBefore, sendUntil } = launchWhole(record)
  return { launch: { ...launchRow(record), notBefore, sendUntil } }
}

/** What is answered about a launch that was made. */
export async function madeOf(open: OpenLedger, key: string, warnings: string[]): Promise<z.output<typeof madeSchema>> {
  const { launch } = await changed(open, key)
  return { launch, workers: await open.queues.workerCount(launch.account), warnings }
}

/** What must be said before the same people are mailed again. */
export function repeatProblem(
  mailing: number,
  repeat: RefusedRepeat | { readonly kind: 'unconfirmed'; readonly at: number; readonly confirmation: string },
): Problem {
  switch (repeat.kind) {
    case 'imagined':
      return flawed(
        'confirmDuplicate',
        'names a launch, but this mailing has not gone to this audience within a day',
        'body',
        { kind: 'imagined' },
      )
    case 'unconfirmed': {
      const lastLaunch = iso(repeat.at)
      const detail = `Mailing ${mailing} went to this audience at ${lastLaunch}. To mail the same people again, say confirmDuplicate: ${repeat.confirmation}`
      return new Problem('repeat', detail, { lastLaunch, confirmation: repeat.confirmation })
    }
  }
}

/** What `sendoff doctor --probe-deduplication` does: asks, probes, and stores what was proven. */
import { createInterface } from 'node:readline/promises'
import { type Probe, probeDeduplication, probedMailing } from '../altcraft/probe.ts'
import type { ArmedAccount } from '../config/account.ts'
import { armAccounts } from '../config/arm-accounts.ts'
import { loadConfig } from '../config/load-config.ts'
import type { Ledger } from '../launches/ledger.ts'
import { storeProof, withdrawProof } from '../launches/proof.ts'
import { serverNow } from '../timetable/planner.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { person } from './person.ts'
import type { DoctorFlags } from './run-doctor.ts'
import { withLedger } from './with-ledger.ts'

export interface ProbeFlags extends DoctorFlags {
  readonly yes: boolean
}

/** Prints what the probe came to. Returns 0 where it is proven. Throws DeclarationError, RedisUnreachable, CommandEnding. */
export async function runProbe(flags: ProbeFlags): Promise<number> {
  const account = probedAccount(flags)
  await confirm(flags, account)
  // Opened first: a proof that cannot be stored would have been sent for in vain.
  return withLedger(flags, async ({ ledger }) => {
    const probe = await probeDeduplication(account, new AbortController().signal)
    const stored = await keep(ledger, account, probe)
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ account: account.name, baseUrl: account.baseUrl, result: probe.kind, says: probe.sentence, stored }, null, 2)}\n`
        : `${headline(probe)}\n${probe.sentence}\n${stored}\n`,
    )
    return probe.kind === 'proven' ? 0 : exitCodes.failed
  })
}

function probedAccount(flags: ProbeFlags): ArmedAccount {
  const { config } = loadConfig({ cwd: process.cwd(), flags, env: process.env })
  const known = Object.keys(config.accounts).join(', ') || 'none'
  const name = flags.account
  if (name === undefined) {
    throw new CommandEnding(exitCodes.usage, `say which account to probe with --account (configured: ${known})`)
  }
  const account = config.accounts[name]
  if (!account) throw new CommandEnding(exitCodes.usage, `--account ${name} is not configured (configured: ${known})`)
  const armed = armAccounts({ ...config, accounts: { [name]: account } }, process.env, process.cwd()).get(name)
  if (!armed) throw new CommandEnding(exitCodes.usage, `--account ${name} has no token`)
  return armed
}

async function confirm({ yes }: ProbeFlags, { name, baseUrl }: ArmedAccount): Promise<void> {
  if (yes) return
  const facts = `two identical starts of mailing ${probedMailing} to ${baseUrl} (account ${name})`
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandEnding(exitCodes.usage, `this would send ${facts} and there is no terminal to ask. Add --yes.`)
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(
    `This sends ${facts}. No such mailing should exist there, so nobody is mailed.\nType ${name} to confirm: `,
  )
  terminal.close()
  if (typed.trim() !== name) throw new CommandEnding(exitCodes.failed, 'Not confirmed; nothing was sent.')
}

/** Stores a proof, withdraws one that is contradicted; returns what it did, in words. */
async function keep(ledger: Ledger, { name, baseUrl }: ArmedAccount, probe: Probe): Promise<string> {
  switch (probe.kind) {
    case 'proven': {
      const at = await serverNow(ledger)
      await storeProof(ledger, name, { at, baseUrl, sentence: probe.sentence, by: person() })
      return 'The proof is stored and counts for 30 days, for this address.'
    }
    case 'notProven':
    case 'launched': {
      const was = await withdrawProof(ledger, name, probe.sentence, person())
      return was ? 'The earlier proof is withdrawn.' : 'Nothing is stored.'
    }
    case 'unclear':
      return 'Nothing is stored; an earlier proof stays as it is.'
  }
}

function headline({ kind }: Probe): string {
  switch (kind) {
    case 'proven':
      return 'PROVEN'
    case 'notProven':
      return 'NOT PROVEN'
    case 'unclear':
      return 'UNCLEAR'
    case 'launched':
      return 'A MAILING WAS STARTED'
  }
}

/** The scripts and rules under test, in one place where a mutant can put others. */
import { Redis } from 'ioredis'
import { type ClaimAnswer, claimLaunch } from '../../../src/launches/claim.ts'
import { classify } from '../../../src/launches/classify.ts'
import { commitLaunch } from '../../../src/launches/commit.ts'
import type { Ledger } from '../../../src/launches/ledger.ts'
import { settleLaunch } from '../../../src/launches/settle.ts'
import { settlementOf } from '../../../src/launches/settlement.ts'
import { type CommitAnswer, CommitConnection, type Durability } from '../../../src/redis/commit-connection.ts'
import type { GroupScript } from '../../../src/redis/script.ts'

export interface Product {
  readonly claim: (...args: Parameters<typeof claimLaunch>) => Promise<ClaimAnswer>
  readonly commit: typeof commitLaunch
  readonly settle: typeof settleLaunch
  readonly classify: typeof classify
  readonly settlement: typeof settlementOf
  /** Whether recovery is told the truth about repeats. */
  readonly knowsRepeats: (dropped: boolean) => boolean
}

export const realProduct: Product = {
  claim: claimLaunch,
  commit: commitLaunch,
  settle: settleLaunch,
  classify,
  settlement: settlementOf,
  knowsRepeats: dropped => dropped,
}

/** A change to the text of the scripts. */
export interface Edit {
  readonly from: string
  readonly to: string
}

export function edit(from: string, to: string): Edit {
  return { from, to }
}

export interface Connections {
  readonly ledger: (clock: () => number) => Ledger
  readonly commits: CommitConnection
  /** Edits that fitted no script so far: they would prove nothing. */
  readonly unmade: () => readonly Edit[]
  close(): Promise<void>
}

class EditedCommits extends CommitConnection {
  readonly #edited: (lua: string) => string

  constructor(socket: string, edited: (lua: string) => string) {
    super({ kind: 'socket', path: socket }, 'test')
    this.#edited = edited
  }

  override write(
    script: GroupScript,
    key: string,
    args: readonly (string | number)[],
    durability: Durability,
  ): Promise<CommitAnswer> {
    return super.write({ ...script, lua: this.#edited(script.lua) }, key, args, durability)
  }
}

/** Connections over which every script arrives as the edits make it. */
export function connectEdited(socket: string, keys: Ledger['keys'], edits: readonly Edit[]): Connections {
  const made = new Set<Edit>()
  const edited = (lua: string) =>
    edits.reduce((text, each) => {
      if (text.includes(each.from)) made.add(each)
      return text.replaceAll(each.from, each.to)
    }, lua)
  const redis = new Redis({ path: socket })
  const define = redis.defineCommand.bind(redis)
  redis.defineCommand = (name, definition) => define(name, { ...definition, lua: edited(definition.lua) })
  const commits = new EditedCommits(socket, edited)
  return {
    ledger: clock => ({ redis, keys, clock }),
    commits,
    unmade: () => edits.filter(each => !made.has(each)),
    close: async () => {
      await commits.close()
      redis.disconnect()
    },
  }
}

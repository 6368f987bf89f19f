/**
 * The connection on which the right to write is stored. It never sends a command twice, and an acknowledgement counts only
 * on the connection that made the write: WAITAOF on a new connection says yes at once, having written nothing.
 */
import type { Redis } from 'ioredis'
import { connectStrictly, type RedisAddress } from './connection.ts'
import { areShared, type GroupScript, groupAnswers, groupArguments } from './script.ts'
import { Together } from './together.ts'
import { writeTogether } from './write-together.ts'

/** What to wait for, after the reply, until a write is as durable as asked. */
export type Durability =
  /** The reply itself is enough: `memory`, or a server with `appendfsync always`. */
  | { readonly kind: 'reply' }
  | { readonly kind: 'waitaof'; readonly replicas: number }
  | { readonly kind: 'wait'; readonly replicas: number }

export type CommitAnswer =
  | { readonly kind: 'reply'; readonly reply: unknown }
  /** Whether the write happened, or is durable, is not known. */
  | { readonly kind: 'doubt'; readonly why: string }

/** How long a commit and its durability may take together. */
const patience = 2_000

interface Call {
  readonly script: GroupScript
  readonly key: string
  readonly args: readonly (string | number)[]
  readonly durability: Durability
  /** The connection it was sent over, from then on. */
  over?: Promise<Redis>
}

export class CommitConnection {
  readonly #address: RedisAddress
  readonly #name: string
  readonly #opened: () => Promise<void>
  #current: Promise<Redis> | undefined
  #digests = new Map<string, string>()
  readonly #replies = new Together<Call, CommitAnswer>(
    calls => this.#send(calls),
    (first, next) => first.script === next.script && areShared(first.script, first.args, next.args),
  )

  /** `opened` looks at the server before anything is committed on a new connection: it may be another, or have forgotten. */
  constructor(address: RedisAddress, name: string, opened: () => Promise<void> = async () => {}) {
    this.#address = address
    this.#name = name
    this.#opened = opened
  }

  /** Runs the script and waits for its durability. Never throws; a broken connection is replaced for the next call. */
  async write(
    script: GroupScript,
    key: string,
    args: readonly (string | number)[],
    durability: Durability,
  ): Promise<CommitAnswer> {
    const call: Call = { script, key, args, durability }
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<CommitAnswer>(resolve => {
      timer = setTimeout(() => resolve({ kind: 'doubt', why: 'the ledger did not confirm in time' }), patience)
    })
    const answer = await Promise.race([this.#answer(call), tooLong])
    clearTimeout(timer)
    if (answer.kind === 'doubt') {
      // Nobody would use its permit any more.
      this.#replies.forget(call)
      if (call.over) this.#discard(call.over)
    }
    return answer
  }

  async close(): Promise<void> {
    if (this.#current) this.#discard(this.#current)
  }

  /** An acknowledgement of its own may take long, and whoever waited for the one before would wait twice. */
  async #answer(call: Call): Promise<CommitAnswer> {
    if (call.durability.kind === 'reply') return this.#replies.ask(call)
    const [answer] = await this.#send([call])
    return answer ?? { kind: 'doubt', why: 'the ledger gave no answer' }
  }

  /** Sends a group of calls of one script and durability, once. */
  async #send(calls: readonly Call[]): Promise<CommitAnswer[]> {
    const [first] = calls
    if (!first) return []
    const connection = this.#open()
    for (const call of calls) call.over = connection
    try {
      const redis = await connection
      const digest = await this.#digest(redis, first.script)
      const args = groupArguments(
        first.script,
        calls.map(call => call.args),
      )
      writeTogether(redis)
      // Sent in one go on one connection: the acknowledgement is of this very write.
      const [reply, acknowledged] = await Promise.all([
        redis.evalsha(digest, 1, first.key, ...args),
        acknowledge(redis, first.durability),
      ])
      const answers = groupAnswers(reply)
      return calls.map((_, index) => answerOf(answers[index], acknowledged))
    } catch (error) {
      return calls.map(() => unconfirmed(error))
    }
  }

  async #digest(redis: Redis, script: GroupScript): Promise<string> {
    const known = this.#digests.get(script.name)
    if (known !== undefined) return known
    const digest = String(await redis.script('LOAD', script.lua))
    this.#digests.set(script.name, digest)
    return digest
  }

  #open(): Promise<Redis> {
    if (this.#current) return this.#current
    this.#digests = new Map()
    const redis = connectStrictly(this.#address, this.#name)
    const connection = this.#connect(redis)
    // Broken connections speak through the commands that fail on them.
    redis.on('error', () => {})
    redis.on('end', () => this.#discard(connection))
    this.#current = connection
    return connection
  }

  /** Bounded: all commits wait for it, and what looks at the server asks another connection, which may hang. */
  async #connect(redis: Redis): Promise<Redis> {
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the ledger could not be looked at in time')), patience)
    })
    try {
      await Promise.race([redis.connect().then(() => this.#opened()), tooLong])
      return redis
    } catch (error) {
      redis.disconnect()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #discard(connection: Promise<Redis>): void {
    if (this.#current === connection) this.#current = undefined
    connection.then(
      redis => redis.disconnect(),
      () => {},
    )
  }
}

function answerOf(reply: unknown, acknowledged: boolean): CommitAnswer {
  if (reply instanceof Error) return unconfirmed(reply)
  return acknowledged
    ? { kind: 'reply', reply }
    : { kind: 'doubt', why: 'the ledger could not make the intent durable' }
}

function unconfirmed(error: unknown): CommitAnswer {
  const why = error instanceof Error ? error.message : String(error)
  return { kind: 'doubt', why: `the ledger did not confirm: ${why}` }
}

async function acknowledge(redis: Redis, durability: Durability): Promise<boolean> {
  switch (durability.kind) {
    case 'reply':
      return true
    case 'waitaof': {
      const reply: unknown = await redis.call('WAITAOF', 1, durability.replicas, patience)
      return Array.isArray(reply) && Number(reply[0]) >= 1 && Number(reply[1]) >= durability.replicas
    }
    case 'wait':
      return Number(await redis.wait(durability.replicas, patience)) >= durability.replicas
  }
}

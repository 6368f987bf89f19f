/** A worker: one attempt, taken apart into steps between which anything may happen, or after which it may be gone. */
import type { Claim } from '../../../src/launches/claim.ts'
import type { Observation } from '../../../src/launches/outcome.ts'
import type { Settlement } from '../../../src/launches/settle.ts'
import type { Permit } from '../../../src/launches/start-mailing.ts'
import { type Attempt, askToWrite, brokenAs, settlementFor, tellLedger, writeRequest } from './attempt-steps.ts'
import type { Dice } from './dice.ts'
import type { Travelling } from './platform.ts'
import { lease, type Operation, type World } from './world.ts'

type Granted = Extract<Permit, { granted: true }>
type Phase =
  | { readonly kind: 'idle' }
  /** The reply to its claim was lost. */
  | { readonly kind: 'claiming'; readonly key: string; readonly nonce: string }
  | { readonly kind: 'claimed'; readonly claim: Claim; readonly begun: number }
  | { readonly kind: 'permitted'; readonly claim: Claim; readonly begun: number; readonly permit: Granted }
  | { readonly kind: 'sent'; readonly claim: Claim; readonly begun: number; readonly request: Travelling }
  | { readonly kind: 'settling'; readonly claim: Claim; readonly settlement: Settlement }
type InPhase<Kind extends Phase['kind']> = Extract<Phase, { kind: Kind }>

let nonces = 0

const harm = (name: string, act: Operation['act']): Operation => ({ weight: 1, kind: 'harm', name, act })

export class Worker {
  readonly #world: World
  readonly #name: string
  #life = 0
  #frozen = true
  #phase: Phase = { kind: 'idle' }

  constructor(world: World, name: string) {
    this.#world = world
    this.#name = name
  }

  get isIdle(): boolean {
    return this.#phase.kind === 'idle'
  }

  /** Whether it is known to live, and may still write for the launch or wait for its answer. */
  mayTouch(key: string): boolean {
    const phase = this.#phase
    return !this.#frozen && (phase.kind === 'permitted' || phase.kind === 'sent') && phase.claim.key === key
  }

  operations(): Operation[] {
    const steps = this.#steps().map(({ name, act, ...rest }) => ({
      ...rest,
      name: `${this.#owner}: ${name}`,
      act: async (dice: Dice) => {
        await this.#wake()
        await act(dice)
      },
    }))
    if (this.isIdle) return steps
    return [
      ...steps,
      harm(`${this.#owner}: is killed`, () => this.#die()),
      { weight: this.#frozen ? 0 : 1, kind: 'harm', name: `${this.#owner}: freezes`, act: () => this.#freeze() },
    ]
  }

  #steps(): Operation[] {
    const phase = this.#phase
    switch (phase.kind) {
      case 'idle':
        return this.#world.launches.map(({ key }) => {
          return {
            weight: this.#isClaimable(key) ? 8 : 0.25,
            name: `claims ${key}`,
            act: dice => this.claim(key, `nonce-${++nonces}`, dice.oneIn(8)),
          }
        })
      case 'claiming':
        return [
          { weight: 4, name: 'claims again', act: dice => this.claim(phase.key, phase.nonce, dice.oneIn(8)) },
          harm('forgets its claim', () => this.#rest()),
        ]
      case 'claimed':
        return [
          { weight: 10, name: 'commits', act: dice => this.#commit(phase, dice) },
          harm('cannot connect', dice =>
            this.#observe(phase, brokenAs(dice.pick(['ECONNREFUSED', 'CERT_HAS_EXPIRED']), false), dice),
          ),
        ]
      case 'permitted':
        return [
          { weight: 12, name: 'writes', act: dice => this.#write(phase, dice) },
          harm('gives up before the write', dice => this.#observe(phase, { kind: 'withheld', why: 'stopping' }, dice)),
        ]
      case 'sent': {
        const { answer } = phase.request
        const read = { weight: 12, name: 'reads the answer' }
        return [
          ...(answer ? [{ ...read, act: (dice: Dice) => this.#observe(phase, answer, dice) }] : []),
          { ...harm('waits no longer and resets its socket', dice => this.#reset(phase, dice)), weight: 2 },
        ]
      }
      case 'settling':
        return [{ weight: 10, name: `settles ${phase.settlement.state}`, act: dice => this.#settle(phase, dice) }]
    }
  }

  /** Any job may come at any time, again and again; most should come when there is something to claim. */
  #isClaimable(key: string): boolean {
    const { state, repeatAt, notBefore, leaseUntil } = this.#world.row(key)
    const from = { planned: notBefore, waiting: notBefore, claimed: leaseUntil, unknown: repeatAt }[state ?? '']
    return from !== undefined && Number(from) <= this.#world.now
  }

  async claim(key: string, nonce: string, replyIsLost: boolean): Promise<void> {
    const { ledger, now, parts, settings } = this.#world
    const answer = await parts.product.claim(ledger, key, nonce, this.#owner, lease, settings.brakes)
    const isNew = answer.kind === 'claimed' && Number(this.#world.row(key).token) < answer.claim.token
    this.#world.demand(!isNew || this.#world.isOpen(key), 'I4 nothing is claimed while its hours are closed', key)
    this.#world.say(
      replyIsLost ? 'the reply is lost' : `${answer.kind}${answer.kind === 'later' ? ` ${answer.why}` : ''}`,
    )
    if (replyIsLost) this.#phase = { kind: 'claiming', key, nonce }
    else if (answer.kind === 'claimed') this.#phase = { kind: 'claimed', claim: answer.claim, begun: now }
    else this.#rest()
  }

  async #commit({ claim, begun }: InPhase<'claimed'>, dice: Dice): Promise<void> {
    const permit = await askToWrite(this.#world, { claim, begun }, dice)
    if (permit.granted) this.#phase = { kind: 'permitted', claim, begun, permit }
    else this.#observe({ claim, begun }, { kind: 'withheld', why: permit.why }, dice)
  }

  #write({ claim, begun, permit }: InPhase<'permitted'>, dice: Dice): void {
    if (permit.stillOpen()) this.#phase = { kind: 'sent', claim, begun, request: writeRequest(this.#world, claim) }
    else this.#observe({ claim, begun }, { kind: 'withheld', why: 'too late' }, dice)
  }

  #reset(phase: InPhase<'sent'>, dice: Dice): void {
    this.#world.platform.abandon(phase.request, 'reset', this.#world.now)
    this.#observe(phase, brokenAs('SENDOFF_TOTAL_TIMEOUT', true), dice)
  }

  #observe(attempt: Attempt, observation: Observation, dice: Dice): void {
    const settlement = settlementFor(this.#world, attempt, observation, dice)
    this.#phase = { kind: 'settling', claim: attempt.claim, settlement }
  }

  async #settle({ claim, settlement }: InPhase<'settling'>, dice: Dice): Promise<void> {
    await tellLedger(this.#world, claim, settlement, dice)
    // Without a reply it says so again.
    if (!dice.oneIn(6)) this.#rest()
  }

  get #owner(): string {
    return `${this.#name}.${this.#life}`
  }

  #rest(): void {
    this.#phase = { kind: 'idle' }
  }

  async #die(): Promise<void> {
    const phase = this.#phase
    if (phase.kind === 'sent') this.#world.platform.abandon(phase.request, 'killed', this.#world.now)
    await this.#freeze()
    this.#life++
    this.#rest()
  }

  /** Its heartbeat is over before anybody may act on it: the shortest quarantine is far longer. */
  async #freeze(): Promise<void> {
    const { redis, keys } = this.#world.ledger
    await redis.del(keys.process(this.#owner))
    this.#frozen = true
  }

  async #wake(): Promise<void> {
    if (!this.#frozen) return
    const { redis, keys } = this.#world.ledger
    await redis.set(keys.process(this.#owner), 1)
    this.#frozen = false
  }
}

/** The steps of an attempt that touch the ledger or the platform, each with what must hold at that moment. */
import type { Claim } from '../../../src/launches/claim.ts'
import type { Observation } from '../../../src/launches/outcome.ts'
import type { Settlement } from '../../../src/launches/settle.ts'
import type { Permit } from '../../../src/launches/start-mailing.ts'
import type { Dice } from './dice.ts'
import type { Travelling } from './platform.ts'
import { account, sendingLasts, type World } from './world.ts'

export interface Attempt {
  readonly claim: Claim
  readonly begun: number
}

const rules = { retry: [], permanent: [], trust503: false }
const heard = 'heard'
const commitFates = [heard, heard, heard, heard, heard, heard, 'unheard', 'late'] as const

/** Asks for the right to write; the reply may be lost, and the request itself may arrive when nobody waits for it. */
export async function askToWrite(world: World, { claim, begun }: Attempt, dice: Dice): Promise<Permit> {
  const { ledger, parts } = world
  const clocks = { wall: () => world.now, steady: () => world.now }
  const attempt = { start: begun, sendingLasts, accept: () => true, durability: { kind: 'reply' } as const }
  const ask = () => parts.product.commit(ledger, parts.commits, claim, attempt, clocks)
  const fate = dice.pick(commitFates)
  world.say(fate)
  if (fate === 'late') {
    world.strays.push({ name: `a commit of ${claim.key} arrives late`, act: ask })
    return { granted: false, why: 'no reply' }
  }
  const permit = await ask()
  if (fate === 'unheard') return { granted: false, why: 'no reply' }
  if (permit.granted) {
    const stops = ['all', `account:${account}`, `mailing:${account}:${claim.mailing}`]
    world.demand(!world.snapshot?.holds.some(stop => stops.includes(stop)), 'I4 no permit under a stop', claim.key)
    world.demand(world.isOpen(claim.key), 'I4 no permit while its hours are closed', claim.key)
  }
  return permit
}

export function writeRequest(world: World, { key, requestId, token, nonce, mailing }: Claim): Travelling {
  const row = world.row(key)
  world.demand(row.state === 'sending', 'I4 a write has its commit', key)
  world.demand(row.token === String(token) && row.nonce === nonce, 'I4 a write has its own commit', key)
  world.demand(world.now <= Number(row.sendUntil), 'I7 a write is in time', key)
  world.demand(world.isOpen(key), 'I7 a write is within its open hours', key)
  const former = world.requestIds.get(key)
  world.demand(former === undefined || former === requestId || world.renewed.has(key), 'I8 one Request-ID', key)
  world.requestIds.set(key, requestId)
  world.renewed.delete(key)
  return world.platform.write({ key, mailing, requestId }, world.now)
}

export function settlementFor(world: World, attempt: Attempt, observation: Observation, dice: Dice): Settlement {
  const { product } = world.parts
  const { claim, begun } = attempt
  const outcome = product.classify(observation, rules, claim.earlierHanded)
  const ending = { start: begun, end: world.now, observation, outcome }
  const settlement = product.settlement(claim, ending, world.now, dice.pick([0, 0.5, 0.99]))
  const rule = world.settings.brakes?.breaker
  const { transport } = outcome
  return rule && transport !== 'untried' ? { ...settlement, transport: { seen: transport, rule } } : settlement
}

/** Tells the ledger, which may hear it once more later. */
export async function tellLedger(world: World, claim: Claim, settlement: Settlement, dice: Dice): Promise<void> {
  const tell = () => world.parts.product.settle(world.ledger, claim, settlement)
  const answer = await tell()
  if (answer.kind === 'settled' && settlement.renewRequestId === true) world.renewed.add(claim.key)
  world.say(answer.kind)
  if (dice.oneIn(8)) world.strays.push({ name: `a settlement of ${claim.key} arrives again`, act: tell })
}

export function brokenAs(code: string, handed: boolean): Observation {
  return { kind: 'broken', handed, code, syscall: undefined, detail: '', status: undefined }
}

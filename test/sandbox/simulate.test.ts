import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CommandEnding } from '../../src/commands/ending.ts'
import { simulateCommand } from '../../src/commands/simulate.ts'
import { startAltcraft } from '../../src/sandbox/altcraft.ts'
import { executes } from '../../src/sandbox/fault.ts'
import { send, start } from './raw-client.ts'

/** What the command wrote to the two streams of this process. */
let written: { out: string; err: string }
beforeEach(() => {
  written = { out: '', err: '' }
  const keep = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    written[stream] += text
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(keep('out'))
  vi.spyOn(process.stderr, 'write').mockImplementation(keep('err'))
})
afterEach(() => {
  vi.restoreAllMocks()
})

function simulate(...args: string[]): Promise<unknown> {
  return simulateCommand().exitOverride().parseAsync(args, { from: 'user' })
}

async function port(): Promise<number> {
  await expect.poll(() => written.err).toContain('\n')
  const said = /^Stand-in for Altcraft listening on http:\/\/127\.0\.0\.1:(\d+)\n$/.exec(written.err)
  return Number(said?.[1])
}

describe('sendoff simulate', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('listens until %s and prints one JSON line per request', async signal => {
    const ended = simulate('--port', '0', '--json', '--fault', 'drop-after:id=1', '--fault', 'drop:id=2')
    const at = await port()
    for (const id of [1, 2, 3]) await send(at, start(id)).ending
    process.emit(signal, signal)
    await ended
    const lines = written.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines).toMatchObject([
      { call: 'start', mailing: 1, executed: true, fault: 'drop-after:id=1', error: 0 },
      { call: 'start', mailing: 2, executed: false, fault: 'drop:id=2', error: null },
      { call: 'start', mailing: 3, executed: true, fault: null, error: 0 },
    ])
  })

  it('prints readable lines otherwise, and heeds its switches', async () => {
    vi.stubEnv('STAND_IN_TOKEN', 'a-token')
    const ended = simulate('--port', '0', '--deduplication', 'off', '--token-env', 'STAND_IN_TOKEN')
    const at = await port()
    await send(at, start(4, { 'Request-ID': 'r' })).ending
    await send(at, start(4, { 'Request-ID': 'r' })).ending
    await send(at, { body: '{"token":"wrong","id":4}' }).ending
    process.emit('SIGINT', 'SIGINT')
    await ended
    const lines = written.out
      .trim()
      .split('\n')
      .map(line => line.replace(/^[\d:.]{12} {2}/, ''))
    expect(lines).toEqual([
      'start, mailing 4, STARTED, error 0, request r',
      'start, mailing 4, STARTED, error 0, request r',
      'start, mailing 4, not started, error 401',
    ])
    vi.unstubAllEnvs()
  })

  it.each([
    [['--port', '99999'], '--port "99999" is not a whole number from 0 to 65535.'],
    [['--seed', '-1'], '--seed "-1" is not a whole number'],
    [['--log-delay', '5'], '--log-delay "5" is not a duration: write 500ms, 30s or 2m.'],
    [['--deduplication', 'yes'], '--deduplication "yes" is neither on nor off.'],
    [['--replay-refusals', ''], '--replay-refusals "" is neither on nor off.'],
    [['--token-env', 'NO_SUCH_VARIABLE'], '--token-env: the variable NO_SUCH_VARIABLE is not set, or empty.'],
    [['--fault', 'drop', '--fault', 'dorp'], '--fault: In the fault "dorp": there is no fault "dorp"'],
  ])('%s ends with a sentence and exit code 2', async (args, sentence) => {
    const ending = await simulate(...args).catch((error: unknown) => error)
    expect(ending).toBeInstanceOf(CommandEnding)
    expect(ending).toMatchObject({ code: 2, message: expect.stringContaining(sentence) })
  })

  it('ends with exit code 1 where the port is taken', async () => {
    const other = await startAltcraft()
    const ending = await simulate('--port', `${other.port}`).catch((error: unknown) => error)
    expect(ending).toMatchObject({ code: 1, message: expect.stringContaining('EADDRINUSE') })
    await other.close()
  })

  it('begins its help with examples and names every fault in it', async () => {
    await simulate('--help').catch(() => undefined)
    expect(written.out).toMatch(/^Examples:\n {2}sendoff simulate /)
    for (const name of Object.keys(executes)) expect(written.out).toMatch(new RegExp(`[ \\n]${name}[ =\\n[]`))
  })
})

import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { until } from '../processes.ts'
import type { Random } from '../random.ts'
import type { Scenario, Trial } from '../trial.ts'

const mutants = 1_000
const atOnce = 20

const bodies = [
  '{"data":null,"error":0,"error_text":"Successful operation"}',
  '{"error": 0, "error_text": "", "data": {"error": 1}}',
  '<?xml version="1.0"?><xml><data></data><error>0</error><error_text>Successful operation</error_text></xml>',
]

function answer(body: string): Buffer {
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`)
}

/** One to three changes of the bytes, anywhere in them. */
function mutate(bytes: Buffer, random: Random): Buffer {
  let mutant = bytes
  for (let changes = random.whole(1, 3); changes > 0; changes--) {
    const [from, to] = [random.whole(0, mutant.length), random.whole(0, mutant.length)].sort((a, b) => a - b)
    const [head, middle, tail] = [mutant.subarray(0, from), mutant.subarray(from, to), mutant.subarray(to)]
    const some = random.pick(['0', '1', '-', '.', ' ', '"', '{', '}', '<', '>', '\0', '\r\n', 'e5', '\u00e9', '500'])
    mutant = random.pick([
      () => Buffer.concat([head, Buffer.from(some), middle, tail]),
      () => Buffer.concat([head, Buffer.from(some), middle.subarray(1), tail]),
      () => Buffer.concat([head, tail]),
      () => Buffer.concat([head, middle, middle, tail]),
      () => head,
    ])()
  }
  return mutant
}

/**
 * Whether the bytes after the head may be read as a success by anybody who reads strictly: JSON or XML with one top-level
 * `error`, which is 0 in digits. Lenient about the head: a message whose head is broken must not be launched either, but
 * what the head says decides only how much of the body counts.
 */
function maySayStarted(bytes: Buffer): boolean {
  const text = bytes.toString('utf8')
  // Empty lines before an answer are passed over: RFC 9112, 2.2.
  if (!/^(\r\n)*HTTP\/1\.[01] 2\d\d\b/.test(text)) return false
  const head = text.trimStart()
  const body = head.slice(head.search(/\r?\n\r?\n/)).trim()
  const length = Number(/content-length:\s*(\d+)/i.exec(text)?.[1] ?? body.length)
  return [body, body.slice(0, length)].some(part => saysStartedInJson(part) || saysStartedInXml(part))
}

function saysStartedInJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    const isZero = typeof value === 'object' && value !== null && 'error' in value && value.error === 0
    return isZero && topLevelOf(text).split('"error"').length === 2
  } catch {
    return false
  }
}

/** The outermost object alone: other texts than `error` are emptied, and objects inside of it taken out. */
function topLevelOf(json: string): string {
  const bare = json.replace(/"(?:[^"\\]|\\.)*"/g, text => (text === '"error"' ? text : '""'))
  return bare
    .trim()
    .slice(1, -1)
    .replace(/\{[^{}]*\}/g, '')
}

function saysStartedInXml(text: string): boolean {
  return [...text.matchAll(/<error>/g)].length === 1 && /<xml>[\s\S]*<error>0<\/error>[\s\S]*<\/xml>/.test(text)
}

/** A thousand answers that are almost a success: none that is not one may be taken for it. */
async function mutatedAnswers(trial: Trial): Promise<void> {
  const load = (file: string) => import(pathToFileURL(join(trial.build, 'dist', file)).href)
  const mailer: typeof import('../../../src/altcraft/start-mailing.ts') = await load('altcraft/start-mailing.js')
  const judge: typeof import('../../../src/launches/classify.ts') = await load('launches/classify.js')
  const accounts: typeof import('../../../src/config/account.ts') = await load('config/account.js')
  const secrets: typeof import('../../../src/config/secret.ts') = await load('config/secret.js')
  // The mailing's id says which answer is asked for.
  const answers = [...bodies.map(answer)]
  while (answers.length < mutants) answers.push(mutate(answer(trial.random.pick(bodies)), trial.random))
  const server = createServer(socket => serve(socket, id => answers[id - 1]))
  server.listen(0, '127.0.0.1')
  await until('the server listens', () => server.listening)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const account = {
    ...accounts.accountSchema.parse({
      baseUrl: `http://127.0.0.1:${address.port}`,
      token: { env: 'UNUSED' },
      timeouts: { connect: '5s', headers: '300ms', total: '400ms' },
    }),
    name: 'main',
    tokenSecret: new secrets.Secret('token'),
    ca: undefined,
  }
  const { startMailing, close } = mailer.createStartMailing(new Map([['main', account]]))
  const permit = async () => ({ granted: true as const, stillOpen: () => true })
  let [next, launched] = [0, 0]
  const work = async () => {
    for (let id = ++next; id <= answers.length; id = ++next) {
      const start = { account: 'main', requestId: `r-${id}`, request: { id } }
      const observation = await startMailing(start, permit, new AbortController().signal)
      const { kind } = judge.classify(observation, account.errors, false)
      const bytes = answers[id - 1] ?? Buffer.alloc(0)
      if (kind === 'launched') launched += 1
      const wrong = kind === 'launched' ? !maySayStarted(bytes) : id <= bodies.length
      trial.check(!wrong, `${kind} came of ${JSON.stringify(bytes.toString('latin1'))}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  await close()
  server.close()
  trial.fault(answers.length)
  trial.check(launched < answers.length / 2, `${launched} mutants still said "started": they are too tame`)
}

function serve(socket: Socket, answerTo: (id: number) => Buffer | undefined): void {
  let request = ''
  socket.on('error', () => {})
  socket.on('data', chunk => {
    request += chunk.toString('latin1')
    const id = /"id":(\d+)[\s\S]*\}$/.exec(request)?.[1]
    if (id !== undefined) socket.end(answerTo(Number(id)) ?? '')
  })
}

export const mutantScenarios: readonly Scenario[] = [
  { name: 'mutants', about: 'a thousand answers that are almost a success', run: mutatedAnswers },
]

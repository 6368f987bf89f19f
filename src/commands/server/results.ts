/** The rows of a batch as the server tells them: lines that are read no faster than they are used. */

import { z } from 'zod'
import { type ResultRow, type ResultState, resultRowSchema } from '../../duty/batch-shape.ts'
import { endingOf, type ServerCall } from './call.ts'
import { ServerTrouble, strangeAnswer } from './trouble.ts'

/** Throws CommandEnding where it is refused, and where the answer breaks off before its end. */
export async function* resultsFrom(
  server: ServerCall,
  id: string,
  state: ResultState | undefined,
): AsyncGenerator<ResultRow> {
  const query = state === undefined ? '' : `?state=${state}`
  const response = await server.request(`batches/${encodeURIComponent(id)}/results${query}`, {
    headers: { accept: 'application/x-ndjson' },
  })
  if (!response.ok) {
    const answer = await server.answerOf(response, z.never())
    if (!answer.ok) throw endingOf(answer.problem)
  }
  const type = response.headers.get('content-type')
  if (!type?.startsWith('application/x-ndjson') || !response.body)
    throw strangeAnswer(server.address, response.status, type)
  for await (const line of linesOf(response.body, server.address))
    yield server.understood(resultRowSchema, JSON.parse(line))
}

/** Whole lines alone: half of one is where the connection was cut. */
async function* linesOf(body: ReadableStream<Uint8Array>, address: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const piece of body) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    throw brokenOff(address, error)
  }
  if (rest !== '') throw brokenOff(address, undefined)
}

function brokenOff(address: string, cause: unknown): ServerTrouble {
  return new ServerTrouble('broken', `the answer of ${address} broke off: what was printed is not all of it`, { cause })
}

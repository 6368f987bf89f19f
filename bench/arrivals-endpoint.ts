/** A far side in a process of its own that answers success at once and remembers when which mailing was started. */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const answer = Buffer.from('{"data":null,"error":0,"error_text":"Successful operation"}')
const started = z.object({ id: z.number() })
let arrivals: [mailing: number, at: number][] = []

const server = createServer((request, response) => {
  const at = Date.now()
  if (request.url === '/count') return void response.end(String(arrivals.length))
  if (request.url === '/arrivals') {
    response.end(JSON.stringify(arrivals))
    arrivals = []
    return
  }
  json(request).then(
    body => {
      arrivals.push([started.parse(body).id, at])
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
    },
    () => response.destroy(),
  )
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.(address.port)
})
process.on('disconnect', () => process.exit(0))

/** The cheapest possible far side, in a process of its own: reads the request, answers success, counts. */
import { createServer } from 'node:http'

const answer = Buffer.from('{"data":null,"error":0,"error_text":"Successful operation"}')
let count = 0
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url === '/count') return void response.end(String(count))
    count += 1
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.(address.port)
})
process.on('disconnect', () => process.exit(0))

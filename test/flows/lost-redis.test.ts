/** A command whose Redis goes away in the middle of it. */
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { configFor, Project } from './project.ts'

let server: TestRedis
let project: Project
beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(async () => {
  await project.remove()
  await server.stop()
})

it('ends with 5 and a sentence, not with a stack', async () => {
  // Cuts the connection when the stops are asked for: it stood until then.
  const proxy = createServer(client => {
    const redis = connect(server.socket)
    const cut = () => {
      client.destroy()
      redis.destroy()
    }
    client.on('error', cut).on('close', cut)
    redis.on('error', cut).on('close', cut)
    client.on('data', chunk => (chunk.includes(':holds') ? cut() : redis.write(chunk)))
    redis.on('data', chunk => client.write(chunk))
  })
  const port = await new Promise<number>(resolve => {
    proxy.listen(0, '127.0.0.1', () => {
      const address = proxy.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  const config = `${configFor('http://127.0.0.1:1')}redis: { url: "redis://127.0.0.1:${port}" }\n`
  project = await Project.create({ 'config/sendoff.yaml': config })
  const { code, stderr } = await project.run('hold', 'status')
  proxy.close()
  expect(code).toBe(5)
  expect(stderr).toContain('Redis went away in the middle of this')
  expect(stderr).not.toMatch(/^\s+at /m)
})

/** The least that a server of pages can be, in a process of its own: a bare hono server that answers a path with the bytes it was given for it. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { z } from 'zod'

const given = z.object({ path: z.string(), type: z.string(), body: z.string() })
/** An answer that it is to give from now on. */
export type StaticAnswer = z.infer<typeof given>

const answers = new Map<string, StaticAnswer>()
const app = new Hono()
app.get('*', context => {
  const { pathname, search } = new URL(context.req.url)
  const answer = answers.get(pathname + search)
  if (!answer) return context.notFound()
  return context.body(answer.body, 200, { 'content-type': answer.type })
})
process.on('message', message => {
  const answer = given.parse(message)
  answers.set(answer.path, answer)
  process.send?.(answer.path)
})
process.on('disconnect', () => process.exit(0))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.(port))

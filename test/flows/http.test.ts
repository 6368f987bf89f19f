import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { canary, configFor, Project } from './project.ts'

let altcraft: Altcraft
let project: Project
beforeEach(async () => {
  altcraft = await startAltcraft({ token: canary })
  project = await Project.create({
    'config/sendoff.yaml': configFor(altcraft.url, 'http: { listen: "127.0.0.1:0" }\n'),
  })
})
afterEach(async () => {
  await project.remove()
  await altcraft.close()
})

it('a key is made, and a command launches through the server with it', async () => {
  const service = await project.serve([])
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(/.*httpListens.*/.exec(service.stdout)?.[0] ?? '') ?? []
  const key = (await project.run('keys', 'create', 'crm', '--role', 'launcher', '--reason', 'a test')).stdout.trim()
  await project.write('.env', `SENDOFF_KEY=${key}\n`)
  const launched = await project.run('launch', '91', '--yes', '--wait', '--reason', 'asked', '--url', url)
  expect(launched).toMatchObject({ code: 0, stdout: expect.stringContaining('origin     manual, by key crm: asked') })
  const again = await project.run('launch', '91', '--yes', '--url', url)
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('add --confirm-duplicate') })
  expect(await service.stop()).toMatchObject({ code: 0 })
})

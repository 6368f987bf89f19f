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

it('a key is made, and commands launch a mailing and a file of rows through the server with it', async () => {
  const service = await project.serve([])
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(/.*httpListens.*/.exec(service.stdout)?.[0] ?? '') ?? []
  const key = (await project.run('keys', 'create', 'crm', '--role', 'launcher', '--reason', 'a test')).stdout.trim()
  await project.write('.env', `SENDOFF_KEY=${key}\n`)
  const launched = await project.run('launch', '91', '--yes', '--wait', '--reason', 'asked', '--url', url)
  expect(launched).toMatchObject({ code: 0, stdout: expect.stringContaining('origin     manual, by key crm: asked') })
  const again = await project.run('launch', '91', '--yes', '--url', url)
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('add --confirm-duplicate') })
  await project.write('rows.csv', 'id,region\n92,msk\n93,spb\n')
  const submit = ['bulk', 'submit', 'rows.csv', '--key', 'region', '--yes', '--watch', '--url', url]
  const submitted = await project.run(...submit)
  expect(submitted).toMatchObject({ code: 0, stdout: expect.stringContaining('launched    2') })
  expect(altcraft.launches().map(({ mailing }) => mailing)).toEqual(expect.arrayContaining([91, 92, 93]))
  expect(await service.stop()).toMatchObject({ code: 0 })
})

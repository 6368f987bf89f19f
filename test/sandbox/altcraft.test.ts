import { describe, expect, it } from 'vitest'
import { startAltcraft } from '../../src/sandbox/altcraft.ts'
import { apiForEachTest, jsonType, success } from './api.ts'
import { send, startPath } from './raw-client.ts'

const { altcraft, events, post, json, control } = apiForEachTest()

describe('the control end points', () => {
  it('show, replace and remove faults', async () => {
    const put = await control('PUT', 'faults', { faults: ['refuse=402:id=1', 'drop-after:x1'] })
    expect(put).toMatchObject({ status: 200, body: { faults: ['refuse=402:id=1', 'drop-after:x1'] } })
    expect(put.body.mailings['900402']).toBe('refuse=402')
    expect(await json(startPath, { token: 't', id: 1 })).toMatchObject({ error: 402 })
    expect((await control('DELETE', 'faults')).body.faults).toEqual([])
    expect((await control('GET', 'faults')).body.faults).toEqual([])
    expect(await json(startPath, { token: 't', id: 2 })).toEqual(success)
  })

  it('list and forget launches', async () => {
    await json(startPath, { token: 't', id: 2 })
    expect(await control('GET', 'launches')).toEqual({
      status: 200,
      body: { launches: altcraft().launches(), requests: 1 },
    })
    expect(await control('DELETE', 'launches')).toEqual({ status: 200, body: { launches: [], requests: 0 } })
    expect(altcraft().launches()).toEqual([])
    expect(altcraft().requests()).toBe(0)
  })

  it.each([
    ['PUT', 'faults', { faults: ['dorp'] }, 400, 'In the fault "dorp": there is no fault "dorp"'],
    ['PUT', 'faults', { fault: 'drop' }, 400, 'send {"faults": ["drop-after:x1"]}'],
    ['POST', 'manual-start', { id: 'x' }, 400, 'send {"id": 12}'],
    ['GET', 'nothing', undefined, 404, 'there is no GET /_sandbox/nothing'],
  ])('%s %s says what is wrong', async (method, path, body, status, sentence) => {
    const answer = await control(method, path, body)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toContain(sentence)
  })
})

describe('what the listener hears', () => {
  it('is each request to the API with its fate', async () => {
    await post(startPath, { token: 't', id: 900_402 }, { ...jsonType, 'X-Request-ID': 'r-9' })
    await post(startPath, { token: 't', id: 2 })
    await control('GET', 'faults')
    const at = expect.any(String)
    const common = { at, call: 'start', repeat: false }
    expect(events()).toEqual([
      { ...common, mailing: 900_402, request_id: 'r-9', executed: false, fault: 'refuse=402', error: 402 },
      { ...common, mailing: 2, request_id: null, executed: true, fault: null, error: 0 },
    ])
    expect(altcraft().requests()).toBe(2)
  })
})

describe('closing', () => {
  it('cuts open connections and does not execute a start that still waits', async () => {
    await control('PUT', 'faults', { faults: ['delay=1h'] })
    const { ending, socket } = send(altcraft().port, { body: JSON.stringify({ token: 't', id: 1 }) })
    await new Promise(resolve => socket.once('connect', resolve))
    await expect.poll(() => altcraft().requests()).toBe(1)
    await altcraft().close()
    expect((await ending).text).toBe('')
    expect(altcraft().launches()).toEqual([])
  })
})

it('rejects where the port is taken', async () => {
  await expect(startAltcraft({ port: altcraft().port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

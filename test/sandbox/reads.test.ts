import { describe, expect, it } from 'vitest'
import { apiForEachTest, success, xmlType } from './api.ts'
import { startPath } from './raw-client.ts'

const { altcraft, restart, post, json, control } = apiForEachTest()

describe('campaigns/log_v2 and campaigns/get_status', () => {
  const log = '/api/v1.1/campaigns/log_v2'
  const status = '/api/v1.1/campaigns/get_status'

  it('shows the start and the end of every launch, and of a start by hand', async () => {
    await json(startPath, { token: 't', id: 5 })
    expect((await control('POST', 'manual-start', { id: 5 })).status).toBe(200)
    await expect
      .poll(async () =>
        (await json(log, { token: 't', id: 5 })).data.map((entry: { state: string }) => entry.state).sort(),
      )
      .toEqual(['', '', 'end', 'end', 'start', 'start'])
    const { data, total_count, error } = await json(log, { token: 't', id: 5 })
    expect({ total_count, error }).toEqual({ total_count: 6, error: 0 })
    expect(data[0]).toEqual({
      level: 'INFO',
      message: 'Begin campaign',
      state: 'start',
      value: '',
      time: altcraft().launches()[0]?.at,
    })
    expect(altcraft().launches()).toHaveLength(1)
    expect(await json(log, { token: 't', id: 6 })).toMatchObject({ data: [], total_count: 0 })
  })

  it('heeds from_time and limit, and keeps the newest entries', async () => {
    await json(startPath, { token: 't', id: 5 })
    const [launch] = altcraft().launches()
    const after = new Date(Date.parse(launch?.at ?? '') + 1).toISOString()
    await expect.poll(async () => (await json(log, { token: 't', id: 5, from_time: after })).total_count).toBe(2)
    const cut = await json(log, { token: 't', id: 5, from_time: launch?.at, limit: 1 })
    expect(cut).toMatchObject({ data: [{ message: 'Total time spent' }], total_count: 3 })
    expect(await json(log, { token: 't', id: 5, from_time: 'yesterday' })).toMatchObject({ error: 400 })
  })

  it('shows nothing of a launch until the log delay is over', async () => {
    await restart({ logDelay: 3_600_000 })
    await json(startPath, { token: 't', id: 5 })
    expect(await json(log, { token: 't', id: 5 })).toMatchObject({ data: [], total_count: 0 })
    expect(await json(status, { token: 't', id: 5 })).toMatchObject({ data: { is_completed: false, status: 'Active' } })
  })

  it('tells the status before and after a launch', async () => {
    const active = { is_active: true, is_completed: false, status: 'Active' }
    expect(await json(status, { token: 't', id: 5 })).toEqual({ ...success, data: active })
    await json(startPath, { token: 't', id: 5 })
    await expect
      .poll(async () => (await json(status, { token: 't', id: 5 })).data)
      .toEqual({ is_active: true, is_completed: true, status: 'Completed' })
  })

  it.each([
    ['inactive', { data: { is_active: false, is_completed: false, status: 'Inactive' }, error: 0 }],
    ['completed', { data: { is_active: false, is_completed: true, status: 'Completed' }, error: 0 }],
    ['missing', { data: null, error: 400 }],
  ])('tells of a mailing that is %s, which no start can start', async (state, said) => {
    expect((await control('PUT', 'mailings', { id: 5, state })).status).toBe(200)
    expect(await json(status, { token: 't', id: 5 })).toMatchObject(said)
    expect(await json(startPath, { token: 't', id: 5 })).toMatchObject({ error: 400 })
    expect(altcraft().launches()).toEqual([])
    expect(await json(status, { token: 't', id: 6 })).toMatchObject({ data: { is_active: true } })
    await control('PUT', 'mailings', { id: 5, state: 'active' })
    // Another request than the refused one, whose repeat would get the refusal again.
    expect(await json(startPath, { token: 't', id: 5, override_limit: 1 })).toMatchObject({ error: 0 })
  })

  it('refuses a state of a mailing that it does not know', async () => {
    expect((await control('PUT', 'mailings', { id: 5, state: 'asleep' })).status).toBe(400)
  })

  it('answers in XML, with one entry marked as an array', async () => {
    await json(startPath, { token: 't', id: 5 })
    const at = altcraft().launches()[0]?.at
    const body = `<xml><token>t</token><id>5</id><limit>1</limit><from_time>${at}</from_time></xml>`
    await expect
      .poll(async () => (await post(log, body, xmlType)).text)
      .toMatch(
        /^<xml><data array="true"><level>INFO<\/level>.*<\/data><error>0<\/error>.*<total_count>3<\/total_count><\/xml>$/,
      )
  })

  it.each([log, status])('%s wants a token and an id', async path => {
    expect(await json(path, { id: 1 })).toMatchObject({ error: 401 })
    expect(await json(path, { token: 't' })).toMatchObject({ error: 400 })
  })
})

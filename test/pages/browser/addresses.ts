/** Every page of a week, by what it shows. */
import type { HttpStage } from '../../http/stage.ts'

export async function addressesOf({ ledger }: HttpStage): Promise<Readonly<Record<string, string>>> {
  const { redis, keys } = ledger
  const newest = async (state: string) =>
    `/launches/${encodeURIComponent((await redis.zrevrange(keys.inState(state), 0, 0))[0] ?? 'none')}`
  const [batch = ''] = await redis.zrevrange(keys.batches, 0, 0)
  const ofBatch = `/batches/${encodeURIComponent(batch)}`
  return {
    overview: '/',
    'seven days': '/?span=7d',
    schedules: '/schedules',
    schedule: '/schedules/cart-reminder',
    'paused schedule': '/schedules/reactivation',
    'run now': '/schedules/promo-vip/run',
    launches: '/launches',
    found: '/launches?q=mailing%3A12%20error%3A402',
    misread: '/launches?q=state%3Anonsense%20error%3A402',
    launched: await newest('launched'),
    unknown: await newest('unknown'),
    retry: `${await newest('rejected')}/retry`,
    relaunch: `${await newest('unknown')}/relaunch`,
    batches: '/batches',
    batch: ofBatch,
    'cancel batch': `${ofBatch}/cancel`,
    month: '/calendar',
    week: '/calendar?view=week',
    audit: '/audit',
    'not found': '/launches/none',
  }
}

import type { Redis } from 'ioredis'

/** Whether an error says that Redis is away or takes no writes; what a script made of its arguments begins with ERR. */
export function isAboutRedis(error: unknown, redis: Redis): boolean {
  if (redis.status !== 'ready') return true
  if (!(error instanceof Error)) return false
  if (error.name === 'ReplyError') return !/^(ERR|WRONGTYPE) /.test(error.message)
  return /^(Connection is closed|Command timed out)/.test(error.message)
}

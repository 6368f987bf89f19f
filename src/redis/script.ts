import type { Redis } from 'ioredis'
import { writeTogether } from './write-together.ts'

/** A Lua script with its text beside the function that calls it. Scripts route by their one declared key. */
export interface Script {
  readonly name: string
  readonly lua: string
}

/** Runs a script; ioredis sends its digest and falls back to the text where the server does not know it yet. */
export function runScript(
  redis: Redis,
  script: Script,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  let command: unknown = Reflect.get(redis, script.name)
  if (typeof command !== 'function') {
    redis.defineCommand(script.name, { numberOfKeys: 1, lua: script.lua })
    command = Reflect.get(redis, script.name)
  }
  if (typeof command !== 'function') throw new TypeError(`the script ${script.name} could not be registered`)
  writeTogether(redis)
  return Promise.resolve(Reflect.apply(command, redis, [key, ...args]))
}

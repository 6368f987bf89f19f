import type { Redis } from 'ioredis'
import { z } from 'zod'
import { Together } from './together.ts'
import { writeTogether } from './write-together.ts'

/** A Lua script with its text beside the function that calls it. Scripts route by their one declared key. */
export interface Script {
  readonly name: string
  readonly lua: string
}

type Arguments = readonly (string | number)[]

/** Runs a script; ioredis sends its digest and falls back to the text where the server does not know it yet. */
export function runScript(redis: Redis, script: Script, key: string, args: Arguments): Promise<unknown> {
  let command: unknown = Reflect.get(redis, script.name)
  if (typeof command !== 'function') {
    redis.defineCommand(script.name, { numberOfKeys: 1, lua: script.lua })
    command = Reflect.get(redis, script.name)
  }
  if (typeof command !== 'function') throw new TypeError(`the script ${script.name} could not be registered`)
  writeTogether(redis)
  return Promise.resolve(Reflect.apply(command, redis, [key, ...args]))
}

/** A script that answers a group of calls. */
export interface GroupScript extends Script {
  /** How many of a call's first arguments are the same for all calls of a group. */
  readonly shared: number
}

/**
 * Composes the script of a group. `before` is run once and sees only the shared arguments; `each` is the body that answers one
 * call, whose ARGV is numbered as if it were alone. A call that fails does not keep the others from their answers.
 */
export function groupScript(
  name: string,
  parts: { before: string; each: string; flags?: string },
  shared = 2,
): GroupScript {
  const head = parts.flags === undefined ? '' : `#!lua flags=${parts.flags}\n`
  const lua = /* lua */ `${head}${parts.before}
local function each(ARGV)
${parts.each}
end
local answers, width = {}, tonumber(ARGV[${shared + 1}])
for first = ${shared + 2}, #ARGV, width do
  local call = { ${Array.from({ length: shared }, (_, index) => `ARGV[${index + 1}]`).join(', ')} }
  for offset = 0, width - 1 do call[${shared + 1} + offset] = ARGV[first + offset] end
  local fine, answer = pcall(each, call)
  if not fine then answer = { err = type(answer) == 'table' and answer.err or tostring(answer) } end
  answers[#answers + 1] = answer
end
return answers`
  return { name, lua, shared }
}

/** The arguments of a group: those shared, how many of its own each call has, and then call after call. All have as many. */
export function groupArguments({ shared }: GroupScript, calls: readonly Arguments[]): (string | number)[] {
  const [first = []] = calls
  const flat = [...first.slice(0, shared), first.length - shared]
  for (const args of calls) for (let index = shared; index < args.length; index++) flat.push(args[index] ?? '')
  return flat
}

/** What a group script answers, call by call. Throws where it is no list. */
export function groupAnswers(reply: unknown): readonly unknown[] {
  return answersSchema.parse(reply)
}
const answersSchema = z.array(z.unknown())

/** Whether two calls may be of one group: their shared arguments are equal. */
export function areShared({ shared }: GroupScript, some: Arguments, others: Arguments): boolean {
  for (let index = 0; index < shared; index++) if (some[index] !== others[index]) return false
  return true
}

interface Call {
  readonly key: string
  readonly args: Arguments
}

const groups = new WeakMap<Redis, Map<string, Together<Call, unknown>>>()

/** Runs a group script for one call, together with the calls that wait for the one before to come back. */
export function runTogether(redis: Redis, script: GroupScript, key: string, args: Arguments): Promise<unknown> {
  const known = groups.get(redis) ?? new Map<string, Together<Call, unknown>>()
  groups.set(redis, known)
  const together =
    known.get(script.name) ??
    new Together<Call, unknown>(
      async calls => {
        const args = groupArguments(
          script,
          calls.map(call => call.args),
        )
        return groupAnswers(await runScript(redis, script, calls[0]?.key ?? '', args))
      },
      (first, next) => areShared(script, first.args, next.args),
    )
  known.set(script.name, together)
  return together.ask({ key, args })
}

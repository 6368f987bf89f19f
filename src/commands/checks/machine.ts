/** Node and its time zones. Pure. */
import { bad, type Check, ok, warn } from './check.ts'

/** What package.json asks for. */
const oldest = { major: 20, minor: 19 }
/** Major version → its last day with security fixes: https://github.com/nodejs/release#release-schedule */
const ends: ReadonlyMap<number, string> = new Map([
  [20, '2026-04-30'],
  [21, '2024-06-01'],
  [22, '2027-04-30'],
  [23, '2025-06-01'],
  [24, '2028-04-30'],
  [25, '2026-06-01'],
  [26, '2029-04-30'],
])
const halfYear = 183 * 86_400_000

/** `version` like `20.20.2`, `now` in epoch milliseconds. */
export function checkNode(version: string, now: number): Check {
  const name = 'Node'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const supported = [...ends].filter(([each, end]) => each % 2 === 0 && Date.parse(end) > now).map(([each]) => each)
  const remedy = `Run Sendoff with Node ${supported.slice(0, 2).join(' or ') || 'of a supported release'}`
  if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
    return bad(name, `${version} is older than ${oldest.major}.${oldest.minor}`, remedy)
  }
  const end = ends.get(major)
  if (end === undefined || Date.parse(end) > now) return ok(name, version)
  return warn(name, `${version}: release ${major} has had no security fixes since ${end}`, remedy)
}

/** `version` of the zone data like `2025c`, the letter counting the releases of the year; `now` in epoch milliseconds. */
export function checkZones(version: string | undefined, now: number): Check {
  const name = 'time zones'
  const remedy = 'Update Node (its ICU data carries the zones), then compare sendoff preview with what people expect'
  const year = /^(\d{4})[a-z]+$/.exec(version ?? '')?.[1]
  if (version === undefined || year === undefined) {
    return warn(name, `the release of the zone data is not known (${version ?? 'none'})`, remedy)
  }
  // The name does not tell the day: its year is over at the latest by then.
  if (now - Date.UTC(Number(year) + 1, 0, 1) > halfYear) {
    return warn(
      name,
      `zone data ${version} is more than six months old; rules that changed since are wrong here`,
      remedy,
    )
  }
  return ok(name, `zone data ${version}`)
}

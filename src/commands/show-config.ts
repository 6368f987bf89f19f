/** What `sendoff config show` does. */
import { stringify } from 'yaml'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { leavesOf, writtenConfig } from '../config/show.ts'
import { pathInWords } from '../files/finding.ts'
import { formatProblem } from '../files/problem.ts'
import { keysOf, valueAt } from '../files/value.ts'

export interface ShowFlags {
  readonly config?: string
  readonly jobs?: string
  readonly sources: boolean
  readonly json: boolean
}

/** Prints the merged configuration on stdout, warnings on stderr. Throws DeclarationError where it cannot be read. */
export function showConfig(flags: ShowFlags): void {
  const loaded = loadConfig({ cwd: process.cwd(), flags, env: process.env })
  for (const warning of loaded.warnings) process.stderr.write(`${formatProblem(warning)}\n`)
  process.stdout.write(flags.json ? asJson(loaded, flags.sources) : asYaml(loaded, flags.sources))
}

function asJson({ config, sources }: LoadedConfig, withSources: boolean): string {
  const written = writtenConfig(config)
  const shown = withSources
    ? Object.fromEntries(leavesOf(written).map(({ words, value }) => [words, { value, source: sources.get(words) }]))
    : written
  return `${JSON.stringify(shown, null, 2)}\n`
}

function asYaml({ config, sources }: LoadedConfig, withSources: boolean): string {
  const lines = (value: unknown, path: readonly string[]): string[] =>
    keysOf(value).flatMap(key => {
      const below = valueAt(value, [key])
      const start = `${'  '.repeat(path.length)}${key}:`
      if (keysOf(below).length > 0) return [start, ...lines(below, [...path, key])]
      const source = withSources ? sources.get(pathInWords([...path, key])) : undefined
      const text = stringify(below, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
      return [`${start} ${text}${source === undefined ? '' : `  # ${source}`}`]
    })
  return `${lines(writtenConfig(config), []).join('\n')}\n`
}

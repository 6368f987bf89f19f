/** What `sendoff config show` does. */
import { Document, isNode } from 'yaml'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { leavesOf, writtenConfig } from '../config/show.ts'
import { formatProblem } from '../files/problem.ts'

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
  const written = writtenConfig(config)
  const document = new Document(written)
  for (const { path, words } of leavesOf(written)) {
    const node = document.getIn(path, true)
    const source = sources.get(words)
    if (withSources && isNode(node) && source !== undefined) node.comment = ` ${source}`
  }
  return document.toString({ lineWidth: 0, collectionStyle: 'any' })
}

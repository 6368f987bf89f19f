/** The configuration as it would be written: durations with units, secrets as dots. Pure. */
import { z } from 'zod'
import { pathInWords } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { keysOf, valueAt } from '../files/value.ts'
import { type Config, configSchema, type Paths } from './config.ts'

export type WrittenConfig = Omit<z.input<typeof configSchema>, 'version'> & { readonly paths: Paths }

/** The merged configuration in the words of the config file, and the paths it works with. */
export function writtenConfig({ paths, accounts, ...rest }: Config): WrittenConfig {
  const nameless = Object.entries(accounts).map(([key, { name: _, ...account }]) => [key, account] as const)
  const { version: __, ...written } = z.encode(configSchema, {
    version: 1,
    accounts: Object.fromEntries(nameless),
    ...rest,
  })
  return { paths, ...written }
}

export interface Leaf {
  readonly path: Path
  /** The path in words: `accounts.main.baseUrl`. */
  readonly words: string
  readonly value: unknown
}

/** Every value that holds no further keys, in order; a list is one value. */
export function leavesOf(value: unknown, path: Path = []): Leaf[] {
  const keys = keysOf(value)
  if (keys.length === 0) return [{ path, words: pathInWords(path), value }]
  return keys.flatMap(key => leavesOf(valueAt(value, [key]), [...path, key]))
}

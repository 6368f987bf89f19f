import { readFileSync } from 'node:fs'
import { textAt } from '../files/value.ts'

/** The release, as package.json has it. */
export function releaseVersion(): string {
  const text: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return textAt(text, ['version']) ?? 'unknown'
}

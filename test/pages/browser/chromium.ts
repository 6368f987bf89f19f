/**
 * Where Chromium is, found once for the whole run. In CI the pages must be seen in a browser; on a machine without one the
 * stories are skipped, and one line says so.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Absent where there is none: the stories are skipped. */
    readonly chromium: string | undefined
  }
}

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The first of them on PATH. */
function findChromium(path = process.env.PATH ?? ''): string | undefined {
  const places = path.split(delimiter).filter(folder => folder !== '')
  return places.flatMap(folder => names.map(name => join(folder, name))).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Called by vitest before the first test. Throws in CI where there is no browser. */
export default function setup({ provide }: TestProject): void {
  const chromium = findChromium()
  provide('chromium', chromium)
  if (chromium !== undefined) return
  if (process.env.CI !== undefined && process.env.CI !== '')
    throw new Error('No chromium on PATH, and CI is set: the stories of the pages must run. apt-get install chromium')
  process.stdout.write('Skipped: the stories of the pages in a browser; there is no chromium on PATH.\n')
}

/** A folder with the files of a project, for tests of what is read from it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** Writes `files` (name → text) into a new folder, which is removed after the tests of the file; returns its path. */
export function projectFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sendoff-project-'))
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o600)
  }
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A pipe: whoever opens it like a file waits for a writer that never comes. */
export function makePipe(path: string): void {
  execFileSync('/usr/bin/env', ['mkfifo', path])
}

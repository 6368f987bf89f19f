/** Copies of the built product, so that neither a rebuild during a run nor a mutation touches the one that people use. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Edit {
  /** Below `dist`. */
  readonly file: string
  readonly find: RegExp
  readonly replace: string
}

export class Builds {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sendoff-builds-'))
  /** The copy that nothing has been done to. */
  readonly plain: string
  readonly #dist: string

  /** Throws where the product has not been built. */
  constructor(dist: string) {
    this.#dist = resolve(root, dist)
    if (!existsSync(join(this.#dist, 'cli.js'))) throw new Error(`${this.#dist} holds no build: npm run build`)
    this.plain = this.#copy('plain')
  }

  /** A copy with the edits. Throws where the place of an edit is not found: the product has moved on. */
  mutated(name: string, edits: readonly Edit[]): string {
    const build = this.#copy(name.replaceAll(' ', '-'))
    for (const { file, find, replace } of edits) {
      const path = join(build, 'dist', file)
      const text = readFileSync(path, 'utf8')
      if (!find.test(text)) throw new Error(`${name}: ${find.source} is not found in ${file}`)
      writeFileSync(
        path,
        text.replaceAll(new RegExp(find, 'g'), () => replace),
      )
    }
    return build
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #copy(name: string): string {
    const build = join(this.#folder, name)
    mkdirSync(build)
    cpSync(this.#dist, join(build, 'dist'), { recursive: true })
    cpSync(join(root, 'package.json'), join(build, 'package.json'))
    symlinkSync(join(root, 'node_modules'), join(build, 'node_modules'))
    return build
  }
}

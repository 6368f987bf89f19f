/** The few files that pages are made with: read once, served from memory under addresses that change with their content. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

interface Asset {
  readonly body: string
  readonly type: string
}

/** The program's mark: a tick on its way. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b5cad"/><path d="M3.5 8.5l3 3 6-7" fill="none" stroke="#fff" stroke-width="2"/></svg>'

/** Where browsers find them; they keep them for ever. */
export interface AssetPaths {
  readonly style: string
  readonly script: string
  readonly icon: string
}

const files = new Map<string, Asset>()

/** Reads them all. Throws where the program was not built. */
export function loadAssets(): AssetPaths {
  return {
    style: asset('style.css', 'text/css; charset=utf-8', textOf('./style.css')),
    script: scripts(),
    icon: asset('icon.svg', 'image/svg+xml', icon),
  }
}

/** The asset at this address; undefined for any other. */
export function assetAt(path: string): Asset | undefined {
  return files.get(path)
}

function asset(name: string, type: string, body: string): string {
  const path = `/assets/${name.replace('.', `.${digestOf(body)}.`)}`
  files.set(path, { body, type })
  return path
}

/** All modules of the script in one folder, as they name each other; returns the address of the one that begins. */
function scripts(): string {
  // Compiled by `npm run build`, also where the rest runs from its sources.
  const folder = '../../dist/pages/browser/'
  const names = readdirSync(new URL(folder, import.meta.url)).filter(name => name.endsWith('.js'))
  const modules = names.toSorted().map(name => ({ name, body: textOf(`${folder}${name}`) }))
  const place = `/assets/${digestOf(modules.map(({ body }) => body).join(''))}`
  for (const { name, body } of modules) files.set(`${place}/${name}`, { body, type: 'text/javascript; charset=utf-8' })
  return `${place}/page.js`
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 12)
}

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

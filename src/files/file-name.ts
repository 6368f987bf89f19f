import { isAbsolute, relative } from 'node:path'

/** An absolute path as people name the file: relative where it lies below the folder they are in. Pure. */
export function fileName(path: string, cwd: string): string {
  const below = relative(cwd, path)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}

/** A place in a list of launches, newest first: where the page that it came with ended, and the next one goes on. */

/** Behind the launch of this key and due time, whether or not it is still listed: new launches shift no page. */
export interface Cursor {
  /** Epoch milliseconds. */
  readonly due: number
  readonly key: string
}

/** The cursor as text for a command line or an address. Nobody but `readCursor` need know what is in it. */
export function cursorText({ due, key }: Cursor): string {
  return Buffer.from(`${due} ${key}`).toString('base64url')
}

/** Reads what `cursorText` wrote; undefined for any other text. */
export function readCursor(text: string): Cursor | undefined {
  const [, due, key] = /^(\d{1,15}) (.+)$/s.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (due === undefined || key === undefined) return undefined
  const cursor = { due: Number(due), key }
  return cursorText(cursor) === text ? cursor : undefined
}

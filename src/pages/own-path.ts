/** Where a page may lead to when an address or a form says so: to our own pages and nowhere else. Pure. */

/** Stands for whatever host we are served at. */
const ours = 'http://ours.invalid'

/**
 * The path (with query) as it was given, or the first page where a browser could read it as another site's address: browsers
 * leave out tabs and line ends before they read, and take `\` for `/`.
 */
export function ownPath(text: string): string {
  const isPlain = /^\/(?![/\\])\P{Cc}*$/u.test(text)
  return isPlain && URL.canParse(text, ours) && new URL(text, ours).origin === ours ? text : '/'
}

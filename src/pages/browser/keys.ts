/** Which key of the list of keys was meant, on whatever keyboard. Pure. */

interface Pressed {
  readonly key: string
  /** Where it lies: `KeyG`. */
  readonly code: string
  readonly shiftKey: boolean
}

/**
 * The letter of a Latin keyboard where the layout has another script. On Cyrillic ones the key of `/` writes a full stop, and a
 * comma with Shift: no Latin layout has those there.
 */
export function meantKey({ key, code, shiftKey }: Pressed): string {
  if (code === 'Slash' && (key === '.' || key === ',')) return shiftKey ? '?' : '/'
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? []
  return letter !== undefined && /^[^\p{ASCII}]$/u.test(key) ? letter.toLowerCase() : key
}

import { inspect } from 'node:util'

/** Holds a secret so that no log line, error, JSON or inspection can show it by accident; only `reveal()` gives it. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '•••'
  }

  toJSON(): string {
    return '•••'
  }

  [inspect.custom](): string {
    return '•••'
  }
}

/** Takes the secrets out of a text, as they are and as they stand in addresses. */
export function hiding(secrets: readonly Secret[]): (text: string) => string {
  // A token this short is no secret, and masking it would make everything unreadable.
  const hidden = secrets.map(secret => secret.reveal()).filter(text => text.length >= 6)
  return text => {
    let clean = text
    for (const secret of hidden) clean = clean.replaceAll(secret, '•••').replaceAll(encodeURIComponent(secret), '•••')
    return clean
  }
}

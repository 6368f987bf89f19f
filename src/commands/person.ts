import { hostname, userInfo } from 'node:os'

/** Who is at the keyboard, as the audit names them. */
export function person(): string {
  return `${userInfo().username}@${hostname()}`
}

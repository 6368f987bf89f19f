import type { HoldRow } from '../../duty/holds.ts'

/** The stop that keeps launches of this account, or of this mailing of it, where one does; the widest. */
export function stopOver(stops: readonly HoldRow[], account: string, mailing?: number): HoldRow | undefined {
  const scopes = ['all', `account:${account}`, ...(mailing === undefined ? [] : [`mailing:${account}:${mailing}`])]
  return scopes.flatMap(each => stops.find(({ scope }) => scope === each) ?? [])[0]
}

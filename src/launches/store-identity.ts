/** Whether the store is still the one that this process knew: restored, cloned and promoted stores have forgotten. Pure. */

/** What the store says of itself. */
export interface StoreSeen {
  readonly id: string
  /** How many rights to write have ever been given. */
  readonly commits: number
  /** Where it was when a process last looked, and the replication id it had then. */
  readonly place: string
  readonly replid: string
}

/** What the server says of itself now. */
export interface ServerSeen {
  /** Its data folder and port: copies of a store run elsewhere. */
  readonly place: string
  readonly replid: string
  /** The replication id it followed before it became a primary; zeros where it never was a replica. */
  readonly formerReplid: string
}

/** What this process, or the file in its data folder, remembers. */
export interface StoreRemembered {
  readonly id: string
  readonly commits: number
}

export type StoreVerdict =
  | { readonly kind: 'same' }
  /** Fewer rights to write are known than were given: launches that went out may be unknown to it. */
  | { readonly kind: 'restored'; readonly why: string }
  | { readonly kind: 'cloned'; readonly why: string }
  | { readonly kind: 'promoted'; readonly why: string }
  /** Another store is where this one was, or it was emptied: nothing of what was sent is known there. */
  | { readonly kind: 'exchanged'; readonly why: string }

/**
 * An ordinary restart changes the replication id and nothing else; it is `same`. `isRunning`: this process has worked on the
 * remembered store itself; one that only starts may have been sent to another store on purpose.
 */
export function judgeStore(
  store: StoreSeen,
  server: ServerSeen,
  remembered: StoreRemembered | undefined,
  isRunning: boolean,
): StoreVerdict {
  if (isRunning && remembered !== undefined && remembered.id !== store.id) {
    return {
      kind: 'exchanged',
      why: 'it was emptied, or another one has taken its place: it knows no launch and no schedule',
    }
  }
  if (remembered?.id === store.id && store.commits < remembered.commits) {
    const why = `it knows ${store.commits} sendings, and this process knows of ${remembered.commits}: an older copy was restored, or its last writes were lost`
    return { kind: 'restored', why }
  }
  if (store.place !== server.place) {
    return { kind: 'cloned', why: `it was at ${store.place} and is now at ${server.place}: it was copied or moved` }
  }
  if (store.replid !== server.replid && store.replid === server.formerReplid) {
    return { kind: 'promoted', why: 'a replica became the primary; its last writes may be missing' }
  }
  return { kind: 'same' }
}

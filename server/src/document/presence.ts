/** Who is in a room, and where their carets are. Invariant: a person's state leaves with the socket that brought it. */
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness'
import * as Y from 'yjs'

export class Presence {
  readonly #awareness = new Awareness(new Y.Doc())
  readonly #owners = new Map<number, object>()
  readonly #listeners = new Map<object, (update: Uint8Array) => void>()

  constructor() {
    this.#awareness.setLocalState(null)
    this.#awareness.on('update', (change: Change, owner: unknown) => this.#changed(change, owner))
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0
  }

  join(owner: object, listener: (update: Uint8Array) => void): void {
    this.#listeners.set(owner, listener)
  }

  leave(owner: object): void {
    this.#listeners.delete(owner)
    const theirs = [...this.#owners].filter(([, of]) => of === owner).map(([client]) => client)
    removeAwarenessStates(this.#awareness, theirs, null)
  }

  apply(update: Uint8Array, owner: object): void {
    applyAwarenessUpdate(this.#awareness, update, owner)
  }

  /** Everybody who is here; null when nobody is. */
  all(): Uint8Array | null {
    const clients = [...this.#awareness.getStates().keys()]
    return clients.length === 0 ? null : encodeAwarenessUpdate(this.#awareness, clients)
  }

  destroy(): void {
    this.#awareness.destroy()
  }

  #changed({ added, updated, removed }: Change, owner: unknown): void {
    if (typeof owner === 'object' && owner !== null)
      for (const client of added) this.#owners.set(client, owner)
    for (const client of removed) this.#owners.delete(client)
    const update = encodeAwarenessUpdate(this.#awareness, [...added, ...updated, ...removed])
    for (const listener of this.#listeners.values()) listener(update)
  }
}

interface Change {
  readonly added: readonly number[]
  readonly updated: readonly number[]
  readonly removed: readonly number[]
}

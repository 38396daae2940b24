/**
 * Who is in a room, and where their carets are. Invariant: a state carries the name of the person who sent it, is
 * changed by no other person, and leaves with the socket that brought it.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Actor } from '../../contract/session.ts'

/** One socket in the room. */
export interface Speaker {
  readonly actor: Actor
}

export class Presence {
  readonly #awareness = new Awareness(new Y.Doc())
  readonly #owners = new Map<number, Speaker>()
  readonly #listeners = new Map<Speaker, (update: Uint8Array) => void>()

  constructor() {
    this.#awareness.setLocalState(null)
    this.#awareness.on('update', (change: Change) => this.#changed(change))
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0
  }

  join(owner: Speaker, listener: (update: Uint8Array) => void): void {
    this.#listeners.set(owner, listener)
  }

  leave(owner: Speaker): void {
    this.#listeners.delete(owner)
    const theirs = [...this.#owners].filter(([, of]) => of === owner).map(([client]) => client)
    removeAwarenessStates(this.#awareness, theirs, null)
  }

  /** Takes what a socket says of itself; what it says of others is passed over. Throws when it cannot be read. */
  apply(update: Uint8Array, owner: Speaker): void {
    const own = readStates(update).filter(({ client }) => this.#maySpeakFor(client, owner))
    applyAwarenessUpdate(this.#awareness, writeStates(own, owner.actor), owner)
    for (const { client } of own) if (this.#awareness.getStates().has(client)) this.#owners.set(client, owner)
  }

  /** Everybody who is here; null when nobody is. */
  all(): Uint8Array | null {
    const clients = [...this.#awareness.getStates().keys()]
    return clients.length === 0 ? null : encodeAwarenessUpdate(this.#awareness, clients)
  }

  destroy(): void {
    this.#awareness.destroy()
  }

  /** A person's next socket may come before the last one is known to be gone. */
  #maySpeakFor(client: number, { actor }: Speaker): boolean {
    const owner = this.#owners.get(client)
    return owner === undefined || owner.actor.id === actor.id
  }

  #changed({ added, updated, removed }: Change): void {
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

/** One entry of an awareness update, as y-protocols lays it out. */
interface StateEntry {
  readonly client: number
  readonly clock: number
  readonly state: unknown
}

function readStates(update: Uint8Array): StateEntry[] {
  const decoder = decoding.createDecoder(update)
  const entries: StateEntry[] = []
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const client = decoding.readVarUint(decoder)
    const clock = decoding.readVarUint(decoder)
    entries.push({ client, clock, state: JSON.parse(decoding.readVarString(decoder)) })
  }
  return entries
}

function writeStates(entries: readonly StateEntry[], actor: Actor): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, entries.length)
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, JSON.stringify(named(state, actor)))
  }
  return encoding.toUint8Array(encoder)
}

/** The state under its sender's id and name; the rest of it is the sender's to choose. Null says good-bye. */
function named(state: unknown, { id, name }: Actor): unknown {
  if (!isRecord(state)) return null
  return 'user' in state
    ? { ...state, user: { ...(isRecord(state.user) ? state.user : {}), id, name } }
    : state
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

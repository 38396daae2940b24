/**
 * Who is in a room, and where their carets are. Changes are gathered and sent together. Invariant: a state carries the
 * name of the person who sent it, is changed by no other person, and leaves with the socket that brought it.
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

/** Pause, in ms, between two messages about presence: the shortest, and what each socket of the room adds. */
const PAUSE_MS = 50
const PAUSE_PER_SOCKET_MS = 0.25
const MAX_PAUSE_MS = 100
/** Awareness clients of one connection. A page has one; a page that reconnects may bring its former one. */
const MAX_CLIENTS = 8

export class Presence {
  readonly #awareness = new Awareness(new Y.Doc())
  readonly #owners = new Map<number, Speaker>()
  readonly #send: (update: Uint8Array) => void
  readonly #sockets: () => number
  /** Clients whose state changed since the last message. */
  readonly #changed = new Set<number>()
  #timer: ReturnType<typeof setTimeout> | null = null
  #lastSent = Number.NEGATIVE_INFINITY

  /** `send` gets what changed, for all `sockets()` of the room. */
  constructor(send: (update: Uint8Array) => void, sockets: () => number) {
    this.#send = send
    this.#sockets = sockets
    this.#awareness.setLocalState(null)
    this.#awareness.on('update', ({ added, updated, removed }: Change) => {
      for (const client of removed) this.#owners.delete(client)
      for (const client of [...added, ...updated, ...removed]) this.#changed.add(client)
      this.#schedule()
    })
  }

  leave(owner: Speaker): void {
    const theirs = [...this.#owners].filter(([, of]) => of === owner).map(([client]) => client)
    removeAwarenessStates(this.#awareness, theirs, null)
  }

  /** Takes what a socket says of itself and ignores what it says of others. Throws when it cannot be read. */
  apply(update: Uint8Array, owner: Speaker): void {
    const own = readStates(update).filter(
      (entry) => this.#isKnown(entry) && this.#mayPublishFor(entry, owner),
    )
    if (this.#clientsOf(owner, own) > MAX_CLIENTS) throw new Error('too many awareness clients')
    applyAwarenessUpdate(this.#awareness, writeStates(own, owner.actor), owner)
    for (const { client } of own) if (this.#awareness.getStates().has(client)) this.#owners.set(client, owner)
  }

  /** Everyone's state; null if there is none. */
  all(): Uint8Array | null {
    const clients = [...this.#awareness.getStates().keys()]
    return clients.length === 0 ? null : encodeAwarenessUpdate(this.#awareness, clients)
  }

  destroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#awareness.destroy()
  }

  /** The removal of a state that is not there says nothing, and would be remembered for ever. */
  #isKnown({ client, state }: StateEntry): boolean {
    return state !== null || this.#owners.has(client)
  }

  #clientsOf(owner: Speaker, states: readonly StateEntry[]): number {
    const clients = new Set(states.map(({ client }) => client))
    for (const [client, of] of this.#owners) if (of === owner) clients.add(client)
    return clients.size
  }

  /** A person's next socket may open before the server knows that the last one is gone. */
  #mayPublishFor({ client }: StateEntry, { actor }: Speaker): boolean {
    const owner = this.#owners.get(client)
    return owner === undefined || owner.actor.id === actor.id
  }

  #schedule(): void {
    if (this.#timer !== null) return
    const pause = Math.min(PAUSE_MS + this.#sockets() * PAUSE_PER_SOCKET_MS, MAX_PAUSE_MS)
    const wait = Math.max(0, this.#lastSent + pause - performance.now())
    this.#timer = setTimeout(() => this.#flush(), wait)
  }

  #flush(): void {
    this.#timer = null
    this.#lastSent = performance.now()
    const { states, meta } = this.#awareness
    const clients = [...this.#changed].filter((client) => meta.has(client))
    this.#changed.clear()
    if (clients.length > 0) this.#send(encodeAwarenessUpdate(this.#awareness, clients))
    for (const client of clients) if (!states.has(client)) meta.delete(client)
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

/** Presence that browsers send to a room. Input: the bytes of one awareness update. */

import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Presence } from '../../src/document/presence.ts'
import { hostileJson } from './hostile-json.ts'

const state = fc.oneof(
  fc.constant(null),
  fc.record({ user: hostileJson, cursors: hostileJson }, { requiredKeys: [] }),
  hostileJson,
)
const entry = fc.record({ client: fc.nat(12), clock: fc.nat(5), state })

function encoded(entries: readonly { client: number; clock: number; state: unknown }[]): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, entries.length)
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, JSON.stringify(state))
  }
  return encoding.toUint8Array(encoder)
}

export const target = {
  inputs: fc.oneof(fc.array(entry, { maxLength: 10 }).map(encoded), fc.uint8Array({ maxLength: 40 })),
  open: async () => {
    const ann = { actor: { id: 'ann', name: 'Ann' } }
    const bob = { actor: { id: 'bob', name: 'Bob' } }
    let room = new Room(bob)
    return {
      feed: async (input: Uint8Array) => {
        try {
          room.presence.apply(input, ann)
        } catch {
          return 'refused' as const
        }
        if (JSON.stringify(stateOf(room.presence, 1)) !== room.bobs)
          throw new Error('the state of another person changed')
        for (const [client, held] of statesOf(room.presence))
          if (client !== 1 && nameOf(held) !== undefined && nameOf(held) !== 'Ann')
            throw new Error('a forged name')
        if (room.isOld) {
          room.close()
          room = new Room(bob)
        }
        return 'accepted' as const
      },
      state: () => JSON.stringify([...statesOf(room.presence)]),
      close: async () => room.close(),
    }
  },
}

/** States that are not renewed expire after 30 s (y-protocols): a room is used for less than that. */
const ROOM_MS = 10_000

/** A room where Bob has a state. */
class Room {
  readonly bobs: string
  readonly presence: Presence
  readonly #seen = new Awareness(new Y.Doc())
  readonly #opened = performance.now()

  constructor(bob: { readonly actor: { readonly id: string; readonly name: string } }) {
    this.presence = new Presence(
      (update) => applyAwarenessUpdate(this.#seen, update, null),
      () => 2,
    )
    this.presence.apply(encoded([{ client: 1, clock: 1, state: { user: {}, cursors: ['bob'] } }]), bob)
    this.bobs = JSON.stringify(stateOf(this.presence, 1))
  }

  get isOld(): boolean {
    return performance.now() - this.#opened > ROOM_MS
  }

  close(): void {
    this.presence.destroy()
    this.#seen.destroy()
  }
}

/** The states by client, as a page reads them. */
function statesOf(presence: Presence): ReadonlyMap<number, unknown> {
  const page = new Awareness(new Y.Doc())
  page.setLocalState(null)
  const all = presence.all()
  if (all !== null) applyAwarenessUpdate(page, all, null)
  const states = new Map(page.getStates())
  page.destroy()
  return states
}

const stateOf = (presence: Presence, client: number): unknown => statesOf(presence).get(client)

function nameOf(state: unknown): unknown {
  if (typeof state !== 'object' || state === null || !('user' in state)) return undefined
  const { user } = state
  return typeof user === 'object' && user !== null && 'name' in user ? user.name : undefined
}

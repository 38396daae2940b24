/** What a room sends: each frame encoded once, and what happens together sent together. */
import * as encoding from 'lib0/encoding'
import { expect, test, vi } from 'vitest'
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Broadcast } from '../../src/document/broadcast.ts'
import { Presence } from '../../src/document/presence.ts'
import { updateFrame } from '../../src/document/room-frames.ts'

const receiver = () => {
  const frames: Uint8Array[] = []
  return { frames, send: (frame: Uint8Array) => void frames.push(frame) }
}

/** Updates of one document, one for each text. */
function updatesOf(...texts: readonly string[]): Uint8Array[] {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (const text of texts) doc.getText().insert(0, text)
  return updates
}

test('updates of one turn are one frame, the same bytes for all', async () => {
  const broadcast = new Broadcast()
  const [ann, bob] = [receiver(), receiver()]
  broadcast.add(ann)
  broadcast.add(bob)
  const updates = updatesOf('a', 'b', 'c')
  for (const update of updates) broadcast.update(update, null)
  await vi.waitFor(() => expect(ann.frames).toHaveLength(1))
  expect(bob.frames[0]).toBe(ann.frames[0])
  expect(ann.frames[0]).toEqual(updateFrame(Y.mergeUpdates(updates)))
})

test('the one who sent everything that waits is left out, and only then', async () => {
  const broadcast = new Broadcast()
  const [ann, bob] = [receiver(), receiver()]
  broadcast.add(ann)
  broadcast.add(bob)
  const [one, two, three] = updatesOf('a', 'b', 'c')
  if (one === undefined || two === undefined || three === undefined) throw new Error('three updates')
  broadcast.update(one, ann)
  await vi.waitFor(() => expect(bob.frames).toHaveLength(1))
  expect(ann.frames).toHaveLength(0)
  broadcast.update(two, ann)
  broadcast.update(three, bob)
  await vi.waitFor(() => expect(ann.frames).toHaveLength(1))
  expect(bob.frames).toHaveLength(2)
})

/** An awareness update with these entries; a null state says that the client left. */
function presenceUpdate(...entries: readonly (readonly [client: number, clock: number, state: unknown])[]) {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, entries.length)
  for (const [client, clock, state] of entries) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, JSON.stringify(state))
  }
  return encoding.toUint8Array(encoder)
}

const speaker = (id: string) => ({ actor: { id, name: id } })

test('the presence of many is gathered: few messages, and only the newest state of each', async () => {
  const sent: Uint8Array[] = []
  const presence = new Presence(
    (update) => sent.push(update),
    () => 200,
  )
  const speakers = Array.from({ length: 200 }, (_, n) => speaker(`p${n}`))
  for (let clock = 1; clock <= 5; clock++)
    for (const [n, one] of speakers.entries()) presence.apply(presenceUpdate([n, clock, { at: clock }]), one)
  const seen = new Awareness(new Y.Doc())
  let read = 0
  await vi.waitFor(() => {
    for (; read < sent.length; read++) applyAwarenessUpdate(seen, sent[read] ?? new Uint8Array(), null)
    for (let n = 0; n < 200; n++) expect(seen.getStates().get(n)).toEqual({ at: 5 })
  })
  // One message for what waited; a second if the first went out while the states were still coming in.
  expect(sent.length).toBeLessThanOrEqual(2)
  presence.destroy()
  seen.destroy()
})

test('one connection has few states, and cannot fill the memory with those that left', () => {
  const presence = new Presence(
    () => undefined,
    () => 1,
  )
  const ann = speaker('ann')
  const gone = Array.from({ length: 5000 }, (_, n) => [n, 1, null] as const)
  presence.apply(presenceUpdate(...gone), ann)
  expect(presence.all()).toBeNull()
  for (let n = 0; n < 8; n++) presence.apply(presenceUpdate([n, 1, {}]), ann)
  expect(() => presence.apply(presenceUpdate([9, 1, {}]), ann)).toThrow(/too many/)
  presence.leave(ann)
  expect(presence.all()).toBeNull()
  presence.destroy()
})

/** A client cannot impersonate another: presence carries the name that the connection was let in under. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Browser, closeHouse, openHouse, openNotebook } from './house.ts'

const notebook = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 })

/** An awareness update of a hostile client: any client id, any clock, any state. */
function forged(client: number, clock: number, state: Record<string, unknown> | null): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = client
  const awareness = new Awareness(doc)
  awareness.states.set(client, state ?? {})
  if (state === null) awareness.states.delete(client)
  awareness.meta.set(client, { clock, lastUpdated: 0 })
  const update = encodeAwarenessUpdate(awareness, [client])
  awareness.destroy()
  return update
}

test('a state has its sender’s name, whatever it says, and no other person changes or removes it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-presence-'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  const house = await openHouse(root)
  const opened = await openNotebook(house)
  const [ann, bob] = [new Browser(), new Browser()]
  ann.connect(house, opened, 'ann')
  bob.connect(house, opened, 'bob')
  await vi.waitFor(() => expect(ann.isSettled && bob.isSettled).toBe(true))
  const seen = (): unknown => bob.awareness.getStates().get(100)

  ann.sendAwareness(forged(100, 1, { user: { id: 'bob', name: 'Bob', color: 'red' }, cursors: [] }))
  const anns = { user: { id: 'ann', name: 'ANN', color: 'red' }, cursors: [] }
  await vi.waitFor(() => expect(seen()).toEqual(anns))

  bob.sendAwareness(forged(100, 9, { user: { id: 'ann', name: 'Ann' }, cursors: [1] }))
  bob.sendAwareness(forged(100, 10, null))
  bob.sendAwareness(forged(200, 1, { user: { color: 'blue' } }))
  await vi.waitFor(() =>
    expect(ann.awareness.getStates().get(200)).toEqual({ user: { id: 'bob', name: 'BOB', color: 'blue' } }),
  )
  expect(ann.awareness.getStates().get(100)).toEqual(anns)

  const again = new Browser()
  again.connect(house, opened, 'ann')
  await vi.waitFor(() => expect(again.isSettled).toBe(true))
  again.sendAwareness(forged(100, 2, { user: {}, cursors: [2] }))
  await vi.waitFor(() => expect(seen()).toEqual({ user: { id: 'ann', name: 'ANN' }, cursors: [2] }))
  ann.disconnect()
  bob.sendAwareness(forged(200, 2, { user: {} }))
  await vi.waitFor(() => expect(again.awareness.meta.get(200)?.clock).toBe(2))
  expect(seen()).toBeDefined()
  again.disconnect()
  await vi.waitFor(() => expect(seen()).toBeUndefined())
  for (const { awareness } of [ann, bob, again]) awareness.destroy()
  bob.disconnect()
  await closeHouse(house)
  await rm(root, { recursive: true, maxRetries: 5 })
})

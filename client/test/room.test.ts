import { cellOutputs, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { close } from '@yesterday/server/contract/sync.ts'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { applyEdit, editBetween, mergeText } from '../src/room/merge-text.ts'
import { Room } from '../src/room/room.ts'
import { roomStatus } from '../src/room/room-state.ts'
import { DurableSources, reapply } from '../src/room/unsent.ts'
import { RoomServer } from './room-server.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function enter() {
  const server = new RoomServer()
  cellsOf(server.doc).insert(0, [makeCell({ id: 'a', type: 'code', source: 'x = 1' })])
  const origin = await server.listen()
  const room = new Room({ origin, documentId: 'd', epoch: 'one', doc: new Y.Doc() })
  ends.push(
    () => server.close(),
    () => room.leave(),
  )
  const durable = new DurableSources(room)
  const status = () => roomStatus(room.facts.get())
  await vi.waitFor(() => expect(status()).toBe('saved'))
  return { server, room, durable, status, source: cellSource(cellsOf(room.doc).get(0)) }
}

test('an edit is "saving" until the server calls it durable', async () => {
  const { server, room, status, source } = await enter()
  server.acknowledges = false
  source.insert(5, '0')
  expect(status()).toBe('saving')
  server.acknowledges = true
  source.insert(6, '0')
  await vi.waitFor(() => expect(status()).toBe('saved'))
  expect(room.hasUnsaved).toBe(false)
})

test('what a run prints is no edit, and the page goes on', async () => {
  const { server, room, durable } = await enter()
  const output = new Y.Map<unknown>([['text', new Y.Text('1')]])
  const outputs = cellOutputs(cellsOf(server.doc).get(0))
  outputs?.insert(0, [output])
  const printed = () => cellOutputs(cellsOf(room.doc).get(0))?.get(0)?.get('text')
  await vi.waitFor(() => expect(String(printed())).toBe('1'))
  const problem = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const text = output.get('text')
  if (text instanceof Y.Text) text.insert(1, '2')
  await vi.waitFor(() => expect(String(printed())).toBe('12'))
  expect(problem).not.toHaveBeenCalled()
  expect(durable.unsent()).toEqual([])
  problem.mockRestore()
})

test('edits made while the connection is down arrive once it is back', async () => {
  const { server, status, source } = await enter()
  server.drop()
  await vi.waitFor(() => expect(status()).toBe('offline'))
  source.insert(5, '23')
  await vi.waitFor(() => expect(status()).toBe('saved'))
  expect(cellSource(cellsOf(server.doc).get(0)).toString()).toBe('x = 123')
})

test('an edit between the question of the server and its answer arrives', async () => {
  const { server, room, status, source } = await enter()
  server.isSlow = true
  server.drop()
  await vi.waitFor(() => expect(room.facts.get()).toMatchObject({ open: false }))
  source.insert(5, '2')
  await vi.waitFor(() => expect(room.facts.get()).toMatchObject({ sent: 1, acknowledged: 1, synced: false }))
  source.insert(6, '3')
  server.hurry()
  source.insert(7, '4')
  await vi.waitFor(() => expect(status()).toBe('saved'))
  expect(cellSource(cellsOf(server.doc).get(0)).toString()).toBe('x = 1234')
})

test('a page that sent too much gets a notice, and connects again with its edits', async () => {
  const { server, room, status, source } = await enter()
  const notified = vi.fn()
  room.sentTooMuch.listen(notified)
  server.closeWith(close.tooMuch)
  await vi.waitFor(() => expect(notified).toHaveBeenCalledOnce())
  source.insert(5, '23')
  await vi.waitFor(() => expect(status()).toBe('saved'))
  expect(cellSource(cellsOf(server.doc).get(0)).toString()).toBe('x = 123')
})

test('another epoch is not merged, and unsent edits can be brought into the new document', async () => {
  const { server, room, durable, source } = await enter()
  server.epoch = 'two'
  server.drop()
  source.insert(5, '7')
  await vi.waitFor(() => expect(room.facts.get().ended).toEqual({ kind: 'epoch' }))
  const fresh = new Y.Doc()
  cellsOf(fresh).insert(0, [makeCell({ id: 'a', type: 'code', source: '# new\nx = 1' })])
  reapply(fresh, durable.unsent(), {})
  expect(cellsOf(fresh).map((cell) => cellSource(cell).toString())).toEqual(['# new\nx = 17'])
})

test('edits before the first acknowledgement are brought over once, not as whole cells', async () => {
  const server = new RoomServer()
  server.acknowledges = false
  cellsOf(server.doc).insert(0, [makeCell({ id: 'a', type: 'code', source: 'x = 1\ny = 2' })])
  const room = new Room({ origin: await server.listen(), documentId: 'd', epoch: 'one', doc: new Y.Doc() })
  ends.push(
    () => server.close(),
    () => room.leave(),
  )
  const durable = new DurableSources(room)
  await vi.waitFor(() => expect(room.facts.get().synced).toBe(true))
  cellSource(cellsOf(room.doc).get(0)).insert(5, '7')
  cellsOf(room.doc).insert(1, [makeCell({ id: 'b', type: 'code', source: 'new = 1' })])
  server.epoch = 'two'
  server.drop()
  await vi.waitFor(() => expect(room.facts.get().ended).toEqual({ kind: 'epoch' }))
  const fresh = new Y.Doc()
  const cells = [
    makeCell({ id: 'a', type: 'code', source: 'x = 1\ny = 3' }),
    makeCell({ id: 'b', type: 'code', source: 'new' }),
  ]
  cellsOf(fresh).insert(0, cells)
  reapply(fresh, durable.unsent(), {})
  expect(cellsOf(fresh).map((cell) => cellSource(cell).toString())).toEqual(['x = 17\ny = 3', 'new = 1'])
})

test('the edit between two texts makes the second of the first', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const edit = editBetween(before, after)
      expect(edit === null ? before : applyEdit(before, edit)).toBe(after)
    }),
  )
})

test('edits of two sides in different places are both kept', () => {
  const edit = mergeText('one two three', 'ONE two three', 'one two 3')
  expect(edit && applyEdit('one two 3', edit)).toBe('ONE two 3')
})

test('a cell that another person removes while this page writes in it comes back with what was written', async () => {
  const { server, room, durable, status, source } = await enter()
  const [x, y] = [
    makeCell({ id: 'x', type: 'code', source: 'p' }),
    makeCell({ id: 'y', type: 'code', source: 'q' }),
  ]
  cellsOf(server.doc).insert(1, [x, y])
  await vi.waitFor(() => expect(cellsOf(room.doc)).toHaveLength(3))
  const back = vi.fn()
  durable.broughtBack.listen(back)
  server.drop()
  await vi.waitFor(() => expect(status()).toBe('offline'))
  source.insert(5, '23')
  cellSource(cellsOf(room.doc).get(1)).insert(1, ' + 1')
  // Meanwhile, there: the first cell is removed, the second one moves, the third was not written in.
  const cells = cellsOf(server.doc)
  server.doc.transact(() => {
    cells.delete(0, 3)
    cells.insert(0, [makeCell({ id: 'x', type: 'code', source: '# moved\np' })])
  })
  const texts = (doc: Y.Doc) => cellsOf(doc).map((cell) => cellSource(cell).toString())
  await vi.waitFor(() =>
    expect([status(), texts(server.doc)]).toEqual(['saved', ['x = 123', '# moved\np + 1']]),
  )
  expect(texts(room.doc)).toEqual(texts(server.doc))
  expect(back.mock.calls.map(([{ cell, mine }]) => [cell, mine])).toEqual([['a', 'x = 123']])
  // What is durable is removed as by anyone, also while something else is not.
  server.acknowledges = false
  cellSource(cellsOf(room.doc).get(1)).insert(0, '!')
  cells.delete(0)
  await vi.waitFor(() => expect(texts(room.doc)).toEqual(['!# moved\np + 1']))
  expect(back).toHaveBeenCalledTimes(1)
})

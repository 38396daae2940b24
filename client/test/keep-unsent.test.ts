/** Edits that the server has not called durable outlive the page that made them. */
import 'fake-indexeddb/auto'
import { type CellType, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { UnsentKeeper } from '../src/room/keep-unsent.ts'
import { Room } from '../src/room/room.ts'
import { DurableSources } from '../src/room/unsent.ts'
import { BrowserUnsentStore, type UnsentStore } from '../src/room/unsent-store.ts'
import { RoomServer } from './room-server.ts'

let server: RoomServer
let origin = ''
const ends: (() => void)[] = []

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  server = new RoomServer()
  for (const [id, source] of Object.entries({ a: 'x = 1', b: 'y = 2' }))
    cellsOf(server.doc).push([makeCell({ id, type: 'code' as CellType, source })])
  origin = await server.listen()
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
  server.close()
})

const sources = (doc: Y.Doc) => cellsOf(doc).map((cell) => cellSource(cell).toString())

/** A page on the notebook. `crash` ends it without a word; its store is the browser's, as another page sees it. */
function open(documentId = 'd', epoch = 'one', path = 'a.ipynb') {
  const store = new BrowserUnsentStore()
  const dies: (() => void)[] = []
  const mortal: UnsentStore = {
    keep: async (edits, updates) => {
      await store.keep(edits, updates)
      page.keeps++
    },
    forget: (life) => store.forget(life),
    left: (id, at) => store.left(id, at),
    readdress: (life, to) => store.readdress(life, to),
    live: (life) => {
      dies.push(store.live(life))
      return () => undefined
    },
  }
  const room = new Room({ origin, documentId, epoch, doc: new Y.Doc() })
  const durable = new DurableSources(room)
  const keeper = new UnsentKeeper(room, durable, mortal, { documentId, epoch, path: () => path })
  const crash = (): void => {
    room.leave()
    for (const die of dies.splice(0)) die()
  }
  ends.push(crash)
  const page = { room, durable, keeper, crash, keeps: 0, left: () => store.left(documentId, path) }
  return page
}
type Page = ReturnType<typeof open>
const isSaved = ({ room }: Page) =>
  vi.waitFor(() => {
    expect(room.facts.get().synced).toBe(true)
    expect(room.hasUnsaved).toBe(false)
  })
const isKept = (page: Page) => vi.waitFor(() => expect(page.keeps).toBeGreaterThan(0))

/** A page that goes offline, changes what `change` says, and crashes. */
async function crashedOffline(change: (doc: Y.Doc) => void): Promise<void> {
  const page = open()
  await isSaved(page)
  server.accepts = false
  server.drop()
  await vi.waitFor(() => expect(page.room.facts.get().open).toBe(false))
  change(page.room.doc)
  await isKept(page)
  page.crash()
  server.accepts = true
}

test('edits of a page that crashed offline are in the notebook again: text, new cells, deletions', async () => {
  await crashedOffline((doc) => {
    cellSource(cellsOf(doc).get(0)).insert(5, '0')
    cellsOf(doc).insert(2, [makeCell({ id: 'c', type: 'markdown', source: '# new' })])
    cellsOf(doc).delete(1)
  })
  const page = open()
  const { restoring, others } = await page.keeper.recover()
  expect(await restoring).toBe(1)
  expect(others).toEqual([])
  expect(sources(server.doc)).toEqual(['x = 10', '# new'])
  await vi.waitFor(async () => expect(await page.left()).toEqual([]))
})

test('in a document of another epoch they are merged as text', async () => {
  await crashedOffline((doc) => cellSource(cellsOf(doc).get(0)).insert(5, '0'))
  server.epoch = 'two'
  cellSource(cellsOf(server.doc).get(0)).insert(0, '# first\n')
  const page = open('d', 'two')
  expect(await (await page.keeper.recover()).restoring).toBe(1)
  expect(sources(server.doc)).toEqual(['# first\nx = 10', 'y = 2'])
})

test('what the server is slow to acknowledge is kept, and nothing of it once it has', async () => {
  const page = open()
  await isSaved(page)
  server.acknowledges = false
  cellSource(cellsOf(page.room.doc).get(0)).insert(5, '0')
  await isKept(page)
  server.acknowledges = true
  cellSource(cellsOf(page.room.doc).get(0)).insert(6, '0')
  await isSaved(page)
  await page.keeper.close()
  page.crash()
  expect(await open().left()).toEqual([])
})

test('a page that lives keeps its own; a page that left in order leaves what was not saved', async () => {
  const page = open()
  await isSaved(page)
  server.accepts = false
  server.drop()
  await vi.waitFor(() => expect(page.room.facts.get().open).toBe(false))
  cellSource(cellsOf(page.room.doc).get(0)).insert(5, '0')
  await isKept(page)
  expect(await open().left(), 'another page takes nothing of it').toEqual([])
  await page.keeper.close()
  page.crash()
  expect(await open().left()).toHaveLength(1)
})

test('what a document refuses is kept as text, and not retried as it was', async () => {
  const page = open()
  await isSaved(page)
  server.acknowledges = false
  cellSource(cellsOf(page.room.doc).get(0)).insert(5, '0')
  await page.keeper.closeAsText()
  page.crash()
  const [kept] = await open().left()
  expect(kept).toMatchObject({
    epoch: '',
    updates: [],
    texts: [{ cell: 'a', base: 'x = 1', mine: 'x = 10' }],
  })
})

test('edits of another notebook at the path are reported, and not inserted without a click', async () => {
  await crashedOffline((doc) => cellSource(cellsOf(doc).get(0)).insert(5, '0'))
  const page = open('other', 'one')
  const { restoring, others } = await page.keeper.recover()
  expect(await restoring).toBe(0)
  expect(others).toMatchObject([{ documentId: 'd', texts: [{ mine: 'x = 10' }] }])
  expect(sources(server.doc)).toEqual(['x = 1', 'y = 2'])
})

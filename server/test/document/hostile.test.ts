/** What one member sends changes nothing for the others: they are answered, and nothing that was refused is stored. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell } from '../../contract/document.ts'
import { close } from '../../contract/sync.ts'
import { CheckThreads } from '../../src/document/check-threads.ts'
import { UpdateChecker } from '../../src/document/update-checker.ts'
import { Browser, closeHouse, type House, openHouse, openNotebook } from './house.ts'

const CELLS = 3000
const notebook = JSON.stringify({
  cells: Array.from({ length: CELLS }, (_, n) => ({
    cell_type: 'code',
    id: `c${n}`,
    source: `value_${n} = ${n}`,
    metadata: {},
    outputs: [],
    execution_count: null,
  })),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
})

let root = ''
let house: House
let opened: Awaited<ReturnType<typeof openNotebook>>
let ann: Browser
let mallory: Browser

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-hostile-'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  house = await openHouse(root)
  opened = await openNotebook(house)
  ann = new Browser()
  mallory = new Browser()
  ann.connect(house, opened, 'ann')
  mallory.connect(house, opened, 'mallory')
  await vi.waitFor(() => expect(ann.isSettled && mallory.isSettled).toBe(true))
})

afterEach(async () => {
  for (const browser of [ann, mallory]) {
    browser.awareness.destroy()
    browser.disconnect()
  }
  await closeHouse(house)
  await rm(root, { recursive: true, maxRetries: 5 })
})

/** Ann writes something, and it is acknowledged. */
async function annCanWrite(): Promise<void> {
  cellSource(cellsOf(ann.doc).get(1)).insert(0, 'ann ')
  await vi.waitFor(() => expect(ann.isSettled).toBe(true))
  expect(cellSource(cellsOf(opened.doc).get(1)).toString()).toBe('ann value_1 = 1')
}

/** Bytes of the document's update log. */
async function storedBytes(): Promise<number> {
  const stored = await house.store.updates.load(opened.id)
  return (stored?.updates ?? []).reduce((sum, update) => sum + update.length, 0)
}

/** What a browser would send for these edits, made on a copy of Mallory's document under another client id. */
function editsOf(clientID: number, edit: (doc: Y.Doc) => void): Uint8Array {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(mallory.doc))
  copy.clientID = clientID
  const before = Y.encodeStateVector(copy)
  edit(copy)
  return Y.encodeStateAsUpdate(copy, before)
}

test('a hundred broken updates to a large notebook end that connection, and the others are answered', async () => {
  const before = await storedBytes()
  const closed = mallory.gone
  for (let n = 0; n < 100; n++) mallory.send(Uint8Array.from([1, 2, 3]))
  await annCanWrite()
  const [code, reason] = await closed
  expect([code, String(reason)]).toEqual([close.tooMuch, expect.stringMatching(/were refused/)])
  expect(mallory.refusals.length).toBeGreaterThan(0)
  expect((await storedBytes()) - before).toBeLessThan(200)
})

test('an update of 27 MB is refused with the limit, and is not stored', async () => {
  const before = await storedBytes()
  mallory.send(editsOf(7, (doc) => cellSource(cellsOf(doc).get(0)).insert(0, 'x'.repeat(27 * 1024 * 1024))))
  await annCanWrite()
  await vi.waitFor(() => expect(mallory.refusals).toEqual([expect.stringMatching(/27 MB.*16 MB/)]))
  expect((await storedBytes()) - before).toBeLessThan(200)
})

test('an update of too many parts is refused before anything is built of it', async () => {
  const update = editsOf(7, (doc) => {
    doc.transact(() => {
      for (let n = 0; n < 160_000; n++) cellSource(cellsOf(doc).get(0)).insert(0, 'x')
    })
  })
  mallory.send(update)
  await annCanWrite()
  await vi.waitFor(() => expect(mallory.refusals).toEqual([expect.stringMatching(/too much at once/)]))
})

test('padding is not stored: of an update that says nothing new, nothing is', async () => {
  const [client = 0] = opened.doc.store.clients.keys()
  const encoder = encoding.createEncoder()
  for (const part of [1, 1, client, 0]) encoding.writeVarUint(encoder, part)
  // An item that the server has, with one JSON value of 10 MB.
  encoding.writeUint8(encoder, 8)
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarString(encoder, 'cells')
  encoding.writeVarUint(encoder, 1)
  encoding.writeAny(encoder, 'x'.repeat(10 * 1024 * 1024))
  encoding.writeVarUint(encoder, 0)
  const before = await storedBytes()
  mallory.send(encoding.toUint8Array(encoder))
  await vi.waitFor(() => expect(mallory.isSettled).toBe(true))
  expect(mallory.refusals).toEqual([])
  expect(await storedBytes()).toBe(before)
  await annCanWrite()
})

test('edits that break the notebook are refused, and too many of them end the connection', async () => {
  const closed = mallory.gone
  for (let n = 0; n < 5; n++) {
    mallory.send(editsOf(7, (doc) => cellsOf(doc).push([makeCell({ id: `no id ${n}`, type: 'code' })])))
  }
  await annCanWrite()
  expect((await closed)[0]).toBe(close.tooMuch)
  expect(mallory.refusals).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/needs an id/)))
  expect(cellsOf(opened.doc).length).toBe(CELLS)
})

test('no client can write under the client id of another person, whose next edit would then be lost', async () => {
  cellSource(cellsOf(ann.doc).get(0)).insert(0, 'a')
  await vi.waitFor(() => expect(ann.isSettled).toBe(true))
  await vi.waitFor(() => expect(cellSource(cellsOf(mallory.doc).get(0)).toString()).toMatch(/^a/))
  mallory.send(editsOf(ann.doc.clientID, (doc) => cellSource(cellsOf(doc).get(2)).insert(0, 'mallory ')))
  await vi.waitFor(() => expect(mallory.refusals).toEqual([expect.stringMatching(/another person/)]))
  await annCanWrite()
})

test('a flood of frames ends its connection and says why', async () => {
  const closed = mallory.gone
  for (let n = 0; n < 10_000; n++) mallory.sendAwareness(Uint8Array.from([0]))
  const [code, reason] = await closed
  expect([code, String(reason)]).toEqual([close.tooMuch, expect.stringMatching(/more than the server takes/)])
  await annCanWrite()
})

test('an edit over which the thread ends is refused; those that wait behind it are tried again', async () => {
  const isLarge = (bytes: number): boolean => bytes > 1000
  const threads = new CheckThreads({ timeLimit: (bytes) => (isLarge(bytes) ? 0 : 60_000) }, 1)
  const checker = new UpdateChecker(threads, () => [Y.encodeStateAsUpdate(mallory.doc)])
  const edit = (client: number, text: string): Uint8Array =>
    editsOf(client, (doc) => cellSource(cellsOf(doc).get(0)).insert(0, text))
  const [first, heavy, last] = await Promise.all([
    checker.try(edit(7, 'a'), 'ann'),
    checker.try(edit(8, 'm'.repeat(5_000_000)), 'mallory'),
    checker.try(edit(9, 'b'), 'bob'),
  ])
  expect([first.ok, last.ok]).toEqual([true, true])
  expect(heavy).toMatchObject({ ok: false, wasKilled: true, problem: expect.stringMatching(/in time/) })
  checker.stop()
})

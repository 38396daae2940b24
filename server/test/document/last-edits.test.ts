/** Who edited a cell last is known from the connection of the edit, kept, and not changed by a move. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cellOutputs, cellSource, cellsOf, findCell, makeCell } from '../../contract/document.ts'
import { LastEdits } from '../../src/document/last-edits.ts'
import { checkpointText, readState, restoreState } from '../../src/lineage/checkpoint-state.ts'
import { Browser, closeHouse, type House, openHouse } from './house.ts'

let root: string
let house: House
let edits: LastEdits
let id: string

async function open(): Promise<void> {
  house = await openHouse(root)
  edits = new LastEdits({
    updates: house.store.updates,
    documents: house.documents,
    newId: () => 'e',
    calmMs: 1,
  })
  const opened = await house.documents.open('a.ipynb')
  if (!opened.ok) throw new Error(opened.refusal.message)
  id = opened.document.id
}
async function close(): Promise<void> {
  await edits.close()
  await closeHouse(house)
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-edits-'))
  const cell = { cell_type: 'code', source: 'x', metadata: {}, outputs: [], execution_count: null }
  const cells = [
    { ...cell, id: 'a' },
    { ...cell, id: 'b' },
  ]
  await writeFile(
    join(root, 'a.ipynb'),
    JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  )
  await open()
})
afterEach(async () => {
  await close()
  await rm(root, { recursive: true, force: true })
})

async function joined(actor: string): Promise<Browser> {
  const browser = new Browser()
  browser.connect(house, { id, epoch: house.documents.live(id)?.epoch ?? '' }, actor)
  await vi.waitFor(() => expect(cellsOf(browser.doc).length).toBeGreaterThan(0))
  return browser
}
const type = ({ doc }: Browser, cell: string, text: string): void => {
  const found = findCell(doc, cell)
  if (found !== null) cellSource(found.cell).insert(0, text)
}
const who = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    ((await edits.list(id)) ?? []).map(({ cell, by }) => [cell, by?.id ?? 'another program']),
  )

test('each cell has the person who edited it last and when, also after a restart', async () => {
  const before = new Date().toISOString()
  const [ada, bob] = [await joined('ada'), await joined('bob')]
  const shown = vi.fn()
  edits.onEdited(shown)
  type(ada, 'a', 'y')
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'ada' }))
  type(bob, 'b', 'z')
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'ada', b: 'bob' }))
  await vi.waitFor(() => expect(shown.mock.calls.flatMap(([, list]) => list)).toHaveLength(2))
  const listed = await edits.list(id)
  const times = (listed ?? []).map(({ at }) => at)
  const between = [before, ...times, new Date().toISOString()]
  expect(between).toEqual(between.toSorted())
  await close()
  await open()
  expect(await edits.list(id)).toEqual(listed)
})

test('a cell that moves keeps its editor; a new cell has the one who added it', async () => {
  const [ada, bob] = [await joined('ada'), await joined('bob')]
  type(ada, 'a', 'y')
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'ada' }))
  const cells = cellsOf(bob.doc)
  await vi.waitFor(() => expect(cellSource(cells.get(0)).toString()).toBe('yx'))
  bob.doc.transact(() => {
    const moved = cells.get(0).clone()
    cells.delete(0)
    cells.insert(1, [moved, makeCell({ id: 'n', type: 'code', source: 'new' })])
  })
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'ada', n: 'bob' }))
  expect(await edits.list('none')).toBeNull()
})

test('another text under the id of a cell is an edit of the one who put it there', async () => {
  const [ada, eve] = [await joined('ada'), await joined('eve')]
  type(ada, 'a', 'y')
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'ada' }))
  const cells = cellsOf(eve.doc)
  await vi.waitFor(() => expect(cellSource(cells.get(0)).toString()).toBe('yx'))
  eve.doc.transact(() => {
    cells.delete(0)
    cells.insert(0, [makeCell({ id: 'a', type: 'code', source: 'eve wrote this' })])
  })
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'eve' }))
})

test('edits of two people that become durable together have each their own editor', async () => {
  const [ada, bob] = [await joined('ada'), await joined('bob')]
  await vi.waitFor(() => expect([ada.isSettled, bob.isSettled]).toEqual([true, true]))
  const live = house.documents.live(id)
  if (live === null) throw new Error('not open')
  // What waits for the log becomes durable in one commit.
  const gate = Promise.withResolvers<void>()
  const { updates } = house.store
  const append = updates.append.bind(updates)
  const held = vi.spyOn(updates, 'append').mockImplementation(async (...batch) => {
    await gate.promise
    return append(...batch)
  })
  type(ada, 'a', '1')
  await vi.waitFor(() => expect(held).toHaveBeenCalledTimes(1))
  const submit = vi.spyOn(live, 'submit')
  type(ada, 'a', '2')
  type(bob, 'b', '3')
  await vi.waitFor(() => expect(submit).toHaveBeenCalledTimes(2))
  gate.resolve()
  await vi.waitFor(() => expect([ada.isSettled, bob.isSettled]).toEqual([true, true]))
  held.mockRestore()
  expect(await who()).toEqual({ a: 'ada', b: 'bob' })
})

test('an edit is known although no page had asked who edited', async () => {
  const ada = await joined('ada')
  await vi.waitFor(() => expect(ada.isSettled).toBe(true))
  type(ada, 'a', 'y')
  await vi.waitFor(() => expect(ada.isSettled).toBe(true))
  expect(await who()).toEqual({ a: 'ada' })
})

test('a restored checkpoint is an edit of who restored it, a change of the file one of no person', async () => {
  const ada = await joined('ada')
  type(ada, 'a', 'y')
  type(ada, 'b', 'y')
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'ada', b: 'ada' }))
  const live = house.documents.live(id)
  if (live === null) throw new Error('not open')
  const state = readState(Buffer.from(checkpointText(live.doc).replace('"yx"', '"as it was"')))
  if (state === null) throw new Error('no state')
  restoreState(live.doc, state, { id: 'bob', name: 'Bob' })
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'bob', b: 'ada' }))
  await house.documents.save(id)
  const path = join(root, 'a.ipynb')
  await writeFile(path, (await readFile(path, 'utf8')).replace('"yx"', '"by git"'))
  await house.documents.save(id)
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'bob', b: 'another program' }))
  // What runs show is no edit.
  const file = JSON.parse(await readFile(path, 'utf8'))
  file.cells[0].outputs = [{ output_type: 'stream', name: 'stdout', text: ['7'] }]
  await writeFile(path, JSON.stringify(file))
  await house.documents.save(id)
  await vi.waitFor(() => expect(cellOutputs(cellsOf(live.doc).get(0))).toHaveLength(1))
  expect(await who()).toEqual({ a: 'bob', b: 'another program' })
  // While no server runs, too.
  await close()
  await writeFile(path, (await readFile(path, 'utf8')).replace('"as it was"', '"by night"'))
  await open()
  await vi.waitFor(async () => expect(await who()).toEqual({ a: 'another program', b: 'another program' }))
})

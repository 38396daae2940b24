/** A notebook that is open while other programs move, remove or replace its file, and one that was moved meanwhile. */
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cellSource, cellsOf, filePath, filePresence, origin } from '../../contract/document.ts'
import { projectNotebooks } from '../../src/document/identity/project-notebooks.ts'
import type { LiveDocument } from '../../src/document/live-document.ts'
import { Browser, closeHouse, type House, openHouse, openNotebook } from './house.ts'

const book = (...cells: readonly (readonly [id: string, source: string])[]) =>
  JSON.stringify({
    cells: cells.map(([id, source]) => ({
      cell_type: 'code',
      id,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  })
const one = book(['5d1f2e3a', 'x = 1'], ['6e2a3f4b', 'x + 1'])
const two = book(['9c8b7a6f', 'import torch'], ['8b7a6f5e', 'fit()'])

let root = ''
let house: House
let notices: string[] = []
const at = (path: string): string => join(root, path)

const start = async (): Promise<void> => {
  // Times are short, for nothing here depends on how long a pause is.
  house = await openHouse(root, (store) => ({
    notebooks: projectNotebooks(root, store),
    times: { quietMs: 20, busyMs: 100 },
  }))
  house.documents.onNotice((_, level, text) => notices.push(`${level}: ${text}`))
}
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-presence-')))
  await writeFile(at('a.ipynb'), one)
  notices = []
  await start()
})
afterEach(async () => {
  await closeHouse(house)
  await rm(root, { recursive: true, maxRetries: 5 })
})

async function opened(path = 'a.ipynb'): Promise<LiveDocument> {
  const { id } = await openNotebook(house, path)
  const live = house.documents.live(id)
  if (live === null) throw new Error(`${path} is not open`)
  house.documents.hold(id)
  return live
}
const edit = (live: LiveDocument, text: string): void =>
  live.doc.transact(() => cellSource(cellsOf(live.doc).get(0)).insert(0, text), origin.server)
const firstSource = async (path: string): Promise<string> =>
  [JSON.parse(await readFile(at(path), 'utf8')).cells[0].source].flat().join('')
const sources = (live: LiveDocument) => cellsOf(live.doc).map((cell) => cellSource(cell).toString())
const becomes = (live: LiveDocument, presence: string) =>
  vi.waitFor(() => expect(filePresence(live.doc)).toBe(presence))

test('a rename is followed: the file has the edits under its new name, and none comes under the old', async () => {
  const live = await opened()
  await mkdir(at('deep'))
  await rename(at('a.ipynb'), at('deep/b.ipynb'))
  edit(live, 'y = 2; ')
  await vi.waitFor(async () => expect(await firstSource('deep/b.ipynb')).toBe('y = 2; x = 1'))
  expect(filePath(live.doc)).toBe('deep/b.ipynb')
  expect(filePresence(live.doc)).toBe('there')
  expect(await readdir(root)).not.toContain('a.ipynb')
  expect((await openNotebook(house, 'deep/b.ipynb')).id).toBe(live.id)
  expect(notices).toEqual([])
})

test('a file that is removed is not written again by itself; edits are kept, and a person can write it', async () => {
  const live = await opened()
  await rm(at('a.ipynb'))
  edit(live, 'kept = 1; ')
  await becomes(live, 'deleted')
  expect(notices).toEqual([])
  await house.documents.save(live.id)
  expect(await readdir(root)).not.toContain('a.ipynb')
  expect(await house.documents.writeAgain(live.id)).toBe('a.ipynb')
  expect(await firstSource('a.ipynb')).toBe('kept = 1; x = 1')
  expect(filePresence(live.doc)).toBe('there')
  edit(live, 'more; ')
  await vi.waitFor(async () => expect(await firstSource('a.ipynb')).toMatch(/^more/))
})

test('a file that comes back is merged with the edits made meanwhile', async () => {
  const live = await opened()
  await rename(at('a.ipynb'), at('.hidden'))
  edit(live, 'here = 1; ')
  await becomes(live, 'deleted')
  await writeFile(at('a.ipynb'), one.replace('x + 1', 'x + 2'))
  await becomes(live, 'there')
  await vi.waitFor(async () => expect(await firstSource('a.ipynb')).toBe('here = 1; x = 1'))
  expect(sources(live)).toEqual(['here = 1; x = 1', 'x + 2'])
  expect(notices).toEqual(['info: "a.ipynb" is back. Your edits are saved in it again.'])
})

test('another branch with another notebook at the path: neither is merged into the other; back, both are as they were', async () => {
  const live = await opened()
  edit(live, 'mine = 1; ')
  await vi.waitFor(async () => expect(await firstSource('a.ipynb')).toMatch(/^mine/))
  await copyFile(at('a.ipynb'), at('.one'))
  await writeFile(at('.two'), two)
  await rename(at('.two'), at('a.ipynb'))
  await becomes(live, 'replaced')
  expect(sources(live)).toEqual(['mine = 1; x = 1', 'x + 1'])

  const other = await opened()
  expect(other.id).not.toBe(live.id)
  expect(sources(other)).toEqual(['import torch', 'fit()'])
  edit(live, 'later = 1; ')
  edit(other, 'other = 1; ')
  await vi.waitFor(async () => expect(await firstSource('a.ipynb')).toBe('other = 1; import torch'))

  await copyFile(at('a.ipynb'), at('.two'))
  await rename(at('.one'), at('a.ipynb'))
  await becomes(live, 'there')
  await becomes(other, 'replaced')
  await vi.waitFor(async () => expect(await firstSource('a.ipynb')).toBe('later = 1; mine = 1; x = 1'))
  expect((await openNotebook(house)).id).toBe(live.id)

  expect(await house.documents.writeAgain(other.id)).toBe('a 1.ipynb')
  expect(await firstSource('a 1.ipynb')).toBe('other = 1; import torch')
  expect((await openNotebook(house, 'a 1.ipynb')).id).toBe(other.id)
})

test('a browser that was offline while the file was moved and the server stopped finds its room', async () => {
  const live = await opened()
  const browser = new Browser()
  browser.connect(house, live)
  await vi.waitFor(() => expect(browser.isSettled).toBe(true))
  browser.disconnect()
  await closeHouse(house)
  await mkdir(at('deep'))
  await rename(at('a.ipynb'), at('deep/b.ipynb'))
  await writeFile(at('deep/b.ipynb'), (await readFile(at('deep/b.ipynb'), 'utf8')).replace('x + 1', 'x + 2'))
  cellSource(cellsOf(browser.doc).get(0)).insert(0, 'offline = 1; ')
  await start()
  browser.connect(house, live)
  await vi.waitFor(() => expect(browser.isSettled).toBe(true))
  expect(filePath(browser.doc)).toBe('deep/b.ipynb')
  await vi.waitFor(async () => expect(await firstSource('deep/b.ipynb')).toBe('offline = 1; x = 1'))
  expect(cellSource(cellsOf(browser.doc).get(1)).toString()).toBe('x + 2')
  browser.disconnect()
})

test('two that swap their names while no server runs keep their own edits', async () => {
  await writeFile(at('b.ipynb'), two)
  const [a, b] = [await opened('a.ipynb'), await opened('b.ipynb')]
  edit(a, 'of a; ')
  edit(b, 'of b; ')
  const [idA, idB] = [a.id, b.id]
  await closeHouse(house)
  await rename(at('a.ipynb'), at('c.ipynb'))
  await rename(at('b.ipynb'), at('a.ipynb'))
  await rename(at('c.ipynb'), at('b.ipynb'))
  await start()
  expect((await openNotebook(house, 'a.ipynb')).id).toBe(idB)
  expect((await openNotebook(house, 'b.ipynb')).id).toBe(idA)
  const live = house.documents.live(idB)
  expect(live === null ? [] : sources(live)).toEqual(['of b; import torch', 'fit()'])
})

test('a notebook that was rewritten here stays itself when another program then edits its file', async () => {
  const bare = (...lines: readonly string[]) =>
    book(...lines.map((source, at) => [String(at), source] as const))
  await writeFile(at('bare.ipynb'), bare('one = 1', 'two = 2', 'three = 3'))
  const live = await opened('bare.ipynb')
  live.doc.transact(() => {
    for (const cell of cellsOf(live.doc)) {
      cellSource(cell).delete(0, cellSource(cell).length)
      cellSource(cell).insert(0, `other("${cell.get('id')}")`)
    }
  }, origin.server)
  await vi.waitFor(async () => expect(await firstSource('bare.ipynb')).toBe('other("0")'))
  await writeFile(at('.edited'), bare('other("0")', 'edited("1")', 'other("2")'))
  await rename(at('.edited'), at('bare.ipynb'))
  await vi.waitFor(() => expect(sources(live)).toEqual(['other("0")', 'edited("1")', 'other("2")']))
  expect(filePresence(live.doc)).toBe('there')
})

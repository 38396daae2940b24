/** Cells that were copied, for all pages of the browser: what is pasted is what was copied last, whatever the store does. */
import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CellCopy } from '../src/notebook/cell-copy.ts'

const copy = (source: string): CellCopy => ({
  id: source,
  type: 'code',
  source,
  metadata: {},
  outputs: [],
  execution_count: null,
})

/** Each has its own memory, as each page has. */
async function page() {
  vi.resetModules()
  const { sharedCells } = await import('../src/notebook/clipboard/shared-cells.ts')
  return {
    copy: (...sources: string[]) => sharedCells.set(sources.map(copy)),
    pasted: async () => (await sharedCells.get()).map(({ source }) => source),
  }
}

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test('before anything was copied there is nothing', async () => {
  expect(await (await page()).pasted()).toEqual([])
})

test('what one page copies another pastes, and the last copy counts', async () => {
  const [one, other] = [await page(), await page()]
  one.copy('a', 'b')
  expect(await one.pasted()).toEqual(['a', 'b'])
  expect(await other.pasted()).toEqual(['a', 'b'])
  other.copy('c')
  expect(await other.pasted()).toEqual(['c'])
  expect(await one.pasted()).toEqual(['c'])
})

test('a paste right after copies has the last of them', async () => {
  const one = await page()
  one.copy('a')
  one.copy('b')
  one.copy('c')
  expect(await one.pasted()).toEqual(['c'])
})

test('where there is no room for a copy, the page itself has it, and no page has an older one for it', async () => {
  const [one, other] = [await page(), await page()]
  one.copy('old')
  expect(await one.pasted()).toEqual(['old'])
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  one.copy('large')
  expect(await one.pasted()).toEqual(['large'])
  expect(await other.pasted()).toEqual([])
  vi.restoreAllMocks()
  one.copy('small')
  expect(await other.pasted()).toEqual(['small'])
})

test('a browser that stores nothing keeps them as long as the page', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('no', 'SecurityError')
    },
  })
  const one = await page()
  one.copy('a')
  expect(await one.pasted()).toEqual(['a'])
})

test.each(['not JSON', '{"cells":[{"source":7}]}', 'null'])('%j in the store is no cells', async (text) => {
  const db = await openDB('yesterday.clipboard', 1, {
    upgrade: (made) => void made.createObjectStore('copied'),
  })
  await db.put('copied', text, 'cells')
  db.close()
  expect(await (await page()).pasted()).toEqual([])
})

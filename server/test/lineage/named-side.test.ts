/** What "book.ipynb" means in a comparison: the notebook as it is now, whatever was replayed since. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCheckpoint } from '../../src/lineage/make-checkpoint.ts'
import { differenceOf, type NotebookNow, sideOf } from '../../src/lineage/named-side.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { newFolder } from '../cli/program.ts'
import { ada, at, ended, queued, sessionStarted, started } from '../store/entries.ts'

let root = ''
let store: Store
const sources = { rate: 'lr = 0.1', train: 'acc = fit(lr)', plot: 'plot(acc)' }
const read = (digest: string) => store.objects.get(digest)

beforeAll(async () => {
  root = await newFolder()
  store = await openStore({ root })
  for (const source of [...Object.values(sources), 'lr = 0.2']) await store.objects.put(Buffer.from(source))
  await store.runs.append([
    sessionStarted('5e55aaaa'),
    queued('aaaa01', '5e55aaaa', { cellId: 'rate', source: sources.rate }),
    queued('aaaa02', '5e55aaaa', { cellId: 'train', source: sources.train }),
    queued('aaaa03', '5e55aaaa', { cellId: 'plot', source: sources.plot }),
    started('aaaa01'),
    ended('aaaa01', 1),
    started('aaaa02'),
    ended('aaaa02', 2),
    started('aaaa03'),
    ended('aaaa03', 3),
  ])
  const effects = { store, now: () => at(100), newId: () => 'c0ffee' }
  const request = { name: 'before', notebook: 'book.ipynb', documentId: null, actor: ada }
  await makeCheckpoint(effects, { ...request, ipynb: ipynb(sources) })
  const purpose = { kind: 'replay', of: 'aaaa01' } as const
  await store.runs.append([
    // After a restart one cell ran, changed.
    sessionStarted('5e55bbbb'),
    queued('bbbb01', '5e55bbbb', { cellId: 'rate', source: 'lr = 0.2' }),
    started('bbbb01'),
    ended('bbbb01', 1, { at: at(200) }),
    sessionStarted('5e55cccc', { purpose }),
    queued('cccc01', '5e55cccc', { cellId: 'rate', source: sources.rate }),
    started('cccc01'),
    ended('cccc01', 1, { at: at(300) }),
  ])
})
afterAll(async () => {
  await store.close()
  await rm(root, { recursive: true, maxRetries: 5 })
})

const ipynb = (cells: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    cells: Object.entries(cells).map(([id, source]) => ({
      id,
      cell_type: 'code',
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  })

async function since(now: NotebookNow) {
  const [a, b] = [
    await sideOf(store.index, read, 'before', now),
    await sideOf(store.index, read, 'book.ipynb', now),
  ]
  if (a.kind !== 'cells' || b.kind !== 'cells') throw new Error('no cells')
  const found = await differenceOf(a, b, read)
  return found?.kind === 'cells' ? found : null
}

test('a checkpoint is compared with the cells as they are now and their own last runs', async () => {
  const now = { ...sources, rate: 'lr = 0.2' }
  const cells = Object.entries(now).map(([cellId, source]) => ({ cellId, source }))
  const found = await since(async () => cells)
  expect(found?.order).toBeNull()
  expect(found?.cells.map(({ cellId, change }) => [cellId, change])).toEqual([['rate', 'changed']])
  expect(found?.cells[0]?.run).toMatchObject({ a: { run: 'aaaa01' }, b: { run: 'bbbb01' } })
})

test('of a notebook that cannot be read, its last session is meant and not a replay', async () => {
  const found = await since(async () => null)
  expect(found?.cells[0]?.run).toMatchObject({ b: { run: 'bbbb01' } })
})

test('sessions and the states of a thing leave replays out, unless they are asked for', async () => {
  const ids = async (replays: boolean) =>
    (await store.index.sessions({ notebook: 'book.ipynb', replays })).map(({ session }) => session)
  expect(await ids(false)).toEqual(['5e55bbbb', '5e55aaaa'])
  expect(await ids(true)).toEqual(['5e55cccc', '5e55bbbb', '5e55aaaa'])
})

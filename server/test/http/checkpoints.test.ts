/** Checkpoints over their routes: opened, restored between two automatic ones, and made before an outside change is merged. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cellSource, findCell } from '../../contract/document.ts'
import type { Checkpoint } from '../../contract/past.ts'
import { pastApi } from '../../contract/past-api.ts'
import { createDocuments, type DocumentRooms } from '../../src/document/documents.ts'
import { projectNotebooks } from '../../src/document/identity/project-notebooks.ts'
import type { Route } from '../../src/http/route.ts'
import { checkpointRoutes } from '../../src/http/routes/checkpoints.ts'
import { checkpointText } from '../../src/lineage/checkpoint-state.ts'
import { makeUnlessSame } from '../../src/lineage/make-checkpoint.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { callRoute } from './call-route.ts'

let root: string
let store: Store
let documents: DocumentRooms
let routes: readonly Route[]
let count = 0

const ipynb = (source: string): string => {
  const cell = { cell_type: 'code', id: 'a', source, metadata: {}, outputs: [], execution_count: null }
  return JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 })
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-checkpoints-'))
  await writeFile(join(root, 'a.ipynb'), ipynb('first'))
  await writeFile(join(root, 'b.ipynb'), ipynb('other'))
  store = await openStore({ root })
  const effects = { store, now: () => new Date().toISOString(), newId: () => `id${count++}` }
  documents = createDocuments({
    root,
    updates: store.updates,
    objects: store.objects,
    notebooks: projectNotebooks(root, store),
    beforeMerge: async ({ id, path, doc }) => {
      const what = { name: path, notebook: path, documentId: id, actor: { id: 'server', name: 'server' } }
      await makeUnlessSame(effects, { ...what, ipynb: checkpointText(doc), why: 'before-merge' })
    },
  })
  const read = (digest: string) => store.objects.get(digest)
  routes = checkpointRoutes({ ...effects, root, documents, index: store.index, read })
})
afterEach(async () => {
  await documents.close()
  await store.close()
  await rm(root, { recursive: true, force: true })
})

async function body<T>(...[spec, call]: [Parameters<typeof callRoute>[1], object]): Promise<T> {
  const reply = await callRoute(routes, spec, call)
  if (reply.kind !== 'json') throw new Error(JSON.stringify(reply))
  return reply.body as T
}
const make = (name: string, notebook = 'a.ipynb') =>
  body<Checkpoint>(pastApi.makeCheckpoint, { body: { notebook, name } })
const list = () => body<Checkpoint[]>(pastApi.checkpoints, { query: { notebook: 'a.ipynb' } })
const restore = (checkpoint: string) =>
  callRoute(routes, pastApi.restoreCheckpoint, { params: { checkpoint }, body: { notebook: 'a.ipynb' } })

async function edit(source: string): Promise<void> {
  const opened = await documents.open('a.ipynb')
  const found = opened.ok ? findCell(opened.document.doc, 'a') : null
  if (found === null) throw new Error('no cell')
  const text = cellSource(found.cell)
  text.delete(0, text.length)
  text.insert(0, source)
}

async function sourceNow(): Promise<string> {
  const opened = await documents.open('a.ipynb')
  const found = opened.ok ? findCell(opened.document.doc, 'a') : null
  return found === null ? '' : cellSource(found.cell).toString()
}

test('a checkpoint is opened as it was, and restored between two automatic ones', async () => {
  const { checkpoint } = await make('good')
  await edit('second')
  expect(await body(pastApi.checkpoint, { params: { checkpoint } })).toMatchObject({
    checkpoint: { name: 'good' },
    cells: [{ cellId: 'a', type: 'code', source: 'first' }],
  })
  expect(await restore(checkpoint)).toMatchObject({ kind: 'json', body: { why: 'restored', name: 'good' } })
  expect(await sourceNow()).toBe('first')
  const all = await list()
  expect(all.map(({ why }) => why)).toEqual(['restored', 'before-restore', undefined])
  const before = all[1]?.checkpoint ?? ''
  await restore(before)
  expect(await sourceNow()).toBe('second')
})

test('one of another notebook, or one that is not there, is refused and changes nothing', async () => {
  const { checkpoint } = await make('other', 'b.ipynb')
  expect(await restore(checkpoint)).toMatchObject({ refusal: { status: 409 } })
  expect(await restore('none')).toMatchObject({ refusal: { status: 404 } })
  expect(await sourceNow()).toBe('first')
  expect(await list()).toEqual([])
})

test('before another program’s change is merged, the document becomes a checkpoint', async () => {
  await edit('mine\nfirst')
  await documents.save((await documents.open('a.ipynb').then((one) => one.ok && one.document.id)) || '')
  await edit('mine\nfirst\nmore')
  await writeFile(join(root, 'a.ipynb'), ipynb('mine\ntheirs\nfirst'))
  await documents.save((await documents.open('a.ipynb').then((one) => one.ok && one.document.id)) || '')
  expect(await sourceNow()).toContain('theirs')
  const [made] = await list()
  expect(made).toMatchObject({ why: 'before-merge', name: 'a.ipynb' })
  expect(await body(pastApi.checkpoint, { params: { checkpoint: made?.checkpoint } })).toMatchObject({
    cells: [{ source: 'mine\nfirst\nmore' }],
  })
})

/**
 * The folder of the history is removed or replaced while it is open: nothing is acknowledged from then on, and all of it
 * can be written again.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../src/store/ports.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { ada, ended, queued } from './entries.ts'
import { newPlace, type SqlitePlace } from './sqlite-place.ts'

const LARGE = new Uint8Array(100_000).fill(7)

let place: SqlitePlace
let store: Store
beforeEach(async () => {
  place = await newPlace()
  store = await place.open()
  await store.objects.put(Buffer.from('# run1'))
  await store.runs.append([queued('run1', 's'), ended('run1', 1)])
  await create(store, 'doc')
})
afterEach(async () => {
  await store.close()
  await place.remove()
})

const create = (to: Store, documentId: string) =>
  to.updates.create({ documentId, epoch: 'e', path: `${documentId}.ipynb`, seed: new Uint8Array([1]) })

const remove = () => rm(storePaths(place.root).folder, { recursive: true, force: true })

/** What another program reads from the disk after this one was killed. */
async function onDisk(): Promise<{
  readonly problems: readonly string[]
  readonly updates: readonly number[]
}> {
  const other = await place.open()
  try {
    const { problems } = await other.check()
    const loaded = await other.updates.load('doc')
    return { problems, updates: (loaded?.updates ?? []).flatMap((update) => [...update]) }
  } finally {
    await other.close()
  }
}

const append = (byte: number) => store.updates.append('doc', [new Uint8Array([byte])])

const refused = { code: 'gone', message: expect.stringContaining('was removed while it was open') }

test('nothing is acknowledged once the folder is gone, and nothing makes it again', async () => {
  await remove()
  await expect(append(2)).rejects.toMatchObject(refused)
  await expect(store.objects.put(LARGE)).rejects.toMatchObject(refused)
  await expect(store.runs.append([queued('run2', 's')])).rejects.toMatchObject(refused)
  expect(store.health.state.kind).toBe('gone')
  expect(existsSync(storePaths(place.root).folder)).toBe(false)
})

test.each(['history.db', 'history.db-wal'])('%s alone is missed too, and written again', async (name) => {
  await rm(join(storePaths(place.root).folder, name))
  await expect(append(2)).rejects.toMatchObject(refused)
  await store.writeAgain(ada)
  await append(3)
  expect(await onDisk()).toEqual({ problems: [], updates: [1, 3] })
})

test('it is noticed without a write, and so is its return', async () => {
  const seen: string[] = []
  store.health.onChange(({ kind }) => seen.push(kind))
  const { folder } = storePaths(place.root)
  await rename(folder, `${folder}-away`)
  await expect.poll(() => seen).toEqual(['gone'])
  await rename(`${folder}-away`, folder)
  await expect.poll(() => seen).toEqual(['gone', 'sound'])
  await append(2)
  expect(await onDisk()).toEqual({ problems: [], updates: [1, 2] })
})

test('all of it is written again, and large objects that were lost are named', async () => {
  const digest = await store.objects.put(LARGE)
  await store.runs.append([queued('run2', 's', { sourceDigest: digest })])
  await remove()
  expect(await store.writeAgain(ada)).toEqual({ lostObjects: [digest], aside: null })
  expect(store.health.state.kind).toBe('sound')
  await append(2)
  // What is recorded as lost is no problem of the history.
  expect(await onDisk()).toEqual({ problems: [], updates: [1, 2] })
  expect(await store.index.receipt('run1')).toMatchObject({ run: 'run1' })
  expect(await store.objects.put(LARGE)).toBe(digest)
})

test('a history that took its place is set aside, not overwritten', async () => {
  await remove()
  const other = await place.open()
  await create(other, 'other')
  await other.close()
  await expect(append(2)).rejects.toMatchObject({
    message: expect.stringContaining('was replaced by another'),
  })
  const { aside } = await store.writeAgain(ada)
  expect(aside).not.toBeNull()
  expect(existsSync(join(place.root, aside ?? '', 'history.db'))).toBe(true)
  await append(3)
  expect(await onDisk()).toEqual({ problems: [], updates: [1, 3] })
})

test('a folder from elsewhere that took its place is moved away whole', async () => {
  const { folder } = storePaths(place.root)
  await remove()
  await mkdir(folder)
  await writeFile(join(folder, 'history.db'), 'not ours')
  const { aside } = await store.writeAgain(ada)
  expect(await readFile(join(place.root, aside ?? '', 'history.db'), 'utf8')).toBe('not ours')
  expect(await onDisk()).toEqual({ problems: [], updates: [1] })
})

test('does nothing to a history that is there', async () => {
  expect(await store.writeAgain(ada)).toEqual({ lostObjects: [], aside: null })
  expect(await onDisk()).toEqual({ problems: [], updates: [1] })
})

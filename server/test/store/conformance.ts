/** What every storage must do, whatever it is built of. Each test gets an empty store of its own. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestOf } from '../../src/disk/digest.ts'
import type { Store } from '../../src/store/ports.ts'
import { index } from './conformance-index.ts'
import { runLog } from './conformance-log.ts'
import { type Given, list } from './given.ts'

/** A place that can be opened again and again, and holds nothing at first. */
export interface Place {
  open(): Promise<Store>
  remove(): Promise<void>
}

const PORTS = { objects, 'the run log': runLog, 'the update log': updateLog, 'the index': index } as const

/** Declares the suite for storage of one kind, or for some of its ports. */
export function conformance(
  kind: string,
  newPlace: () => Promise<Place>,
  ports: readonly (keyof typeof PORTS)[] = ['objects', 'the run log', 'the update log', 'the index'],
): void {
  describe(kind, () => {
    let place: Place
    let store: Store
    beforeEach(async () => {
      place = await newPlace()
      store = await place.open()
    })
    afterEach(async () => {
      await store.close()
      await place.remove()
    })
    const reopen = async () => {
      await store.close()
      store = await place.open()
    }
    const given: Given = { store: () => store, reopen }
    for (const port of ports) describe(port, () => PORTS[port](given))
    test('a closed store refuses', async () => {
      await store.close()
      await expect(store.objects.put(Buffer.from('late'))).rejects.toMatchObject({ code: 'closed' })
      await store.close()
    })
  })
}

function objects({ store, reopen }: Given): void {
  test.for([0, 1, 8191, 8192, 8193, 1_000_000])('%i bytes come back, now and later', async (size) => {
    const bytes = new Uint8Array(randomBytes(size))
    const digest = await store().objects.put(bytes)
    expect(digest).toBe(digestOf(bytes))
    await reopen()
    expect(Buffer.from((await store().objects.get(digest)) ?? 'nothing').equals(bytes)).toBe(true)
    expect(await store().objects.has(digest)).toBe(true)
  })

  test.for([10, 100_000])('%i removed bytes are gone, and can be put again', async (size) => {
    const bytes = new Uint8Array(randomBytes(size))
    const digest = await store().objects.put(bytes)
    expect(await store().objects.size(digest)).toBe(size)
    await store().objects.remove([digest, digestOf(Buffer.from('never there'))])
    await reopen()
    expect([await store().objects.has(digest), await store().objects.size(digest)]).toEqual([false, null])
    expect(await store().objects.put(bytes)).toBe(digest)
    expect(await store().objects.has(digest)).toBe(true)
  })

  test('pages are one object, as if they were put together', async () => {
    const pages = [10, 100_000, 0, 70_000].map((size) => randomBytes(size))
    const whole = Buffer.concat(pages)
    const inTurn = async function* () {
      yield* pages
    }
    const stored = await store().objects.putPages(inTurn)
    expect(stored).toEqual({ digest: digestOf(whole), size: whole.length })
    expect(await store().objects.put(whole)).toBe(stored.digest)
    await reopen()
    expect(Buffer.from((await store().objects.get(stored.digest)) ?? 'nothing').equals(whole)).toBe(true)
    expect(await list(store().objects.list())).toEqual([stored.digest])
  })

  test('the same bytes are one object, however they are put', async () => {
    const around = Buffer.from('__same bytes__')
    const view = around.subarray(2, 12)
    const digests = await Promise.all(
      [view, Buffer.from('same bytes'), view].map((b) => store().objects.put(b)),
    )
    expect(new Set(digests).size).toBe(1)
    expect(await list(store().objects.list())).toEqual([digests[0]])
    expect(around.toString()).toBe('__same bytes__')
  })

  test('all are listed once, small and large', async () => {
    const put = await Promise.all(
      [10, 20, 9000, 10_000].map((size) => store().objects.put(randomBytes(size))),
    )
    expect((await list(store().objects.list())).toSorted()).toEqual(put.toSorted())
  })

  test('what is not there is null, and so is what is no digest', async () => {
    for (const digest of [digestOf('absent'), 'sha256:../../history.db', '']) {
      expect(await store().objects.get(digest)).toBeNull()
      expect(await store().objects.has(digest)).toBe(false)
    }
  })
}

function updateLog({ store, reopen }: Given): void {
  const bytes = (...values: readonly number[]) => new Uint8Array(values)
  const create = (documentId: string, path: string) =>
    store().updates.create({ documentId, epoch: `epoch of ${documentId}`, path, seed: bytes(1) })
  const updatesOf = async (documentId: string) =>
    (await store().updates.load(documentId))?.updates.map((update) => [...update])

  test('updates come back in order behind the seed', async () => {
    await create('d', 'a.ipynb')
    await create('other', 'b.ipynb')
    await Promise.all([2, 3, 4].map((value) => store().updates.append('d', [bytes(value)])))
    await store().updates.append('d', [bytes(5), bytes()])
    await reopen()
    expect(await store().updates.load('d')).toMatchObject({
      documentId: 'd',
      epoch: 'epoch of d',
      path: 'a.ipynb',
    })
    expect(await updatesOf('d')).toEqual([[1], [2], [3], [4], [5], []])
    expect(await updatesOf('other')).toEqual([[1]])
  })

  test('one update takes the place of those before it, and of no later one', async () => {
    await create('d', 'a.ipynb')
    await store().updates.append('d', [bytes(2)])
    const loaded = await store().updates.load('d')
    await store().updates.append('d', [bytes(3)])
    await store().updates.replace('d', bytes(12), loaded?.lastSeq ?? -1)
    expect(await updatesOf('d')).toEqual([[12], [3]])
    const late = store().updates.replace('d', bytes(9), (loaded?.lastSeq ?? -1) - 1)
    await expect(late).rejects.toMatchObject({ code: 'conflict' })
    expect(await updatesOf('d')).toEqual([[12], [3]])
  })

  test('ids and paths are given once', async () => {
    await create('d', 'a.ipynb')
    await expect(create('d', 'b.ipynb')).rejects.toMatchObject({ code: 'conflict' })
    await expect(create('e', 'a.ipynb')).rejects.toMatchObject({ code: 'conflict' })
    expect(await store().updates.load('e')).toBeNull()
    await expect(store().updates.append('e', [bytes(2)])).rejects.toMatchObject({ code: 'no-document' })
  })

  test('a folder moves with all that is below it, and with nothing that is only named alike', async () => {
    for (const path of ['a/n.ipynb', 'a/b/n.ipynb', 'ab/n.ipynb', 'a.ipynb']) await create(`at ${path}`, path)
    await store().updates.move('a', 'x/y')
    const now = Promise.all(
      ['x/y/n.ipynb', 'x/y/b/n.ipynb', 'ab/n.ipynb', 'a.ipynb'].map(
        store().updates.findByPath,
        store().updates,
      ),
    )
    expect(await now).toEqual(['at a/n.ipynb', 'at a/b/n.ipynb', 'at ab/n.ipynb', 'at a.ipynb'])
    expect(await store().updates.findByPath('a/n.ipynb')).toBeNull()
  })

  test('a move never lands on another document', async () => {
    await create('d', 'a.ipynb')
    await create('e', 'b.ipynb')
    await expect(store().updates.move('a.ipynb', 'b.ipynb')).rejects.toMatchObject({ code: 'conflict' })
    expect(await store().updates.findByPath('a.ipynb')).toBe('d')
  })

  test('what is removed is gone, and its path is free', async () => {
    await create('d', 'a.ipynb')
    await store().updates.remove('d')
    expect(await store().updates.load('d')).toBeNull()
    await create('e', 'a.ipynb')
    expect(await updatesOf('e')).toEqual([[1]])
  })
}

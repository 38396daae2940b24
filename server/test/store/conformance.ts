/** What every storage must do, whatever it is built of. Each test gets an empty store of its own. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestOf } from '../../src/store/digest.ts'
import type { LogEntry } from '../../src/store/log-entry.ts'
import type { Store } from '../../src/store/ports.ts'
import { at, edge, ended, queued, sessionEnded, sessionStarted, started } from './entries.ts'

/** A place that can be opened again and again, and holds nothing at first. */
export interface Place {
  open(): Promise<Store>
  remove(): Promise<void>
}

/** Declares the suite for storage of one kind. */
export function conformance(kind: string, newPlace: () => Promise<Place>): void {
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
    describe('objects', () => objects(given))
    describe('the run log', () => runLog(given))
    describe('the update log', () => updateLog(given))
    describe('the index', () => index(given))
    test('a closed store refuses', async () => {
      await store.close()
      await expect(store.objects.put(Buffer.from('late'))).rejects.toMatchObject({ code: 'closed' })
      await store.close()
    })
  })
}

interface Given {
  readonly store: () => Store
  readonly reopen: () => Promise<void>
}

const list = async <T>(items: AsyncIterable<T>) => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
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

function runLog({ store, reopen }: Given): void {
  const entries: readonly LogEntry[] = [
    sessionStarted('s'),
    queued('run1', 's'),
    started('run1'),
    ended('run1', 1),
  ]

  test('entries come back in order, as they were given', async () => {
    await store().runs.append(entries.slice(0, 2))
    await store().runs.append(entries.slice(2))
    await reopen()
    const read = await list(store().runs.read())
    expect(read.map(({ entry }) => entry)).toEqual(entries)
    const [, second] = read
    expect((await list(store().runs.read(second?.seq))).map(({ entry }) => entry)).toEqual(entries.slice(2))
  })

  test('calls made together are kept in the order of the calls', async () => {
    const runs = Array.from({ length: 200 }, (_, place) => `run${place}`)
    await Promise.all(runs.map((run) => store().runs.append([queued(run, 's')])))
    const read = await list(store().runs.read())
    expect(read.map(({ entry }) => entry.type === 'run-queued' && entry.run)).toEqual(runs)
  })

  test.for<readonly [string, readonly LogEntry[]]>([
    ['a second end of a run', [ended('run1', 2)]],
    ['an end of a run that was not queued', [ended('other', 2)]],
    ['a second queueing of a run', [queued('run1', 's')]],
    ['a start after the end', [started('run1')]],
    ['a second start of a session', [sessionStarted('s')]],
    ['an end of a session that did not start', [sessionEnded('other')]],
  ])('%s is refused, and takes the whole call with it', async ([, contradiction]) => {
    await store().runs.append(entries)
    const call = store().runs.append([queued('run2', 's'), ...contradiction])
    await expect(call).rejects.toMatchObject({ code: 'conflict' })
    expect((await list(store().runs.read())).map(({ entry }) => entry)).toEqual(entries)
    expect(await store().index.openRuns('s')).toEqual([])
  })

  test('a refused call does not take those along that came with it', async () => {
    const calls = await Promise.allSettled([
      store().runs.append([queued('run1', 's')]),
      store().runs.append([queued('run2', 's'), queued('run1', 's')]),
      store().runs.append([queued('run3', 's')]),
    ])
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await store().index.openRuns('s')).map(({ run }) => run)).toEqual(['run1', 'run3'])
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

function index({ store }: Given): void {
  const append = (...entries: readonly LogEntry[]) => store().runs.append(entries)

  test('pages follow each other while runs arrive', async () => {
    const add = (place: number) => append(queued(`run${place}`, 's'), ended(`run${place}`, place))
    for (let place = 1; place <= 5; place++) await add(place)
    const first = await store().index.page({ limit: 2 })
    await add(6)
    const second = await store().index.page({ limit: 2, before: first.next ?? '' })
    const third = await store().index.page({ limit: 2, before: second.next ?? '' })
    const told = [first, second, third].map(({ runs }) => runs.map(({ run }) => run))
    expect(told).toEqual([['run5', 'run4'], ['run3', 'run2'], ['run1']])
    expect(third.next).toBeNull()
  })

  test('a page is of one notebook, cell or session', async () => {
    await append(queued('run1', 's'), queued('run2', 't', { notebook: 'other.ipynb', cellId: 'c' }))
    await append(ended('run2', 1), ended('run1', 1))
    const runs = async (query: object) => (await store().index.page(query)).runs.map(({ run }) => run)
    expect(await runs({})).toEqual(['run1', 'run2'])
    expect(await runs({ notebook: 'book.ipynb' })).toEqual(['run1'])
    expect(await runs({ cellId: 'c' })).toEqual(['run2'])
    expect(await runs({ session: 't' })).toEqual(['run2'])
    expect(await runs({ before: 'nonsense' })).toEqual([])
  })

  test('a receipt holds all that was said, with the source', async () => {
    const source = 'x = 1\ny = "ü"'
    await store().objects.put(Buffer.from(source))
    const used = [edge('a', { part: 'p' }), edge('a', { version: 'a@2' })]
    await append(queued('run1', 's', { source }), ended('run1', 1, { used, generated: [edge('x')] }))
    const receipt = await store().index.receipt('run1')
    expect(receipt).toMatchObject({ run: 'run1', source, used, generated: [edge('x')], title: 'x = 1' })
    expect(receipt).toMatchObject({ usedNames: ['a'], generatedNames: ['x'], queued: at(1), ended: at(3) })
  })

  test('only ended runs have a receipt, links and a summary', async () => {
    await append(queued('run1', 's'), started('run1'))
    for (const run of ['run1', 'unknown']) {
      expect(await store().index.receipt(run)).toBeNull()
      expect(await store().index.links(run)).toBeNull()
    }
    expect(await store().index.summaries(['run1', 'unknown'])).toEqual([])
  })

  test('short ids are resolved as git does', async () => {
    await append(...['abcd1', 'abcd2', 'abce1', 'abc'].map((run) => queued(run, 's')))
    expect(await store().index.resolve('abcd')).toEqual({ kind: 'ambiguous', candidates: ['abcd1', 'abcd2'] })
    expect(await store().index.resolve('abce')).toEqual({ kind: 'found', run: 'abce1' })
    expect(await store().index.resolve('abc')).toEqual({ kind: 'found', run: 'abc' })
    for (const missing of ['ab', 'abcf', 'abc_', 'abc%', '']) {
      expect(await store().index.resolve(missing)).toEqual({ kind: 'missing' })
    }
  })

  test('links tell the place of a run and who made what it used', async () => {
    await append(sessionStarted('s'), queued('run1', 's'), queued('run2', 's'), sessionStarted('t'))
    await append(ended('run1', 1, { generated: [edge('x', { digest: 'd' })] }))
    await append(
      ended('run2', 2, { used: [edge('x', { by: 'run1', digest: 'd' }), edge('y', { by: 'unknown' })] }),
    )
    const x = { kind: 'variable', name: 'x', digest: 'd' }
    expect(await store().index.links('run2')).toMatchObject({
      session: 's',
      order: 2,
      used: [
        { ...x, by: 'run1' },
        { kind: 'variable', name: 'y', digest: null, by: null },
      ],
      generated: [],
    })
    expect((await store().index.links('run1'))?.generated).toEqual([{ ...x, by: null }])
  })

  test('a file was made by the last run that wrote those bytes before', async () => {
    const file = (digest: string) => [edge('f', { kind: 'file', digest })]
    const names = ['w1', 'w2', 'w3', 'reader', 'w4']
    await append(...names.map((run) => queued(run, `session of ${run}`)))
    await append(started('w1'), ended('w1', 1, { generated: file('d1') }))
    await append(started('w2'), ended('w2', 1, { generated: file('d1') }))
    await append(started('w3'), ended('w3', 1, { generated: file('d2') }))
    await append(started('reader'), ended('reader', 1, { used: file('d1') }))
    await append(started('w4'), ended('w4', 1, { generated: file('d1') }))
    expect(await store().index.fileProducer('f', 'd1', 'reader')).toBe('w2')
    expect(await store().index.fileProducer('f', 'd3', 'reader')).toBeNull()
    expect(await store().index.fileProducer('g', 'd1', 'reader')).toBeNull()
  })

  test('a file may come from a run that overlapped its reader, when no earlier one wrote it', async () => {
    await append(queued('writer', 's'), queued('reader', 't'), started('writer'), started('reader'))
    await append(
      ended('reader', 1),
      ended('writer', 1, { generated: [edge('f', { kind: 'file', digest: 'd' })] }),
    )
    expect(await store().index.fileProducer('f', 'd', 'reader')).toBe('writer')
  })

  test('after a crash, what was going on is told', async () => {
    await append(sessionStarted('s'), sessionStarted('over'), sessionEnded('over'))
    await append(
      queued('run1', 's'),
      queued('run2', 's'),
      queued('run3', 's'),
      started('run1'),
      ended('run2', 1),
    )
    const [open, ...others] = await store().index.openSessions()
    expect(others).toEqual([])
    expect(open?.session).toEqual(sessionStarted('s'))
    expect(open?.runs.map(({ run, started: begun }) => [run, begun])).toEqual([
      ['run1', at(2)],
      ['run3', null],
    ])
  })

  test('the next place in a session is one past the last', async () => {
    expect(await store().index.nextOrder('s')).toBe(1)
    await append(queued('run1', 's'), ended('run1', 7))
    expect(await store().index.nextOrder('s')).toBe(8)
  })

  test('how long a run takes is the median of the ok ones of the same cell and source', async () => {
    const add = (run: string, durationMs: number, outcome: 'ok' | 'error', source: string) =>
      append(queued(run, 's', { cellId: 'c', source }), ended(run, 1, { durationMs, outcome }))
    await add('run1', 10, 'ok', 'x')
    await add('run2', 30, 'ok', 'x')
    await add('run3', 1000, 'error', 'x')
    await add('run4', 500, 'ok', 'y')
    expect(await store().index.expectedMs('c', digestOf('x'))).toBe(20)
    expect(await store().index.expectedMs('c', digestOf('z'))).toBeNull()
  })

  test('fractions of a millisecond are kept', async () => {
    await append(queued('run1', 's', { cellId: 'c', source: 'x' }), ended('run1', 1, { durationMs: 1.5 }))
    expect(await store().index.expectedMs('c', digestOf('x'))).toBe(1.5)
  })
}

/**
 * What one member sends holds up no other, however large the notebook is. Counted are copies of the document, edits of
 * others between refusals, and processor time of the longest turn of the event loop beside that of the same work alone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell } from '../../contract/document.ts'
import { type CheckThread, CheckThreads } from '../../src/document/check-threads.ts'
import { defineRoots } from '../../src/document/document-form.ts'
import { LiveDocument } from '../../src/document/live-document.ts'
import { slowness, Turns } from '../fuzz/turns.ts'

const CELLS = 10_000
const BROKEN = Uint8Array.of(1, 2, 3)
/** The longest turn that others may wait for, ms of processor time on the machine for which limits are stated. */
const STALL_MS = 250

/** Threads that count how often a whole document is given to one. */
class CountedThreads extends CheckThreads {
  copies = 0
  readonly #counted = new WeakSet<CheckThread>()

  override get(): CheckThread {
    const thread = super.get()
    if (this.#counted.has(thread)) return thread
    this.#counted.add(thread)
    const ask = thread.ask.bind(thread)
    thread.ask = (question) => {
      if (question.type === 'start') this.copies++
      return ask(question)
    }
    return thread
  }
}

const threads = new CountedThreads()
/** Refusals for which the thread had to replace its copy. */
let replacedCopies = 0
const log: Uint8Array[] = []
let live: LiveDocument

/** One document for all tests: it takes long to make. */
beforeAll(async () => {
  const doc = emptyDoc()
  cellsOf(doc).push(
    Array.from({ length: CELLS }, (_, n) =>
      makeCell({ id: `c${n}`, type: 'code', source: `value_${n} = ${n}` }),
    ),
  )
  live = new LiveDocument({
    id: 'large',
    epoch: 'first',
    path: 'a.ipynb',
    writable: true,
    doc,
    threads,
    append: async (updates) => void log.push(...updates),
    trouble: (error) => expect(error).toBeNull(),
    wait: () => Promise.resolve(),
  })
  // The thread has its copy from here on.
  await send('warm', Uint8Array.of(1, 0, 0))
})

afterAll(() => live.destroy())

function emptyDoc(): Y.Doc {
  const doc = new Y.Doc()
  defineRoots(doc)
  return doc
}

/** What a page would send that inserts a text into the source of the first cell. */
function insertion(text: string): Uint8Array {
  const source = cellSource(cellsOf(live.doc).get(0))
  const copy = emptyDoc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(live.doc))
  const before = Y.encodeStateVector(copy)
  cellSource(cellsOf(copy).get(0)).insert(source.length, text)
  return Y.encodeStateAsUpdate(copy, before)
}

const senders = new Map<string, object>()
/** The reason of a refusal; null once the edit is durable. Each author has one connection. */
function send(author: string, update: Uint8Array): Promise<string | null> {
  const sender = senders.get(author) ?? {}
  senders.set(author, sender)
  return new Promise((resolve) =>
    live.submit({
      update,
      sender,
      author,
      settled: () => resolve(null),
      refused: ({ problem, isCostly }) => {
        if (isCostly) replacedCopies++
        resolve(problem)
      },
    }),
  )
}

/** Processor time of the longest turn until the work is done, ms. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const turns = new Turns()
  turns.start()
  await work()
  return turns.stop()
}

test('100 broken updates copy no document, and edits of others are taken in between', async () => {
  const stored = log.length
  const edits = ['ann', 'bob'].map(insertion)
  let refused = 0
  const refusedBefore: number[] = []
  const longest = await longestTurn(async () => {
    const broken = Array.from({ length: 100 }, async () => {
      expect(await send('mallory', BROKEN)).toMatch(/cannot be read/)
      refused++
    })
    const others = edits.map(async (update, n) => {
      expect(await send(`other ${n}`, update)).toBeNull()
      refusedBefore.push(refused)
    })
    await Promise.all([...broken, ...others])
  })
  expect(refused).toBe(100)
  for (const count of refusedBefore) expect(count).toBeLessThan(50)
  expect([threads.copies, replacedCopies]).toEqual([1, 0])
  expect(log.length - stored).toBeLessThanOrEqual(edits.length)
  expect(longest).toBeLessThan(STALL_MS * slowness())
})

test('updates that are padded to 10 MB store nothing and are not worked on in this thread', async () => {
  const [before, [client = 0]] = [log.length, [...live.doc.store.clients.keys()]]
  const padded = paddedUpdate(client, 10 * 1024 * 1024)
  const longest = await longestTurn(async () => {
    for (let n = 0; n < 5; n++) expect(await send('mallory', padded)).toBeNull()
  })
  expect(log.length).toBe(before)
  expect(threads.copies).toBe(1)
  expect(longest).toBeLessThan(STALL_MS * slowness())
})

test('an update that is padded above the limit is refused', async () => {
  const [client = 0] = live.doc.store.clients.keys()
  const before = log.length
  expect(await send('mallory', paddedUpdate(client, 31 * 1024 * 1024))).toMatch(/31 MB.*16 MB/)
  expect(log.length).toBe(before)
})

test('a legal update of 15 MB costs others no more than what it must: that it is put into the document', async () => {
  const update = insertion('x'.repeat(15 * 1024 * 1024))
  const alone = await longestTurn(async () => {
    const copy = emptyDoc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(live.doc))
    Y.applyUpdate(copy, update)
  })
  const longest = await longestTurn(async () => expect(await send('mallory', update)).toBeNull())
  expect(longest).toBeLessThan(Math.max(STALL_MS * slowness(), 3 * alone))
  expect(threads.copies).toBe(1)
})

/** Says an item again that the document has, with a JSON value of `size` bytes. */
function paddedUpdate(client: number, size: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = client
  doc.getArray('cells').push(['x'.repeat(size)])
  return Y.encodeStateAsUpdate(doc)
}

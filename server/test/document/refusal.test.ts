/** Updates that were broken on the way: each is taken as one that is whole, or refused and changes nothing, without delay. */
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell } from '../../contract/document.ts'
import { defineRoots } from '../../src/document/document-form.ts'
import { LiveDocument } from '../../src/document/live-document.ts'
import { Scratch } from '../../src/document/scratch.ts'
import { dice } from './dice.ts'

const rounds = 2000

const nothingYet = Y.encodeStateVector(new Y.Doc())

/** The same document each time. */
function seeded(): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = 1
  defineRoots(doc)
  cellsOf(doc).push(['one', 'two'].map((id) => makeCell({ id, type: 'markdown', source: `text of ${id}` })))
  return doc
}

function copyOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  defineRoots(doc)
  Y.applyUpdate(doc, update)
  return doc
}

/** Updates such as browsers send, made on a copy of the document. */
function samples(doc: Y.Doc): Uint8Array[] {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  const updates: Uint8Array[] = []
  copy.on('update', (update: Uint8Array) => updates.push(update))
  cellSource(cellsOf(copy).get(0)).insert(3, 'inserted')
  cellSource(cellsOf(copy).get(1)).delete(0, 4)
  cellsOf(copy).push([makeCell({ id: 'three', type: 'code', source: 'new' })])
  cellsOf(copy).delete(0)
  cellsOf(copy).get(0).set('cell_type', 'raw')
  return updates
}

/** Bytes changed, cut out, doubled, or cut off. */
function mutated(update: Uint8Array, roll: (limit: number) => number): Uint8Array {
  const bytes = [...update]
  for (let times = 1 + roll(3); times > 0; times--) {
    const at = roll(bytes.length + 1)
    const kind = roll(5)
    if (kind === 0) bytes.splice(at, 1)
    else if (kind === 1) bytes.splice(at, 0, roll(256))
    else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + roll(12)))
    else if (kind === 3) bytes.length = at
    else bytes[roll(Math.max(1, bytes.length))] = roll(256)
  }
  return Uint8Array.from(bytes)
}

test(`of ${rounds} mutated updates none hangs, throws or half enters; after them a whole one still enters`, () => {
  const roll = dice(7)
  const seed = Y.encodeStateAsUpdate(seeded())
  const whole = samples(seeded())
  let [refused, costly] = [0, 0]
  let scratch = new Scratch([seed])
  for (let round = 0; round < rounds; round++) {
    const before = scratch.since(nothingYet)
    const tried = scratch.try(mutated(whole[roll(whole.length)] ?? new Uint8Array(), roll), 'ann')
    while (scratch.prepare());
    if (tried.ok) {
      expectWhole(copyOf(scratch.since(nothingYet)))
      scratch.destroy()
      scratch = new Scratch([seed])
      continue
    }
    refused++
    if (tried.isCostly) costly++
    expect(scratch.since(nothingYet)).toEqual(before)
  }
  expect(refused).toBeGreaterThan(rounds / 4)
  expect(costly).toBeGreaterThan(0)
  expect(scratch.try(whole[0] ?? new Uint8Array(), 'ann')).toMatchObject({ ok: true })
  expect(cellSource(cellsOf(copyOf(scratch.since(nothingYet))).get(0)).toString()).toBe('texinsertedt of one')
})

/** Submits an update to a live document; the reason of a refusal, or null once it is durable. */
const submit = (live: LiveDocument, update: Uint8Array): Promise<string | null> =>
  new Promise((resolve) =>
    live.submit({
      update,
      sender: live,
      author: 'ann',
      settled: () => resolve(null),
      refused: ({ problem }) => resolve(problem),
    }),
  )

test('what a live document refuses is neither logged nor in the document; what comes after it is', async () => {
  const log: Uint8Array[] = []
  const doc = copyOf(Y.encodeStateAsUpdate(seeded()))
  const live = new LiveDocument({
    id: 'refusing',
    epoch: 'first',
    path: 'a.ipynb',
    writable: true,
    doc,
    append: async (updates) => void log.push(...updates),
    trouble: (error) => expect(error).toBeNull(),
    wait: () => Promise.resolve(),
  })
  const [whole = new Uint8Array()] = samples(doc)
  const before = Y.encodeStateAsUpdate(doc)
  const broken = await Promise.all(
    [[1, 2, 3], [...whole].slice(0, 9), [...whole, 0]].map((bytes) => submit(live, Uint8Array.from(bytes))),
  )
  for (const problem of broken) expect(problem).toMatch(/cannot be read/)
  expect(log).toEqual([])
  expect(Y.encodeStateAsUpdate(doc)).toEqual(before)
  expect(await submit(live, whole)).toBeNull()
  expect(cellSource(cellsOf(doc).get(0)).toString()).toBe('texinsertedt of one')
  const logged = log.length
  expect(await submit(live, whole)).toBeNull()
  expect(await submit(live, Y.encodeStateAsUpdate(doc))).toBeNull()
  expect(log).toHaveLength(logged)
  live.destroy()
})

/** A mutated update that may enter is one that a browser could have sent: the notebook keeps its form. */
function expectWhole(doc: Y.Doc): void {
  expect(doc.store.pendingStructs).toBeNull()
  expect(doc.store.pendingDs).toBeNull()
  for (const cell of cellsOf(doc)) {
    expect(cell).toBeInstanceOf(Y.Map)
    expect(cell.get('source')).toBeInstanceOf(Y.Text)
    expect(cell.get('id')).toMatch(/^[\w-]{1,64}$/)
  }
}

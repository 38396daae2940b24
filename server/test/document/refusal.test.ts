/** Updates that were broken on the way: each is taken as one that is whole, or refused and changes nothing, without delay. */
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell } from '../../contract/document.ts'
import { defineRoots, LiveDocument } from '../../src/document/live-document.ts'
import { dice } from './dice.ts'

const rounds = 2000

function seeded(): Y.Doc {
  const doc = new Y.Doc()
  defineRoots(doc)
  cellsOf(doc).push(['one', 'two'].map((id) => makeCell({ id, type: 'markdown', source: `text of ${id}` })))
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

test(`of ${rounds} mutated updates none hangs, throws or half enters; after them a whole one still enters`, async () => {
  const roll = dice(7)
  const log: Uint8Array[] = []
  const seed = seeded()
  let refused = 0
  let slowest = 0
  const make = (): LiveDocument => {
    const doc = new Y.Doc()
    defineRoots(doc)
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(seed))
    return new LiveDocument({
      id: 'fuzzed',
      epoch: 'first',
      path: 'a.ipynb',
      writable: true,
      doc,
      append: async (updates) => void log.push(...updates),
      trouble: (error) => expect(error).toBeNull(),
      wait: () => Promise.resolve(),
    })
  }
  const whole = samples(seed)
  let live = make()
  for (let round = 0; round < rounds; round++) {
    const before = Y.encodeStateAsUpdate(live.doc)
    const update = mutated(whole[roll(whole.length)] ?? new Uint8Array(), roll)
    const logged = log.length
    const from = performance.now()
    const problem = live.submit(update, live, () => undefined)
    slowest = Math.max(slowest, performance.now() - from)
    await live.flushed()
    if (problem === null) {
      expectWhole(live.doc)
      live.destroy()
      live = make()
      continue
    }
    refused++
    expect(log).toHaveLength(logged)
    expect(Y.encodeStateAsUpdate(live.doc)).toEqual(before)
  }
  expect(refused).toBeGreaterThan(rounds / 4)
  expect(slowest).toBeLessThan(5000)
  expect(live.submit(whole[0] ?? new Uint8Array(), live, () => undefined)).toBeNull()
  await live.flushed()
  expect(cellSource(cellsOf(live.doc).get(0)).toString()).toBe('texinsertedt of one')
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

/** Updates that are read and split without Yjs make what Yjs makes of the whole. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell } from '../../contract/document.ts'
import { splitUpdate } from '../../src/document/split-update.ts'
import { scanUpdate } from '../../src/document/update-scan.ts'
import { dice } from './dice.ts'

/** A notebook that several people made at once: inserts, deletions, texts, moves, JSON values. */
function madeTogether(seed: number, steps: number): Y.Doc {
  const roll = dice(seed)
  const docs = Array.from({ length: 4 }, () => new Y.Doc())
  // Chosen, so that a seed gives the same document each time.
  docs.forEach((doc, index) => {
    doc.clientID = 1 + ((index + seed) % docs.length)
  })
  for (let step = 0; step < steps; step++) {
    const doc = docs[roll(docs.length)] ?? new Y.Doc()
    edit(doc, roll, step)
    const other = docs[roll(docs.length)] ?? doc
    if (roll(3) === 0) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)))
  }
  const [all] = docs
  if (all === undefined) throw new Error('there are documents')
  for (const doc of docs) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc))
  return all
}

function edit(doc: Y.Doc, roll: (limit: number) => number, step: number): void {
  const cells = cellsOf(doc)
  const index = roll(cells.length + 1)
  const cell = cells.length > index ? cells.get(index) : null
  if (cell === null || roll(4) === 0)
    cells.insert(index, [makeCell({ id: `c${step}`, type: 'code', source: `é😀 ${step}` })])
  else if (roll(5) === 0) cells.delete(index)
  else if (roll(6) === 0) cell.set('attachments', { deep: [{ value: [1, 2.5, null, true, 'x', -7] }] })
  else cellSource(cell).insert(roll(cellSource(cell).length + 1), 'ab')
}

test('pieces of an update, in order, make the same document and never wait for one another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 40 }), (seed, size) => {
      const whole = madeTogether(seed, 60)
      const update = Y.encodeStateAsUpdate(whole)
      const copy = new Y.Doc()
      for (const piece of splitUpdate(update, size)) {
        Y.applyUpdate(copy, piece)
        expect(copy.store.pendingStructs).toBeNull()
        expect(copy.store.pendingDs).toBeNull()
      }
      expect(cellsOf(copy).toJSON()).toEqual(cellsOf(whole).toJSON())
      const [made, meant] = [copy, whole].map((doc) => Y.decodeStateVector(Y.encodeStateVector(doc)))
      expect(made).toEqual(meant)
    }),
    { numRuns: 40 },
  )
})

test('a struct that two others need by turns does not run ahead of them', () => {
  for (let seed = 1; seed <= 80; seed++) {
    const copy = new Y.Doc()
    for (const piece of splitUpdate(Y.encodeStateAsUpdate(madeTogether(seed, 30)), 1)) {
      Y.applyUpdate(copy, piece)
      expect(copy.store.pendingStructs).toBeNull()
    }
  }
})

test('a scan counts the structs that Yjs decodes, with their clocks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const update = Y.encodeStateAsUpdate(madeTogether(seed, 60))
      const ids: string[] = []
      const { structs } = scanUpdate(update, ({ client, clock, length }) =>
        ids.push(`${client} ${clock} ${length}`),
      )
      const decoded = Y.decodeUpdate(update).structs
      expect(structs).toBe(decoded.length)
      expect(ids).toEqual(decoded.map(({ id, length }) => `${id.client} ${id.clock} ${length}`))
    }),
    { numRuns: 40 },
  )
})

test('whatever the bytes are, a scan ends or throws, and what it refuses Yjs would not have read whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        scanUpdate(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a count that no bytes follow, and bytes behind the end, are refused', () => {
  const huge = Uint8Array.from([1, 0xff, 0xff, 0xff, 0x7f, 1, 0])
  expect(() => scanUpdate(huge)).toThrow(/ends too early/)
  expect(() => scanUpdate(Uint8Array.from([0, 0, 0]))).toThrow(/after its end/)
  expect(() => scanUpdate(new Uint8Array(12).fill(0xff))).toThrow(/too large/)
})

/** Updates that browsers send to a room. Input: the bytes of one update. */
import fc from 'fast-check'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell } from '../../contract/document.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { defineRoots, readForm } from '../../src/document/document-form.ts'
import { repairCells } from '../../src/document/repair.ts'
import { Scratch } from '../../src/document/scratch.ts'
import { splitUpdate } from '../../src/document/split-update.ts'

/** The document that all inputs meet; its structs are those of client 1. */
function seed(): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 1
  const cells = ['one', 'two'].map((id) => makeCell({ id, type: 'code', source: `text of ${id}` }))
  cellsOf(doc).push(cells)
  return Y.encodeStateAsUpdate(doc)
}

const nothing = Y.encodeStateVector(new Y.Doc())
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor'),
)
const edit = fc.oneof(
  fc.record({ do: fc.constant('type' as const), at: fc.nat(20), text }),
  fc.record({ do: fc.constant('cell' as const), at: fc.nat(3), text }),
  fc.record({ do: fc.constant('key' as const), at: fc.nat(3), text, value: fc.jsonValue() }),
  fc.record({ do: fc.constant('delete' as const), at: fc.nat(3), text }),
)
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

/** What a browser sends after these edits, allowed or not. */
function updateOf(client: number, edits: readonly Edit[]): Uint8Array {
  const doc = copyOf(seed())
  const before = Y.encodeStateVector(doc)
  doc.clientID = client
  doc.transact(() => {
    for (const one of edits) perform(doc, one)
  })
  return Y.encodeStateAsUpdate(doc, before)
}

function perform(doc: Y.Doc, one: Edit): void {
  const cells = cellsOf(doc)
  const place = Math.min(one.at, cells.length)
  const cell = cells.length === 0 ? null : cells.get(Math.min(one.at, cells.length - 1))
  if (one.do === 'cell') cells.insert(place, [makeCell({ id: one.text, type: 'code', source: one.text })])
  else if (cell === null) return
  else if (one.do === 'delete') cells.delete(Math.min(one.at, cells.length - 1))
  else if (one.do === 'key') cell.set(one.text, JSON.stringify(one.value))
  else cellSource(cell).insert(Math.min(one.at, cellSource(cell).length), one.text)
}

function copyOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  defineRoots(doc)
  Y.applyUpdate(doc, update)
  return doc
}

/** What is accepted can be read, mended, split and applied again by all who get it. */
function follow(scratch: Scratch, update: Uint8Array): void {
  const whole = scratch.since(nothing)
  const doc = copyOf(seed())
  for (const piece of splitUpdate(update, 2)) Y.applyUpdate(doc, piece)
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Error('a part is missing')
  doc.transact(() => repairCells(doc))
  JSON.stringify(readForm(doc))
  JSON.stringify(readForm(copyOf(whole)))
}

export const target = {
  inputs: fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.array(edit, { minLength: 1, maxLength: 5 }))
      .map(([client, edits]) => updateOf(client, edits)),
    fc.uint8Array({ maxLength: 64 }),
  ),
  open: async () => {
    let scratch = new Scratch([seed()])
    return {
      feed: async (input: Uint8Array) => {
        const tried = scratch.try(input, 'ann')
        while (scratch.prepare());
        if (!tried.ok) return 'refused' as const
        if (tried.update !== null) follow(scratch, tried.update)
        scratch.destroy()
        scratch = new Scratch([seed()])
        return 'accepted' as const
      },
      state: () => digestOf(scratch.since(nothing)),
      close: async () => scratch.destroy(),
    }
  },
}

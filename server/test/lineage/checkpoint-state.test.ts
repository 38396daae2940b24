/** A checkpoint is put back into a document as edits: the cells are those of then, the outputs that still fit stay. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellOutputs, cellSource, cellsOf, findCell, makeCell } from '../../contract/document.ts'
import { defineRoots, makeOutput, readForm, seedDocument } from '../../src/document/document-form.ts'
import { checkpointText, readState, restoreState } from '../../src/lineage/checkpoint-state.ts'

type Cell = { readonly id: string; readonly type: 'code' | 'markdown' | 'raw'; readonly source: string }

function documentOf(cells: readonly Cell[]): Y.Doc {
  const doc = new Y.Doc()
  defineRoots(doc)
  seedDocument(doc, { nbformat: 4, minor: 5, metadata: {}, cells: [] })
  cellsOf(doc).push(cells.map(makeCell))
  return doc
}

const ada = { id: 'ada', name: 'Ada' }

const stateOf = (doc: Y.Doc) => {
  const state = readState(Buffer.from(checkpointText(doc)))
  if (state === null) throw new Error('no state')
  return state
}

const cells = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    type: fc.constantFrom('code' as const, 'markdown' as const, 'raw' as const),
    source: fc.constantFrom('', 'x = 1', 'x = 1\ny = 2', 'y = 2\nx = 1', '# Title'),
  }),
  { selector: ({ id }) => id, minLength: 1 },
)

test('whatever the notebook is now, it says what the checkpoint says', () => {
  fc.assert(
    fc.property(cells, cells, (then, now) => {
      const doc = documentOf(now)
      restoreState(doc, stateOf(documentOf(then)), ada)
      const form = readForm(doc).cells.map(({ id, type, source }) => ({ id, type, source }))
      expect(form).toEqual(then)
    }),
  )
})

test('a cell keeps its text type and its outputs, so that carets and comments stay', () => {
  const doc = documentOf([
    { id: 'a', type: 'code', source: 'x = 2' },
    { id: 'b', type: 'code', source: 'print(x)' },
  ])
  const [a, b] = [findCell(doc, 'a')?.cell, findCell(doc, 'b')?.cell]
  if (!a || !b) throw new Error('no cells')
  const state = stateOf(doc)
  const text = cellSource(a)
  text.insert(0, 'y = 1\n')
  cellOutputs(b)?.push([makeOutput({ output_type: 'stream', name: 'stdout', text: '2\n' })])
  cellsOf(doc).insert(0, [makeCell({ id: 'c', type: 'code', source: 'new' })])
  restoreState(doc, state, ada)
  expect(text.toString()).toBe('x = 2')
  expect(cellSource(findCell(doc, 'a')?.cell ?? a)).toBe(text)
  expect(cellOutputs(findCell(doc, 'b')?.cell ?? b)?.length).toBe(1)
  expect(findCell(doc, 'c')).toBeNull()
})

test('an empty state changes nothing', () => {
  const doc = documentOf([{ id: 'a', type: 'code', source: 'x' }])
  restoreState(doc, { nbformat: 4, minor: 5, metadata: {}, cells: [] }, ada)
  expect(readForm(doc).cells).toHaveLength(1)
})

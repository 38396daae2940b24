import { cellOutputs, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { afterChange, selectedCells, selectOne, step } from '../src/access/selection.ts'
import { CellEdits, cellIds } from '../src/notebook/cell-edits.ts'
import { look, strokeName } from '../src/notebook/keys.ts'

const me = { person: 'test' }

function notebookOf(...sources: string[]) {
  const doc = new Y.Doc()
  const cells = sources.map((source, index) => makeCell({ id: `c${index}`, type: 'code', source }))
  cellsOf(doc).insert(0, cells)
  return {
    doc,
    edits: new CellEdits(doc, me),
    texts: () => cellsOf(doc).map((cell) => cellSource(cell).toString()),
  }
}

test('cells move with their ids, in their order', () => {
  const { doc, edits } = notebookOf('a', 'b', 'c', 'd')
  const moved = (cells: readonly string[], before: string | null) => {
    edits.moveBefore(cells, before)
    return cellIds(doc).join(' ')
  }
  expect(moved(['c1', 'c2'], null)).toBe('c0 c3 c1 c2')
  expect(moved(['c2', 'c1'], 'c0')).toBe('c1 c2 c0 c3')
  expect(moved(['c1', 'c3'], 'c0')).toBe('c2 c1 c3 c0')
})

test('cells that are at their target do not move, and edits of others go on', () => {
  const { doc, edits } = notebookOf('a', 'b', 'c')
  const before = cellsOf(doc).get(1)
  edits.moveBefore(['c1'], 'c1')
  edits.moveBefore(['c1'], 'c2')
  edits.moveBefore(['c1', 'c2'], null)
  expect(cellsOf(doc).get(1)).toBe(before)
})

test('a cell is split at the cursor and merged again', () => {
  const { edits, texts } = notebookOf('a = 1\nb = 2')
  const lower = edits.split('c0', 5)
  expect(texts()).toEqual(['a = 1', 'b = 2'])
  edits.merge(['c0', lower ?? ''])
  expect(texts()).toEqual(['a = 1\nb = 2'])
})

test('undo brings a deleted cell back with its text, and takes nothing of others back', () => {
  const { doc, edits, texts } = notebookOf('a', 'b')
  const undo = new Y.UndoManager(cellsOf(doc), { trackedOrigins: new Set([me]) })
  edits.remove(['c1'])
  cellSource(cellsOf(doc).get(0)).insert(1, '!')
  undo.undo()
  expect(texts()).toEqual(['a!', 'b'])
  expect(cellIds(doc)).toEqual(['c0', 'c1'])
})

test('a notebook keeps one cell', () => {
  const { edits, texts } = notebookOf('a')
  edits.remove(['c0'])
  expect(texts()).toEqual([''])
})

test('two strokes give one command, and a stray first one is forgotten', () => {
  expect(look('', 'd', 'command')).toEqual({ command: null, held: 'd' })
  expect(look('d', 'd', 'command')).toEqual({ command: 'delete', held: '' })
  expect(look('d', 'a', 'command')).toEqual({ command: 'insertAbove', held: '' })
  expect(look('', 'd', 'edit')).toEqual({ command: null, held: '' })
})

test('Mod is Cmd on a Mac and Ctrl elsewhere', () => {
  const stroke = { key: 'C', ctrlKey: true, metaKey: false, altKey: false, shiftKey: true }
  expect(strokeName(stroke, false)).toBe('Mod-Shift-c')
  expect(strokeName(stroke, true)).toBe('Shift-c')
})

test('the selection is the stretch between anchor and active cell, and survives deletions', () => {
  const order = ['a', 'b', 'c', 'd']
  const two = step(selectOne('b'), order, 1, true)
  expect(selectedCells(two, order)).toEqual(['b', 'c'])
  expect(afterChange(two, order, ['a', 'd']).active).toBe('d')
  expect(afterChange(selectOne('d'), order, ['a']).active).toBe('a')
})

test('a copied cell is pasted whole, more than once, with its outputs and under ids of its own', () => {
  const { doc, edits, texts } = notebookOf('a', 'b')
  const output = new Y.Map<unknown>([
    ['output_type', 'stream'],
    ['name', 'stdout'],
    ['text', new Y.Text('shown')],
  ])
  cellOutputs(cellsOf(doc).get(0))?.insert(0, [output])
  const copies = edits.copies(['c0'])
  edits.remove(['c0'])
  const pasted = [...edits.paste(1, copies), ...edits.paste(2, copies)]
  expect(texts()).toEqual(['b', 'a', 'a'])
  expect(cellIds(doc)).toEqual(['c1', ...pasted])
  expect(new Set(pasted).size).toBe(2)
  for (const index of [1, 2]) {
    const cell = cellsOf(doc).get(index)
    expect(cellSource(cell)).toBeInstanceOf(Y.Text)
    expect(cellOutputs(cell)?.get(0).get('text')).toBeInstanceOf(Y.Text)
    expect(cell.toJSON()).toMatchObject({ outputs: [{ text: 'shown' }], execution_state: 'idle' })
  }
})

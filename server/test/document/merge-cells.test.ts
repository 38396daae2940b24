/** A file that another program changed: which cell is which, and the final place of each. */
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellId, cellOutputs, cellSource, cellsOf } from '../../contract/document.ts'
import type { CellForm, NotebookForm } from '../../src/document/cell-form.ts'
import { readForm, seedDocument } from '../../src/document/document-form.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { mergeFile } from '../../src/document/merge.ts'

type Cell = readonly [id: string | null, source: string]

function form(cells: readonly Cell[], minor = 5): NotebookForm {
  const raw = cells.map(([id, source]) => ({
    ...(id === null ? {} : { id }),
    cell_type: 'code',
    source,
    metadata: {},
    outputs: [{ output_type: 'stream', name: 'stdout', text: `of ${source}` }],
    execution_count: 1,
  }))
  const json = { cells: raw, metadata: {}, nbformat: 4, nbformat_minor: minor }
  const read = readNotebook(Buffer.from(JSON.stringify(json)))
  if (!read.ok) throw new Error(read.refusal.message)
  return read.file.form
}

/** The document after the file said `base` and then `file`; `edit` is what people did meanwhile. */
function merged(base: NotebookForm, file: NotebookForm, edit: (doc: Y.Doc) => void = () => undefined) {
  const doc = new Y.Doc()
  doc.transact(() => seedDocument(doc, base))
  edit(doc)
  const report = mergeFile(doc, base, file)
  return { doc, report, cells: cellsOf(doc).map((cell) => [cellId(cell), cellSource(cell).toString()]) }
}
const ids = ({ cells }: { readonly cells: readonly CellForm[] }) => cells.map(({ id }) => id)

const abc: readonly Cell[] = [
  ['a', '1'],
  ['b', '2'],
  ['c', '3'],
]

test('a cell that is new is not taken for one that is gone, though both are in one place', () => {
  const { cells } = merged(
    form(abc),
    form([
      ['a', '1'],
      ['new', 'other'],
      ['b', '2'],
    ]),
  )
  expect(cells).toEqual([
    ['a', '1'],
    ['new', 'other'],
    ['b', '2'],
  ])
})

test('cells without ids of their own are edited in place, also among cells that have some', () => {
  const base = form([
    [null, 'x = 1'],
    ['b', '2'],
    [null, 'z = 3'],
  ])
  const { doc, cells } = merged(
    base,
    form([
      [null, 'x = 10'],
      ['b', '2'],
      [null, 'z = 3'],
    ]),
  )
  expect(cells.map(([, source]) => source)).toEqual(['x = 10', '2', 'z = 3'])
  expect(ids(readForm(doc))).toEqual(ids(base))
})

test('a program that gives all cells new ids leaves them the cells that they are', () => {
  const base = form(abc)
  const { doc } = merged(
    base,
    form([
      ['p', '1'],
      ['q', '20'],
      ['r', '3'],
    ]),
  )
  expect(ids(readForm(doc))).toEqual(['a', 'b', 'c'])
  expect(readForm(doc).cells.map(({ source }) => source)).toEqual(['1', '20', '3'])
})

test('cells that the file has moved are moved, with what they show; new ones of the page stay beside their neighbour', () => {
  const { doc, cells, report } = merged(
    form([...abc, ['d', '4']]),
    form([
      ['d', '4'],
      ['b', '2'],
      ['a', '10'],
      ['c', '3'],
    ]),
    (doc) => {
      const mine = cellsOf(doc).get(1).clone()
      mine.set('id', 'mine')
      cellsOf(doc).insert(2, [mine])
    },
  )
  expect(cells.map(([id]) => id)).toEqual(['d', 'b', 'mine', 'a', 'c'])
  expect(cells.find(([id]) => id === 'a')).toEqual(['a', '10'])
  expect(cellOutputs(cellsOf(doc).get(0))?.get(0)?.get('text')?.toString()).toBe('of 4')
  expect(report.notices).toEqual([])
})

test('where the page has moved cells too, its order stays', () => {
  const { cells } = merged(
    form(abc),
    form([
      ['c', '3'],
      ['b', '2'],
      ['a', '1'],
    ]),
    (doc) => {
      const moved = cellsOf(doc).get(0).clone()
      cellsOf(doc).delete(0)
      cellsOf(doc).insert(1, [moved])
    },
  )
  expect(cells.map(([id]) => id)).toEqual(['b', 'a', 'c'])
})

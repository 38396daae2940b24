/** A checkpoint's state: taken from a document, read as cells, and put back into a document. */
import * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'
import { cellId, cellSource, cellsOf, cellType, findCell, origin } from '../../contract/document.ts'
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { makeFormCell, readCell, readForm } from '../document/document-form.ts'
import { editFor } from '../document/edited-for.ts'
import { readNotebook } from '../document/ipynb-read.ts'
import { sameJson } from '../document/json-value.ts'
import { mergeOrder } from '../document/merge-order.ts'
import { notebookJson } from '../document/notebook-json.ts'
import { changeText } from '../document/text-change.ts'

/** The document as a notebook file. Outputs are left out: those that were recorded are with their runs. */
export function checkpointText(doc: Y.Doc): string {
  const form = readForm(doc)
  const cells = form.cells.map((cell) => (cell.outputs === null ? cell : { ...cell, outputs: [] }))
  return notebookJson({ ...form, nbformat: 4, minor: 5, cells })
}

/** The state of a checkpoint; null if the bytes are no notebook. */
export function readState(bytes: Uint8Array): NotebookForm | null {
  const read = readNotebook(bytes)
  return read.ok ? read.file.form : null
}

/**
 * Makes the document's cells those of the state, as edits: a cell that is in both keeps its outputs and its comments, one
 * that is not in the state is removed.
 */
export function restoreState(doc: Y.Doc, { cells }: NotebookForm, editor: Actor): void {
  if (cells.length === 0) return
  doc.transact((transaction) => {
    editFor(transaction, editor)
    const wanted = new Set(cells.map(({ id }) => id))
    for (const id of cellsOf(doc).map(cellId)) {
      const found = wanted.has(id) ? null : findCell(doc, id)
      if (found !== null) cellsOf(doc).delete(found.index)
    }
    for (const cell of cells) restoreCell(doc, cell)
    mergeOrder(
      doc,
      cellsOf(doc).map(cellId),
      cells.map(({ id }) => id),
    )
  }, origin.file)
}

function restoreCell(doc: Y.Doc, wanted: CellForm): void {
  const found = findCell(doc, wanted.id)
  const made = { ...wanted, executionCount: null }
  if (found === null) {
    cellsOf(doc).push([makeFormCell(made)])
    return
  }
  const { cell, index } = found
  if (cellType(cell) !== wanted.type) {
    cellsOf(doc).delete(index)
    cellsOf(doc).insert(index, [makeFormCell(made)])
    return
  }
  const now = readCell(cell)
  if (now.source !== wanted.source) changeText(cellSource(cell), now.source, wanted.source)
  if (!sameJson(now.metadata, wanted.metadata))
    cell.set('metadata', new Y.Map(Object.entries(wanted.metadata)))
  if (!sameJson(now.attachments, wanted.attachments)) cell.set('attachments', wanted.attachments ?? {})
}

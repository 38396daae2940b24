/**
 * Repairs a notebook after concurrent edits that are each valid alone: a cell moved by two browsers is there
 * twice. Invariant: afterwards no two cells share an id and every code cell has a list of outputs; no text is lost.
 */
import * as Y from 'yjs'
import { cellId, cellOutputs, cellsOf, cellType, type YCell } from '../../contract/document.ts'
import { sameContent } from './cell-form.ts'
import { makeId } from './cell-ids.ts'
import { readCell } from './document-form.ts'
import { hashText } from './ipynb-read.ts'

/** To be called in a transaction of the server's. Does nothing to a notebook that is whole. */
export function repairCells(doc: Y.Doc): void {
  const first = new Map<string, YCell>()
  const cells = cellsOf(doc).toArray()
  const copies = cells.filter((cell) => {
    const isCopy = first.has(cellId(cell))
    if (!isCopy) first.set(cellId(cell), cell)
    if (cellType(cell) === 'code' && cellOutputs(cell) === null) cell.set('outputs', new Y.Array())
    return isCopy
  })
  const taken = new Set(cells.map(cellId))
  for (const copy of copies) settleCopy(doc, first.get(cellId(copy)), copy, taken)
}

/** A copy that says the same goes; one that was edited meanwhile stays under an id of its own. */
function settleCopy(doc: Y.Doc, original: YCell | undefined, copy: YCell, taken: Set<string>): void {
  if (original !== undefined && sameContent(readCell(original), readCell(copy))) {
    cellsOf(doc).delete(cellsOf(doc).toArray().indexOf(copy))
    return
  }
  copy.set('id', makeId(`${cellId(copy)}\n${readCell(copy).source}`, taken, hashText))
}

/** Moves cells in the document that were moved in the file. Invariant: cells that only the document has stay behind the same cell. */
import { diff } from 'lib0/diff/patience'
import type * as Y from 'yjs'
import { cellId, cellsOf, findCell } from '../../contract/document.ts'

/**
 * Brings the document's cells into the file's order, by as few moves as can be; nothing where the document has moved cells
 * itself since both agreed on `base`. To be called in a transaction, once the file's new cells are in the document.
 */
export function mergeOrder(doc: Y.Doc, base: readonly string[], file: readonly string[]): void {
  const now = cellsOf(doc).map(cellId)
  const isShared = inAll(now, base, file)
  const before = base.filter(isShared)
  if (now.filter(isShared).some((id, place) => id !== before[place])) return
  const isThere = inAll(now, file)
  const order = file.filter(isThere)
  for (const { insert } of diff(now.filter(isThere), order))
    for (const id of insert) moveBehind(doc, id, order[order.indexOf(id) - 1], isThere)
}

function inAll(...lists: readonly (readonly string[])[]): (id: string) => boolean {
  const sets = lists.map((ids) => new Set(ids))
  return (id) => sets.every((ids) => ids.has(id))
}

/** Moves a copy of the cell: Yjs cannot move a shared type. */
function moveBehind(
  doc: Y.Doc,
  id: string,
  neighbour: string | undefined,
  isThere: (id: string) => boolean,
): void {
  const found = findCell(doc, id)
  if (found === null) return
  const copy = found.cell.clone()
  const cells = cellsOf(doc)
  cells.delete(found.index)
  let place = neighbour === undefined ? 0 : (findCell(doc, neighbour)?.index ?? -1) + 1
  if (neighbour !== undefined) while (place < cells.length && !isThere(cellId(cells.get(place)))) place++
  cells.insert(place, [copy])
}

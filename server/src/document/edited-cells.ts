/** pure. Which cells a transaction edited: their source, type, metadata or attachments, or the whole cell if it is new. */
import * as Y from 'yjs'
import { cellId, cellsOf } from '../../contract/document.ts'

/** A cell that moved is a copy under the same id: `isNew` for it as well. */
export interface EditedCell {
  readonly cell: string
  readonly isNew: boolean
}

export function editedCells({ doc, changed, beforeState }: Y.Transaction): readonly EditedCell[] {
  const edited = new Map<string, EditedCell>()
  const cells = cellsOf(doc)
  for (const type of changed.keys()) {
    const cell = cellAround(type, cells)
    if (cell !== null) edited.set(cellId(cell), { cell: cellId(cell), isNew: false })
  }
  if (!changed.has(cells)) return [...edited.values()]
  for (const cell of cells) {
    const id = cell._item?.id
    const isNew = id !== undefined && id.clock >= (beforeState.get(id.client) ?? 0)
    if (isNew) edited.set(cellId(cell), { cell: cellId(cell), isNew })
  }
  return [...edited.values()]
}

/** The cell that a changed type is, or is inside of; null for outputs and for what is no cell. */
function cellAround(
  type: Y.AbstractType<Y.YEvent<Y.AbstractType<unknown>>>,
  cells: unknown,
): Y.Map<unknown> | null {
  let at: unknown = type
  for (let depth = 0; depth < 4 && at instanceof Y.AbstractType; depth++) {
    if (at.parent === cells && at instanceof Y.Map) return at._item?.deleted === false ? at : null
    at = at.parent
  }
  return null
}

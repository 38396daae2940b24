/**
 * pure. Which cells a transaction edited: their source, type, metadata or attachments, or the whole cell where it came or
 * went. A move is a removal and a copy under the same id: what came says the same as what went.
 */
import { createHash } from 'node:crypto'
import * as Y from 'yjs'
import { cellId, cellsOf } from '../../contract/document.ts'

export interface CellChanges {
  /** Cells that were there before, and are. */
  readonly edited: readonly string[]
  /** What a cell says that came, by its id: a digest of its type and source. */
  readonly came: ReadonlyMap<string, string>
  /** What a cell said that went. */
  readonly went: ReadonlyMap<string, string>
}

export function editedCells(transaction: Y.Transaction): CellChanges {
  const cells = cellsOf(transaction.doc)
  const edited = new Set<string>()
  for (const [type, keys] of transaction.changed) {
    const cell = cellAround(type, cells)
    if (cell !== null && !(type === (cell as object) && [...keys].every(isOfRuns))) edited.add(cellId(cell))
  }
  const [came, went] = [new Map<string, string>(), new Map<string, string>()]
  if (!transaction.changed.has(cells)) return { edited: [...edited], came, went }
  for (let item = cells._start; item !== null; item = item.right) {
    const cell = item.content instanceof Y.ContentType ? item.content.type : null
    if (!(cell instanceof Y.Map)) continue
    if (!item.deleted && isNew(transaction, item)) came.set(cellId(cell), digestOf(cell, isThere))
    if (item.deleted && hasGone(transaction, item)) {
      const then = (part: Y.Item): boolean => hasGone(transaction, part)
      went.set(String(valueIn(cell, 'id', then)), digestOf(cell, then))
    }
  }
  return { edited: [...edited].filter((id) => !came.has(id)), came, went }
}

/** Members of a cell that runs write. */
const isOfRuns = (key: string | null): boolean =>
  key === 'execution_count' || key === 'execution_state' || key === 'outputs'

const isNew = ({ beforeState }: Y.Transaction, { id }: Y.Item): boolean =>
  id.clock >= (beforeState.get(id.client) ?? 0)
const isThere = ({ deleted }: Y.Item): boolean => !deleted
/** It was there before the transaction, which removed it. Yjs drops what it said after the event. */
const hasGone = (transaction: Y.Transaction, item: Y.Item): boolean =>
  !isNew(transaction, item) && Y.isDeleted(transaction.deleteSet, item.id)

function digestOf(cell: Y.Map<unknown>, counts: (item: Y.Item) => boolean): string {
  const source = valueIn(cell, 'source', counts)
  const hash = createHash('sha256').update(JSON.stringify(valueIn(cell, 'cell_type', counts) ?? null))
  if (!(source instanceof Y.Text)) return hash.digest('base64')
  for (let item = source._start; item !== null; item = item.right)
    if (item.content instanceof Y.ContentString && counts(item)) hash.update(item.content.str)
  return hash.digest('base64')
}

function valueIn(cell: Y.Map<unknown>, key: string, counts: (item: Y.Item) => boolean): unknown {
  const item = cell._map.get(key)
  return item !== undefined && counts(item) ? item.content.getContent().at(-1) : undefined
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

/** The cells of the open notebook that a sweep would run. */
import { cellId, cellSource, cellsOf, cellType, hasTag, tag } from '@yesterday/server/contract/document.ts'
import type { CellToEdit } from '@yesterday/server/contract/sweep-grid.ts'
import type * as Y from 'yjs'

export const sweptCells = (doc: Y.Doc): readonly CellToEdit[] =>
  cellsOf(doc)
    .toArray()
    .filter((cell) => cellType(cell) === 'code' && !hasTag(cell, tag.skipped))
    .map((cell) => ({
      id: cellId(cell),
      source: cellSource(cell).toString(),
      isTagged: hasTag(cell, 'parameters'),
    }))

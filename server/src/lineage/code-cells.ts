/** The code cells of a notebook as a comparison sees them. */
import type { NotebookForm } from '../document/cell-form.ts'
import { readNotebook } from '../document/ipynb-read.ts'

export interface CellSource {
  readonly cellId: string
  readonly source: string
}

/** The code cells that are not empty, in order. */
export const codeCellsOf = ({ cells }: NotebookForm): readonly CellSource[] =>
  cells.flatMap(({ id, type, source }) =>
    type === 'code' && source.trim() !== '' ? [{ cellId: id, source }] : [],
  )

/** Those of a notebook's file; null where the bytes are not a notebook. */
export function codeCellsIn(ipynb: Uint8Array): readonly CellSource[] | null {
  const read = readNotebook(ipynb)
  return read.ok ? codeCellsOf(read.file.form) : null
}

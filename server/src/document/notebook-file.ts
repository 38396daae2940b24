/**
 * pure. A notebook file as text in pieces, each cell beside what it says. Invariant: `fileText` of what was read is
 * what was read, byte for byte.
 */
import type { CellForm, NotebookForm } from './cell-form.ts'
import { inward, type Layout } from './json-patch.ts'
import { type Container, entryKey, entryText } from './json-text.ts'

export interface NotebookFile {
  /** A byte order mark, or nothing, and white space before the object. */
  readonly prologue: string
  /** The top-level object; the text of `cells` is in `cells`, not here. */
  readonly top: Container
  /** The array of cells, as spelled. */
  readonly cells: Container
  /** White space after the object. */
  readonly epilogue: string
  readonly layout: Layout
  /** The content; `form.cells` are in the order of `cells.entries`. */
  readonly form: NotebookForm
}

/** The file's text, in pieces so that a large one can be written without being held twice. */
export function* fileText(file: NotebookFile): Generator<string> {
  yield `${file.prologue}{`
  const place = file.top.entries.findLastIndex((entry) => entryKey(entry) === 'cells')
  for (const [index, entry] of file.top.entries.entries()) {
    if (index > 0) yield ','
    if (index !== place) yield entryText(entry)
    else {
      yield entry.lead + entry.key + entry.colon
      yield* cellsText(file.cells)
      yield entry.trail
    }
  }
  yield `${file.top.hollow}}${file.epilogue}`
}

function* cellsText(cells: Container): Generator<string> {
  yield '['
  for (const [index, entry] of cells.entries.entries()) yield (index > 0 ? ',' : '') + entryText(entry)
  yield `${cells.entries.length === 0 ? cells.hollow : ''}]`
}

/** Layout of the array of cells, and of one cell in it. */
export const cellsLayout = (file: NotebookFile): Layout => inward(file.layout)
export const cellLayout = (file: NotebookFile): Layout => inward(inward(file.layout))

/** Whether this format writes cell ids. */
export const writesCellIds = (form: { readonly minor: number }): boolean => form.minor >= 5

/** The cell of this id and its place in the file. */
export function indexCells(
  form: NotebookForm,
): Map<string, { readonly cell: CellForm; readonly index: number }> {
  return new Map(form.cells.map((cell, index) => [cell.id, { cell, index }]))
}

/** Other sources for cells, as one step of undo. */
import { cellSource, findCell } from '@yesterday/server/contract/document.ts'
import { editBetween } from '../room/merge-text.ts'
import type { Notebook } from './notebook.ts'

/** A cell that is gone is left out. Carets stay where the text is the same. */
export function changeSources(
  notebook: Notebook,
  changes: readonly { readonly id: string; readonly source: string }[],
): void {
  notebook.undo.stopCapturing()
  notebook.doc.transact(() => {
    for (const { id, source } of changes) replaceSource(notebook, id, source)
  }, notebook.origin)
  notebook.undo.stopCapturing()
}

function replaceSource(notebook: Notebook, id: string, source: string): void {
  const found = findCell(notebook.doc, id)
  if (found === null) return
  const text = cellSource(found.cell)
  const edit = editBetween(text.toString(), source)
  if (edit === null) return
  text.delete(edit.start, edit.end - edit.start)
  text.insert(edit.start, edit.text)
}

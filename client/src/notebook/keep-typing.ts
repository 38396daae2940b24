/**
 * A colleague moved the cell that this person types in. A move puts a copy of the cell in its place, made before the
 * last strokes reached the colleague: the copy gets them, and the editor gets its caret back.
 */
import { cellSource, findCell } from '@yesterday/server/contract/document.ts'
import { editBetween, mergeText, type TextEdit } from '../room/merge-text.ts'
import type { Notebook } from './notebook.ts'

/** Call it when the order of cells has changed, before the cells are drawn. */
export function keepTyping(notebook: Notebook): void {
  const { active, mode } = notebook.selection.get()
  const found = active === null || mode !== 'edit' ? null : findCell(notebook.doc, active)
  if (active === null || found === null) return
  const text = cellSource(found.cell)
  const shown = notebook.pool.shownIn(active, text)
  if (shown === null || shown.isOf) return
  const edit = lostTyping(notebook.durable.base(active), shown.source, text.toString())
  if (edit !== null)
    notebook.doc.transact(() => {
      if (edit.end > edit.start) text.delete(edit.start, edit.end - edit.start)
      if (edit.text !== '') text.insert(edit.start, edit.text)
    }, notebook.origin)
  notebook.reveal(active, 'edit')
}

/**
 * pure. The edit that brings what was typed into the copy. What the copy only lacks is put in, also where the server has
 * acknowledged it: the colleague had not seen it. Where the copy differs otherwise, edits since `base` are merged.
 */
export function lostTyping(base: string | null, typed: string, copy: string): TextEdit | null {
  const missing = editBetween(copy, typed)
  if (missing === null || missing.end === missing.start) return missing
  return base === null ? null : mergeText(base, typed, copy)
}

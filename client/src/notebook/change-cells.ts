/** Changes of a notebook's structure, as a person sees them. */
import { focusCell } from './focus.ts'
import type { Notebook } from './notebook.ts'

/** Makes a change as one step of undo; focus and caret follow the cell. */
export function changeCells(notebook: Notebook, act: () => void): void {
  const caret = notebook.pool.caretIn(notebook.selection.get().active ?? '')
  notebook.undo.stopCapturing()
  act()
  notebook.undo.stopCapturing()
  const { active, mode } = notebook.selection.get()
  if (active === null) return
  if (mode === 'edit') notebook.reveal(active, 'edit', caret)
  else requestAnimationFrame(() => focusCell(active))
}

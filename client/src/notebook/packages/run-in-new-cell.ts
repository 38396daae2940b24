/** Runs code that a person asked for by a button, in a cell of its own, so that it is seen and recorded. */
import type { Notebook } from '../notebook.ts'

/** Above `before`; below the active cell if it is null. */
export function runInNewCell(notebook: Notebook, source: string, before: string | null): void {
  const order = notebook.order.get()
  const at =
    before === null
      ? notebook.placeBehind(notebook.selection.get().active)
      : Math.max(0, order.indexOf(before))
  const id = notebook.edits.insert(at, 'code', source)
  notebook.reveal(id)
  notebook.run([id])
}

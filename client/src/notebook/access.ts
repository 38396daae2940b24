/** The notebook as the panels and outputs around it see it (context.ts). */

import { runStale } from './acts.ts'
import type { NotebookAccess } from './context.ts'
import type { Notebook } from './notebook.ts'

export function accessTo(notebook: Notebook, selectedCell: string | null): NotebookAccess {
  return {
    opened: { ...notebook.opened, path: notebook.path.get() },
    doc: notebook.doc,
    session: notebook.session.view,
    selectedCell,
    stale: notebook.stale,
    runs: notebook.runs,
    past: notebook.past,
    variables: notebook.variables,
    widgets: notebook.widgets,
    external: notebook.external,
    placeOf: (cell) => notebook.order.get().indexOf(cell) + 1 || null,
    runStale: () => runStale(notebook),
    commands: {
      run: (cells) => notebook.run(cells),
      reveal: (cell) => notebook.reveal(cell),
      goToLine: (cell, line) => notebook.goToLine(cell, line),
    },
    onRecorded: notebook.session.recorded.listen,
  }
}

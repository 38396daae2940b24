/** The notebook as the panels and outputs around it see it (context.ts). */

import type { NotebookAccess } from '../access/context.ts'
import { runStale } from './acts.ts'
import { changeSources } from './change-sources.ts'
import { mayRun } from './command.ts'
import { commentHere, commentOn, commentOnOutput, mayComment, showAnchor, showThread } from './comment.ts'
import { copyLink } from './follow-link.ts'
import type { Notebook } from './notebook.ts'
import { runInNewCell } from './packages/run-in-new-cell.ts'

export function accessTo(notebook: Notebook, selectedCell: string | null): NotebookAccess {
  return {
    opened: {
      ...notebook.opened,
      path: notebook.path.get(),
      mayComment: mayComment(notebook),
      mayRun: mayRun(notebook),
    },
    doc: notebook.doc,
    session: notebook.session.view,
    selectedCell,
    stale: notebook.stale,
    runs: notebook.runs,
    lastRuns: notebook.lastRuns.all,
    past: notebook.past,
    variables: notebook.variables,
    comments: notebook.comments,
    values: notebook.values,
    widgets: notebook.widgets,
    external: notebook.external,
    placeOf: notebook.placeOf,
    runStale: () => runStale(notebook),
    commands: {
      run: (cells) => notebook.run(cells),
      runAbove: (cell, source) => runInNewCell(notebook, source, cell),
      changeSources: (changes) => changeSources(notebook, changes),
      order: notebook.order.get,
      comment: () => commentHere(notebook),
      commentOnOutput: (cell, output) => commentOnOutput(notebook, cell, output),
      commentOn: (draft) => commentOn(notebook, draft),
      copyLink: (hash) => void copyLink(notebook, hash),
      showThread: (thread) => void showThread(notebook, thread),
      showAnchor: (anchor) => showAnchor(notebook, anchor),
      reveal: (cell) => notebook.reveal(cell),
      goToLine: (cell, line) => notebook.goToLine(cell, line),
    },
    onRecorded: notebook.session.recorded.listen,
    onEdited: notebook.session.edited.listen,
  }
}

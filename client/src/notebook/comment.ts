/** Comments as the notebook begins them and leads to them. */
import { anchorAt, placeOf } from '@yesterday/server/contract/anchors.ts'
import type { Anchor } from '@yesterday/server/contract/comments.ts'
import { mayActAs } from '@yesterday/server/contract/route.ts'
import type { Draft } from '../session/comment-store.ts'
import { cellOf } from '../session/threads.ts'
import type { Notebook } from './notebook.ts'

/** The id of the panel (panels/comments/panel.ts). */
const PANEL = 'comments'

/** Whether this person may write comments; the file need not be writable. */
export const mayComment = ({ opened }: Pick<Notebook, 'opened'>): boolean =>
  mayActAs(opened.role, 'commenter')

/** Begins a comment on what is selected in the active cell's editor, or on the cell. */
export function commentHere(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) commentOn(notebook, draftIn(notebook, active))
}

/** Begins a comment. */
export function commentOn(notebook: Notebook, draft: Draft): void {
  notebook.comments.draft.set(draft)
  notebook.panels.set(PANEL)
}

function draftIn(notebook: Notebook, cell: string): Draft {
  const editor = notebook.pool.editorOf(cell)
  const [model, selection] = [editor?.getModel(), editor?.getSelection()]
  if (model && selection && !selection.isEmpty()) {
    const [start, end] = [selection.getStartPosition(), selection.getEndPosition()]
    const place = { cell, start: model.getOffsetAt(start), end: model.getOffsetAt(end) }
    const anchor = anchorAt(notebook.doc, place)
    if (anchor !== null) return { anchor, quote: anchor.quote }
  }
  return { anchor: { on: 'cell', cell }, quote: '' }
}

/** Begins a comment on an output of a cell. */
export function commentOnOutput(notebook: Notebook, cell: string, output: number): void {
  const run = notebook.lastRuns.all.get(cell)?.run ?? null
  commentOn(notebook, { anchor: { on: 'output', cell, output, run }, quote: '' })
}

/** Opens the panel at the first open thread of a cell. */
export function showCellComments(notebook: Notebook, cell: string): void {
  const thread = [...notebook.comments.threads.get().values()].find(
    (one) => cellOf(one) === cell && one.resolved === null,
  )
  notebook.comments.filter.set('open')
  notebook.panels.set(PANEL)
  if (thread !== undefined) notebook.comments.chosen.set(thread.id)
}

/** Opens the panel at a thread; false if there is no such thread. */
export function showThread(notebook: Notebook, id: string): boolean {
  const thread = notebook.comments.threads.get().get(id)
  if (thread === undefined) return false
  notebook.comments.filter.set(thread.resolved === null ? 'open' : 'resolved')
  notebook.panels.set(PANEL)
  notebook.comments.chosen.set(id)
  return true
}

/** Leads to what a thread is about. */
export function showAnchor(notebook: Notebook, anchor: Anchor): void {
  if (anchor.on === 'run') {
    notebook.past.go({ at: 'receipt', run: anchor.run })
    return
  }
  const place = anchor.on === 'source' ? placeOf(notebook.doc, anchor) : null
  if (place === null) notebook.reveal(anchor.cell)
  else notebook.reveal(place.cell, 'edit', place.start)
}

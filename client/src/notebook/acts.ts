/** What commands do to the notebook (commands.ts). Those that change cells are guarded by their command's `when`. */
import type { CellType } from '@yesterday/server/contract/document.ts'
import { selectOne, step } from '../access/selection.ts'
import { headingOver } from '../outline/outline.ts'
import { switchNotifications } from '../settings/notifications.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { changeCells } from './change-cells.ts'
import type { Dialogs } from './command.ts'
import { focusCell } from './focus.ts'
import type { Notebook } from './notebook.ts'

/** Those that are stale, in notebook order; where there is none, it says so. */
export function runStale(notebook: Notebook): void {
  const stale = staleInOrder(notebook)
  if (stale.length === 0) notify('info', t('stale.none'))
  else notebook.run(stale)
}

/** The stale cells, in notebook order. */
export function staleInOrder(notebook: Notebook): readonly string[] {
  const stale = notebook.session.stale.get()
  return notebook.order.get().filter((id) => stale.has(id))
}

/** Switches notifications on or off, and shows which. */
export async function switchAndNotify(): Promise<void> {
  const switched = await switchNotifications()
  notify(switched === 'on' || switched === 'off' ? 'info' : 'warning', t(`notifications.${switched}`))
}

/** The place of the active cell, from 0. */
export const place = (notebook: Notebook): number =>
  Math.max(0, notebook.order.get().indexOf(notebook.selection.get().active ?? ''))

const codeCells = (notebook: Notebook): string[] =>
  notebook.order.get().filter((id) => notebook.typeOf(id) === 'code')

/** Runs the selected cells and goes to the next one; behind the last one it makes another. */
export function runAndAdvance(notebook: Notebook): void {
  notebook.run(notebook.withFolded(notebook.selected()))
  const order = notebook.visible()
  const last = order.indexOf(notebook.selected().at(-1) ?? '')
  const next = order[last + 1]
  if (next !== undefined) notebook.reveal(next)
  else if (notebook.opened.writable)
    notebook.reveal(notebook.edits.insert(notebook.order.get().length, 'code'), 'edit')
}

/** Runs the selected cells and leaves the editor. */
export function stay(notebook: Notebook): void {
  notebook.run(notebook.withFolded(notebook.selected()))
  stopEditing(notebook)
}

/** Leaves the editor of the active cell. */
export function stopEditing(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) notebook.reveal(active)
}

/** Opens the editor of the active cell. */
export function edit(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) notebook.reveal(active, 'edit')
}

/** Inserts a cell above the active cell, or below it and what is folded under it. */
export function insert(
  notebook: Notebook,
  side: 'above' | 'below',
  mode: 'command' | 'edit',
  type: CellType = 'code',
  source = '',
): void {
  const index = side === 'above' ? place(notebook) : notebook.placeBehind(notebook.selection.get().active)
  notebook.reveal(notebook.edits.insert(index, type, source), mode, source === '' ? undefined : source.length)
}

/** Moves the selected cells by one. A folded section moves as one, and counts as one. */
export function moveBy(notebook: Notebook, by: -1 | 1): void {
  const [visible, chosen] = [notebook.visible(), notebook.selected()]
  const edge = visible.indexOf((by === -1 ? chosen[0] : chosen.findLast((id) => visible.includes(id))) ?? '')
  const neighbour = edge === -1 ? undefined : visible[edge + by]
  if (neighbour === undefined) return
  const before = by === -1 ? neighbour : notebook.behind(neighbour)
  moveCells(notebook, notebook.withFolded(chosen), before)
}

/** Moves cells before another, as one step for undo; to the end if `before` is null. */
export function moveCells(notebook: Notebook, cells: readonly string[], before: string | null): void {
  changeCells(notebook, () => notebook.edits.moveBefore(cells, before))
}

/** Folds an open heading. On anything else it leads to the heading above, as in a tree. */
export function foldHeading(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  const outline = notebook.folds.outline.get()
  const own = outline.headings.find(({ id }) => id === active)
  if (active === null) return
  if (own !== undefined && !own.folded && own.section.length > 0) notebook.folds.foldHeading(active, true)
  else {
    const above = headingOver(outline, active)
    if (above !== null) notebook.reveal(above.id)
  }
}

/** Joins the selected cells, or the active one and the cell below. */
export function merge(notebook: Notebook): void {
  const chosen = notebook.selected()
  const below = notebook.order.get()[place(notebook) + 1]
  const ids = chosen.length > 1 || below === undefined ? chosen : [...chosen, below]
  changeCells(notebook, () => notebook.edits.merge(ids))
  notebook.selection.set(selectOne(ids[0] ?? null))
}

/** Splits the active cell at the caret. */
export function split(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  const editor = active === null ? null : notebook.pool.editorOf(active)
  const [model, position] = [editor?.getModel(), editor?.getPosition()]
  if (active === null || !model || !position) return
  const lower = notebook.edits.split(active, model.getOffsetAt(position))
  if (lower !== null) requestAnimationFrame(() => notebook.reveal(lower, 'edit'))
}

/** Changes the type of the selected cells. */
export function setType(notebook: Notebook, type: CellType): void {
  changeCells(notebook, () => notebook.edits.setType(notebook.selected(), type))
}

/** Selects the next visible cell, or extends the selection to it. */
export function go(notebook: Notebook, by: number, extend: boolean): void {
  const next = step(notebook.selection.get(), notebook.visible(), by, extend)
  notebook.selection.set(next)
  if (next.active !== null) focusCell(next.active)
}

/** Opens the section of the active heading. */
export function openHeading(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) notebook.folds.foldHeading(active, false)
}

/** Makes the selected cells headings. */
export function setHeading(notebook: Notebook, level: number): void {
  notebook.edits.setHeading(notebook.selected(), level)
}

export function selectAll(notebook: Notebook): void {
  const order = notebook.order.get()
  notebook.selection.set({ anchor: order[0] ?? null, active: order.at(-1) ?? null, mode: 'command' })
}

/** Runs the selected cells and inserts a cell below, if cells may be inserted. */
export function runAndInsert(notebook: Notebook): void {
  notebook.run(notebook.selected())
  if (notebook.opened.writable) insert(notebook, 'below', 'edit')
}

/** Asks again before outputs load content from other hosts. */
export function resetExternal(notebook: Notebook): void {
  notebook.external.reset()
  notify('info', t('external.reset'))
}

export function restart(notebook: Notebook, dialogs: Dialogs): void {
  dialogs.confirmRestart(() => notebook.command({ type: 'restart' }))
}

export function restartAndRunAll(notebook: Notebook, dialogs: Dialogs): void {
  dialogs.confirmRestart(() => notebook.command({ type: 'restart', run: codeCells(notebook) }))
}

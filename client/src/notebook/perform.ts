/** What each command does to the notebook. One typed list (keys.ts); the compiler sees that none is forgotten. */
import type { CellType } from '@yesterday/server/contract/document.ts'
import { notify } from '../app/notices.ts'
import { switchNotifications } from '../app/notifications.ts'
import { headingOver } from '../outline/outline.ts'
import { roomStatus } from '../room/room-state.ts'
import { t } from '../text/text.ts'
import { focusCell } from './focus.ts'
import type { CommandName } from './keys.ts'
import type { Notebook } from './notebook.ts'
import { selectOne, step } from './selection.ts'

/** What only the page can show. */
export interface Dialogs {
  readonly palette: () => void
  readonly shortcuts: () => void
  readonly confirmRestart: (restart: () => void) => void
}

type Act = (notebook: Notebook, dialogs: Dialogs) => void

/** Performs a command on what is selected. */
export function perform(name: CommandName, notebook: Notebook, dialogs: Dialogs): void {
  if (!notebook.opened.writable && changesCells.has(name)) return
  acts[name](notebook, dialogs)
}

const changesCells = new Set<CommandName>([
  'insertAbove',
  'insertBelow',
  'delete',
  'cut',
  'paste',
  'merge',
  'split',
  'moveUp',
  'moveDown',
  'code',
  'markdown',
  'raw',
  'heading1',
  'heading2',
  'heading3',
  'heading4',
  'heading5',
  'heading6',
  'foldHeading',
  'openHeading',
  'toggleSource',
  'toggleOutputs',
])

const acts: Readonly<Record<CommandName, Act>> = {
  run: (notebook) => runAndGoOn(notebook),
  runStay: (notebook) => stay(notebook),
  runInsert: (notebook) => {
    notebook.run(notebook.selected())
    insert(notebook, 1, 'edit')
  },
  edit: (notebook) => edit(notebook),
  command: (notebook) => stopEditing(notebook),
  insertAbove: (notebook) => insert(notebook, 0, 'command'),
  insertBelow: (notebook) => insert(notebook, 1, 'command'),
  delete: (notebook) => change(notebook, () => notebook.edits.remove(notebook.selected())),
  undo: (notebook) => void notebook.undo.undo(),
  redo: (notebook) => void notebook.undo.redo(),
  undoCells: (notebook) => change(notebook, () => notebook.undo.undo()),
  redoCells: (notebook) => change(notebook, () => notebook.undo.redo()),
  cut: (notebook) => {
    notebook.clipboard = notebook.edits.copies(notebook.selected())
    change(notebook, () => notebook.edits.remove(notebook.selected()))
  },
  copy: (notebook) => {
    notebook.clipboard = notebook.edits.copies(notebook.selected())
  },
  paste: (notebook) => paste(notebook),
  merge: (notebook) => merge(notebook),
  split: (notebook) => split(notebook),
  moveUp: (notebook) => moveBy(notebook, -1),
  moveDown: (notebook) => moveBy(notebook, 1),
  code: (notebook) => setType(notebook, 'code'),
  markdown: (notebook) => setType(notebook, 'markdown'),
  raw: (notebook) => setType(notebook, 'raw'),
  heading1: (notebook) => notebook.edits.setHeading(notebook.selected(), 1),
  heading2: (notebook) => notebook.edits.setHeading(notebook.selected(), 2),
  heading3: (notebook) => notebook.edits.setHeading(notebook.selected(), 3),
  heading4: (notebook) => notebook.edits.setHeading(notebook.selected(), 4),
  heading5: (notebook) => notebook.edits.setHeading(notebook.selected(), 5),
  heading6: (notebook) => notebook.edits.setHeading(notebook.selected(), 6),
  foldHeading: (notebook) => foldHeading(notebook),
  openHeading: (notebook) => {
    const { active } = notebook.selection.get()
    if (active !== null) notebook.folds.foldHeading(active, false)
  },
  toggleSource: (notebook) => notebook.folds.toggle(notebook.selected(), 'source'),
  toggleOutputs: (notebook) => notebook.folds.toggle(notebook.selected(), 'outputs'),
  find: (notebook) => notebook.finder.show(false),
  replace: (notebook) => notebook.finder.show(true),
  previous: (notebook) => go(notebook, -1, false),
  next: (notebook) => go(notebook, 1, false),
  extendUp: (notebook) => go(notebook, -1, true),
  extendDown: (notebook) => go(notebook, 1, true),
  selectAll: (notebook) => {
    const order = notebook.order.get()
    notebook.selection.set({ anchor: order[0] ?? null, active: order.at(-1) ?? null, mode: 'command' })
  },
  interrupt: (notebook) => notebook.command({ type: 'interrupt' }),
  restart: (notebook, dialogs) => dialogs.confirmRestart(() => notebook.command({ type: 'restart' })),
  restartRunAll: (notebook, dialogs) =>
    dialogs.confirmRestart(() => notebook.command({ type: 'restart', run: codeCells(notebook) })),
  runAll: (notebook) => notebook.run(notebook.order.get()),
  runAbove: (notebook) => notebook.run(notebook.order.get().slice(0, place(notebook))),
  runBelow: (notebook) => notebook.run(notebook.order.get().slice(place(notebook))),
  runStale: (notebook) => runStale(notebook),
  palette: (_, dialogs) => dialogs.palette(),
  shortcuts: (_, dialogs) => dialogs.shortcuts(),
  clear: (notebook) => notebook.command({ type: 'clear', cells: [...notebook.selected()] }),
  clearAll: (notebook) => notebook.command({ type: 'clear' }),
  // The server saves each edit as it comes: this says how far it is.
  save: (notebook) => tellSaved(notebook),
  notifications: () => void tellSwitched(),
}

/** Those that are stale, in notebook order; where there is none, it says so. */
export function runStale(notebook: Notebook): void {
  const stale = notebook.session.stale.get()
  if (stale.size === 0) notify('info', t('stale.none'))
  else notebook.run(notebook.order.get().filter((id) => stale.has(id)))
}

async function tellSwitched(): Promise<void> {
  const switched = await switchNotifications()
  notify(switched === 'on' || switched === 'off' ? 'info' : 'warning', t(`notifications.${switched}`))
}

function tellSaved(notebook: Notebook): void {
  const status = roomStatus(notebook.room.facts.get())
  notify('info', t(status === 'live' ? 'room.saved' : `room.${status}`))
}

const place = (notebook: Notebook): number =>
  Math.max(0, notebook.order.get().indexOf(notebook.selection.get().active ?? ''))

/** Where something comes behind the active cell, and behind what is folded under it. */
function placeBehind(notebook: Notebook): number {
  const { active } = notebook.selection.get()
  const last = notebook.withFolded(active === null ? [] : [active]).at(-1)
  return notebook.order.get().indexOf(last ?? '') + 1
}

const codeCells = (notebook: Notebook): string[] =>
  notebook.order.get().filter((id) => notebook.typeOf(id) === 'code')

function runAndGoOn(notebook: Notebook): void {
  notebook.run(notebook.withFolded(notebook.selected()))
  const order = notebook.visible()
  const last = order.indexOf(notebook.selected().at(-1) ?? '')
  const next = order[last + 1]
  if (next !== undefined) notebook.reveal(next)
  else if (notebook.opened.writable)
    notebook.reveal(notebook.edits.insert(notebook.order.get().length, 'code'), 'edit')
}

function stay(notebook: Notebook): void {
  notebook.run(notebook.withFolded(notebook.selected()))
  stopEditing(notebook)
}

function stopEditing(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) notebook.reveal(active)
}

function edit(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) notebook.reveal(active, 'edit')
}

function insert(notebook: Notebook, after: 0 | 1, mode: 'command' | 'edit'): void {
  const index = after === 0 ? place(notebook) : placeBehind(notebook)
  notebook.reveal(notebook.edits.insert(index, 'code'), mode)
}

// Undo stops collecting, so that each change of structure is one step of its own; focus and caret follow the cell.
function change(notebook: Notebook, act: () => void): void {
  const caret = notebook.pool.caretIn(notebook.selection.get().active ?? '')
  notebook.undo.stopCapturing()
  act()
  notebook.undo.stopCapturing()
  const { active, mode } = notebook.selection.get()
  if (active === null) return
  if (mode === 'edit') notebook.reveal(active, 'edit', caret)
  else requestAnimationFrame(() => focusCell(active))
}

/** A folded section goes as one, and is gone over as one. */
function moveBy(notebook: Notebook, by: -1 | 1): void {
  const [visible, chosen] = [notebook.visible(), notebook.selected()]
  const edge = visible.indexOf((by === -1 ? chosen[0] : chosen.findLast((id) => visible.includes(id))) ?? '')
  const neighbour = edge === -1 ? undefined : visible[edge + by]
  if (neighbour === undefined) return
  const before = by === -1 ? neighbour : notebook.behind(neighbour)
  moveCells(notebook, notebook.withFolded(chosen), before)
}

/** Moves cells before another, as one step that can be taken back; at the end where that is null. */
export function moveCells(notebook: Notebook, cells: readonly string[], before: string | null): void {
  change(notebook, () => notebook.edits.moveBefore(cells, before))
}

function paste(notebook: Notebook): void {
  if (notebook.clipboard.length === 0) return
  change(notebook, () => {
    const pasted = notebook.edits.paste(placeBehind(notebook), notebook.clipboard)
    notebook.selection.set({ anchor: pasted[0] ?? null, active: pasted.at(-1) ?? null, mode: 'command' })
  })
}

// On anything but an open heading the key leads to the heading above, as it does in a tree.
function foldHeading(notebook: Notebook): void {
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

function merge(notebook: Notebook): void {
  const chosen = notebook.selected()
  const below = notebook.order.get()[place(notebook) + 1]
  const ids = chosen.length > 1 || below === undefined ? chosen : [...chosen, below]
  change(notebook, () => notebook.edits.merge(ids))
  notebook.selection.set(selectOne(ids[0] ?? null))
}

function split(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  const editor = active === null ? null : notebook.pool.editorOf(active)
  const [model, position] = [editor?.getModel(), editor?.getPosition()]
  if (active === null || !model || !position) return
  const lower = notebook.edits.split(active, model.getOffsetAt(position))
  if (lower !== null) requestAnimationFrame(() => notebook.reveal(lower, 'edit'))
}

function setType(notebook: Notebook, type: CellType): void {
  change(notebook, () => notebook.edits.setType(notebook.selected(), type))
}

function go(notebook: Notebook, by: number, extend: boolean): void {
  const next = step(notebook.selection.get(), notebook.visible(), by, extend)
  notebook.selection.set(next)
  if (next.active !== null) focusCell(next.active)
}

/**
 * Every command, in the order of the palette. Toolbar, menus, palette, keys, the list of shortcuts and docs/keys.md are
 * made of this list. A new command is one line here (docs/extending/command.md).
 */

import { PANELS } from '../panels/panels.ts'
import { showSettings } from '../settings/settings-open.ts'
import { openTerminal } from '../terminals/terminal-store.ts'
import {
  edit,
  foldHeading,
  go,
  insert,
  merge,
  moveBy,
  openHeading,
  place,
  resetExternal,
  restart,
  restartAndRunAll,
  runAndAdvance,
  runAndInsert,
  runStale,
  selectAll,
  setHeading,
  setType,
  split,
  staleInOrder,
  stay,
  stopEditing,
  switchAndNotify,
} from './acts.ts'
import { toggleBlame } from './blame.ts'
import { changeCells } from './change-cells.ts'
import { writeToSystem } from './clipboard/system-clipboard.ts'
import { CODE_COMMANDS } from './code-commands.ts'
import { type Command, cellKeys, editKeys, isOwner, isWritable, keys, mayRun, pageKeys } from './command.ts'
import { commentHere, mayComment } from './comment.ts'
import { switchTab } from './editor-keys.ts'
import { EXPORT_COMMANDS } from './export-commands.ts'
import { copyCellLink } from './follow-link.ts'
import { showNotificationSettings } from './notify/notification-store.ts'
import { showPackages } from './packages/packages-open.ts'
import { panelCommand } from './panel-command.ts'
import { copyCells, cutCells, pasteShared } from './paste.ts'
import { save } from './save.ts'
import { showValue } from './show-value.ts'
import { SIDE_COMMANDS } from './side-commands.ts'
import { showConnections } from './sql/connections-store.ts'
import { makeCode, makeSql } from './sql/sql-cells.ts'

const HEADINGS = ([1, 2, 3, 4, 5, 6] as const).map(
  (level) =>
    ({
      id: `heading${level}`,
      label: `command.heading${level}`,
      keys: cellKeys(String(level)),
      when: isWritable,
      run: (notebook) => setHeading(notebook, level),
    }) as const satisfies Command,
)

export const COMMANDS = [
  { id: 'run', label: 'command.run', button: 'notebook.run', keys: keys('Shift-Enter'), run: runAndAdvance },
  { id: 'runStay', label: 'command.runStay', keys: keys('Mod-Enter'), run: stay },
  { id: 'runInsert', label: 'command.runInsert', keys: keys('Alt-Enter'), run: runAndInsert },
  { id: 'edit', label: 'command.edit', keys: cellKeys('Enter'), run: edit },
  { id: 'command', label: 'command.command', keys: [{ keys: 'Escape', where: 'editor' }], run: stopEditing },
  {
    id: 'insertAbove',
    label: 'command.insertAbove',
    keys: cellKeys('a'),
    when: isWritable,
    run: (notebook) => insert(notebook, 'above', 'command'),
  },
  {
    id: 'insertBelow',
    label: 'command.insertBelow',
    keys: cellKeys('b'),
    when: isWritable,
    run: (notebook) => insert(notebook, 'below', 'command'),
  },
  {
    id: 'addCode',
    label: 'command.addCode',
    button: 'notebook.addCode',
    when: isWritable,
    run: (notebook) => insert(notebook, 'below', 'edit'),
  },
  {
    id: 'addSql',
    label: 'command.addSql',
    button: 'notebook.addSql',
    when: isWritable,
    run: (notebook) => insert(notebook, 'below', 'edit', 'code', '%%sql\n'),
  },
  {
    id: 'addText',
    label: 'command.addText',
    button: 'notebook.addMarkdown',
    when: isWritable,
    run: (notebook) => insert(notebook, 'below', 'edit', 'markdown'),
  },
  {
    id: 'delete',
    label: 'command.delete',
    keys: cellKeys('d d'),
    when: isWritable,
    run: (notebook) => changeCells(notebook, () => notebook.edits.remove(notebook.selected())),
  },
  {
    id: 'undo',
    label: 'command.undo',
    keys: keys('Mod-z'),
    when: isWritable,
    run: (notebook) => void notebook.undo.undo(),
  },
  {
    id: 'redo',
    label: 'command.redo',
    keys: keys('Mod-Shift-z', 'Mod-y'),
    keysIn: { vim: keys('Mod-Shift-z') },
    when: isWritable,
    run: (notebook) => void notebook.undo.redo(),
  },
  {
    id: 'undoCells',
    label: 'command.undoCells',
    keys: cellKeys('z'),
    when: isWritable,
    run: (notebook) => changeCells(notebook, () => notebook.undo.undo()),
  },
  {
    id: 'redoCells',
    label: 'command.redoCells',
    keys: cellKeys('Shift-z'),
    when: isWritable,
    run: (notebook) => changeCells(notebook, () => notebook.undo.redo()),
  },
  {
    id: 'cut',
    label: 'command.cut',
    keys: cellKeys('x'),
    when: isWritable,
    run: (notebook) => writeToSystem(cutCells(notebook)),
  },
  {
    id: 'copy',
    label: 'command.copy',
    keys: cellKeys('c'),
    run: (notebook) => writeToSystem(copyCells(notebook)),
  },
  {
    id: 'paste',
    label: 'command.paste',
    keys: cellKeys('v'),
    when: isWritable,
    run: (notebook) => void pasteShared(notebook),
  },
  { id: 'merge', label: 'command.merge', keys: cellKeys('Shift-m'), when: isWritable, run: merge },
  {
    id: 'split',
    label: 'command.split',
    keys: editKeys('Mod-Shift--', 'Mod-Shift-_'),
    when: isWritable,
    run: split,
  },
  {
    id: 'moveUp',
    label: 'command.moveUp',
    keys: keys('Mod-Shift-ArrowUp'),
    keysIn: { vscode: [...keys('Mod-Shift-ArrowUp'), ...cellKeys('Alt-ArrowUp')] },
    when: isWritable,
    run: (notebook) => moveBy(notebook, -1),
  },
  {
    id: 'moveDown',
    label: 'command.moveDown',
    keys: keys('Mod-Shift-ArrowDown'),
    keysIn: { vscode: [...keys('Mod-Shift-ArrowDown'), ...cellKeys('Alt-ArrowDown')] },
    when: isWritable,
    run: (notebook) => moveBy(notebook, 1),
  },
  {
    id: 'code',
    label: 'command.code',
    keys: cellKeys('y'),
    when: isWritable,
    run: makeCode,
  },
  { id: 'sql', label: 'command.sql', keys: cellKeys('q'), when: isWritable, run: makeSql },
  {
    id: 'markdown',
    label: 'command.markdown',
    keys: cellKeys('m'),
    when: isWritable,
    run: (notebook) => setType(notebook, 'markdown'),
  },
  {
    id: 'raw',
    label: 'command.raw',
    keys: cellKeys('r'),
    when: isWritable,
    run: (notebook) => setType(notebook, 'raw'),
  },
  ...HEADINGS,
  {
    id: 'foldHeading',
    label: 'command.foldHeading',
    keys: cellKeys('ArrowLeft'),
    when: isWritable,
    run: foldHeading,
  },
  {
    id: 'openHeading',
    label: 'command.openHeading',
    keys: cellKeys('ArrowRight'),
    when: isWritable,
    run: openHeading,
  },
  ...CODE_COMMANDS,
  {
    id: 'toggleSource',
    label: 'command.toggleSource',
    keys: cellKeys('Shift-o'),
    when: isWritable,
    run: (notebook) => notebook.folds.toggle(notebook.selected(), 'source'),
  },
  {
    id: 'toggleOutputs',
    label: 'command.toggleOutputs',
    keys: cellKeys('o'),
    when: isWritable,
    run: (notebook) => notebook.folds.toggle(notebook.selected(), 'outputs'),
  },
  {
    id: 'find',
    label: 'command.find',
    keys: [...pageKeys('Mod-f'), ...cellKeys('f')],
    keysIn: { vim: cellKeys('Mod-f', 'f') },
    run: (notebook) => notebook.finder.show(false),
  },
  {
    id: 'replace',
    label: 'command.replace',
    keys: pageKeys('Mod-Shift-h'),
    keysIn: { vscode: pageKeys('Mod-h', 'Mod-Shift-h') },
    when: isWritable,
    run: (notebook) => notebook.finder.show(true),
  },
  {
    id: 'previous',
    label: 'command.previous',
    keys: cellKeys('k', 'ArrowUp'),
    run: (notebook) => go(notebook, -1, false),
  },
  {
    id: 'next',
    label: 'command.next',
    keys: cellKeys('j', 'ArrowDown'),
    run: (notebook) => go(notebook, 1, false),
  },
  {
    id: 'extendUp',
    label: 'command.extendUp',
    keys: cellKeys('Shift-k', 'Shift-ArrowUp'),
    run: (notebook) => go(notebook, -1, true),
  },
  {
    id: 'extendDown',
    label: 'command.extendDown',
    keys: cellKeys('Shift-j', 'Shift-ArrowDown'),
    run: (notebook) => go(notebook, 1, true),
  },
  { id: 'selectAll', label: 'command.selectAll', keys: cellKeys('Mod-a'), run: selectAll },
  {
    id: 'interrupt',
    label: 'command.interrupt',
    button: 'notebook.interrupt',
    keys: cellKeys('i i'),
    when: mayRun,
    run: (notebook) => notebook.command({ type: 'interrupt' }),
  },
  {
    id: 'restart',
    label: 'command.restart',
    button: 'notebook.restart',
    keys: cellKeys('0 0'),
    when: mayRun,
    run: restart,
  },
  {
    id: 'restartRunAll',
    label: 'command.restartRunAll',
    button: 'notebook.restartRunAll',
    when: mayRun,
    run: restartAndRunAll,
  },
  {
    id: 'shutdown',
    label: 'command.shutdown',
    button: 'kernel.shutdown',
    when: mayRun,
    run: (notebook) => notebook.command({ type: 'shutdown' }),
  },
  {
    id: 'runAll',
    label: 'command.runAll',
    button: 'notebook.runAll',
    when: mayRun,
    run: (notebook) => notebook.run(notebook.order.get()),
    cells: (notebook) => notebook.order.get(),
  },
  {
    id: 'runAbove',
    label: 'command.runAbove',
    when: mayRun,
    run: (notebook) => notebook.run(notebook.order.get().slice(0, place(notebook))),
  },
  {
    id: 'runBelow',
    label: 'command.runBelow',
    when: mayRun,
    run: (notebook) => notebook.run(notebook.order.get().slice(place(notebook))),
  },
  {
    id: 'runStale',
    label: 'command.runStale',
    keys: cellKeys('Shift-r'),
    when: mayRun,
    run: runStale,
    cells: staleInOrder,
  },
  {
    id: 'palette',
    label: 'command.palette',
    button: 'palette.title',
    keys: pageKeys('Mod-Shift-c'),
    keysIn: { vscode: pageKeys('Mod-Shift-p', 'F1', 'Mod-Shift-c') },
    run: (_, dialogs) => dialogs.palette(),
  },
  {
    id: 'shortcuts',
    label: 'command.shortcuts',
    keys: cellKeys('h'),
    run: (_, dialogs) => dialogs.shortcuts(),
  },
  {
    id: 'clear',
    label: 'command.clear',
    when: isWritable,
    run: (notebook) => notebook.command({ type: 'clear', cells: [...notebook.selected()] }),
  },
  {
    id: 'clearAll',
    label: 'command.clearAll',
    when: isWritable,
    run: (notebook) => notebook.command({ type: 'clear' }),
  },
  { id: 'connections', label: 'command.connections', when: isOwner, run: showConnections },
  { id: 'packages', label: 'command.packages', run: showPackages },
  { id: 'settings', label: 'command.settings', keys: pageKeys('Mod-,'), run: showSettings },
  { id: 'terminal', label: 'command.terminal', when: mayRun, run: () => void openTerminal() },
  ...SIDE_COMMANDS,
  ...EXPORT_COMMANDS,
  { id: 'save', label: 'command.save', keys: pageKeys('Mod-s'), run: (notebook) => void save(notebook) },
  { id: 'notifications', label: 'command.notifications', run: () => void switchAndNotify() },
  {
    id: 'notificationSettings',
    label: 'command.notificationSettings',
    run: () => showNotificationSettings(),
  },
  { id: 'externalContent', label: 'command.externalContent', run: resetExternal },
  {
    id: 'tabMoves',
    label: 'command.tabMoves',
    keys: [{ keys: 'Ctrl-m', mac: 'Ctrl-Shift-m', where: 'editor' }],
    run: switchTab,
  },
  {
    id: 'comment',
    label: 'command.comment',
    keys: [...keys('Mod-Alt-m'), ...cellKeys('Shift-n')],
    when: mayComment,
    run: commentHere,
  },
  { id: 'copyLink', label: 'command.copyLink', keys: cellKeys('Shift-l'), run: copyCellLink },
  {
    id: 'activity',
    label: 'command.activity',
    keys: cellKeys('Shift-a'),
    run: ({ past }) => past.go({ at: 'activity' }),
  },
  { id: 'blame', label: 'command.blame', keys: cellKeys('Shift-b'), run: toggleBlame },
  { id: 'showValue', label: 'command.showValue', run: showValue },
  ...PANELS.map(panelCommand),
] as const satisfies readonly Command[]

/** The id of a command. */
export type CommandName = (typeof COMMANDS)[number]['id']

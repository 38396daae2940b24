/** What each live editor gets beside Monaco's own keys: the way out, the way to the neighbours, the kernel's help. */
import type { editor } from 'monaco-editor/editor'
import { selectOne, step } from '../access/selection.ts'
import { firstLine } from '../editor/hidden-header.ts'
import { helpModel, registerHelp } from '../editor/kernel-help.ts'
import { changeSetting, settings } from '../settings/settings-store.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { focusCell } from './focus.ts'
import { goToDefinition } from './names/names.ts'
import type { Notebook } from './notebook.ts'
import { save } from './save.ts'
import { followKeyMap } from './vim.ts'

type Monaco = typeof import('monaco-editor/editor')

const isMac = navigator.platform.startsWith('Mac')
const quiet = '!suggestWidgetVisible && !parameterHintsVisible'

export function equipEditor(
  notebook: Notebook,
  instance: editor.IStandaloneCodeEditor,
  monaco: Monaco,
): void {
  const first = instance.createContextKey<boolean>('yesterday.firstLine', true)
  const last = instance.createContextKey<boolean>('yesterday.lastLine', true)
  const look = (): void => {
    const [line, lines] = [instance.getPosition()?.lineNumber, instance.getModel()?.getLineCount()]
    first.set(line === firstLine(instance.getModel()))
    last.set(line === lines)
  }
  instance.onDidChangeCursorPosition(look)
  instance.onDidChangeModel(look)
  // Lines come from others too, and by joining cells, while the cursor stays where it is.
  instance.onDidChangeModelContent(look)
  instance.onMouseUp(({ event, target }) => {
    const isAsked = event.leftButton && (isMac ? event.metaKey : event.ctrlKey)
    const isText = target.type === monaco.editor.MouseTargetType.CONTENT_TEXT
    if (isAsked && isText && instance.getSelection()?.isEmpty() === true) void goToDefinition(notebook)
  })
  registerHelp(monaco)
  instance.onDidChangeModel(() => {
    const model = instance.getModel()
    if (model !== null) helpModel(model, notebook.help)
  })
  instance.onDidChangeCursorSelection(() => publishCursor(notebook, instance))
  instance.onDidFocusEditorText(() => publishCursor(notebook, instance))
  const add = (id: string, key: number, precondition: string, run: () => void): void => {
    instance.addAction({ id: `yesterday.${id}`, label: id, keybindings: [key], precondition, run })
  }
  followKeyMap(instance, { leave: () => leave(notebook), save: () => void save(notebook) })
  const outside = `${quiet} && !editorHasMultipleSelections && !yesterday.vim`
  add('leave', monaco.KeyCode.Escape, outside, () => leave(notebook))
  add('above', monaco.KeyCode.UpArrow, `${quiet} && yesterday.firstLine`, () => neighbour(notebook, -1))
  add('below', monaco.KeyCode.DownArrow, `${quiet} && yesterday.lastLine`, () => neighbour(notebook, 1))
  const afterWord = instance.createContextKey<boolean>('yesterday.afterWord', false)
  instance.onDidChangeCursorPosition(() => afterWord.set(isAfterWord(instance)))
  const help = `${quiet} && !inSnippetMode && yesterday.afterWord && !editorHasSelection && !editorReadonly && !editorTabMovesFocus`
  add('complete', monaco.KeyCode.Tab, help, () => instance.trigger('key', 'editor.action.triggerSuggest', {}))
  add('inspect', monaco.KeyMod.Shift | monaco.KeyCode.Tab, help, () =>
    instance.trigger('key', 'editor.action.showHover', {}),
  )
  const { WinCtrl, Shift } = monaco.KeyMod
  const tabKey = (isMac ? WinCtrl | Shift : monaco.KeyMod.CtrlCmd) | monaco.KeyCode.KeyM
  add('tabMoves', tabKey, '', () => switchTab())
}

/** Where Tab completes rather than indents: behind something that can be completed. */
function isAfterWord(instance: editor.IStandaloneCodeEditor): boolean {
  const position = instance.getPosition()
  const line = position === null ? '' : (instance.getModel()?.getLineContent(position.lineNumber) ?? '')
  return /[\w.%!"'/([]$/u.test(line.slice(0, (position?.column ?? 1) - 1))
}

function publishCursor(notebook: Notebook, instance: editor.IStandaloneCodeEditor): void {
  const [selection, model] = [instance.getSelection(), instance.getModel()]
  if (selection === null || model === null || !instance.hasTextFocus()) return
  const head = model.getOffsetAt(selection.getPosition())
  const [start, end] = [selection.getStartPosition(), selection.getEndPosition()].map((at) =>
    model.getOffsetAt(at),
  )
  notebook.publishCursor({ head, anchor: head === start ? (end ?? head) : (start ?? head) })
}

/** Tab indents, or moves the focus: for those who cannot use Escape. */
export function switchTab(): void {
  const moves = !settings.get().tabMovesFocus
  void changeSetting('person', 'tabMovesFocus', moves)
  notify('info', t(moves ? 'tab.moves' : 'tab.indents'))
}

function leave(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  notebook.selection.set(selectOne(active))
  if (active !== null) focusCell(active)
}

function neighbour(notebook: Notebook, by: number): void {
  const next = step(notebook.selection.get(), notebook.visible(), by)
  if (next.active === null || next.active === notebook.selection.get().active) return
  notebook.reveal(next.active, notebook.typeOf(next.active) === 'markdown' ? 'command' : 'edit')
}

/** What each live editor gets beside Monaco's own keys: the way out, the way to the neighbours, the kernel's help. */
import type { editor } from 'monaco-editor/editor'
import { focusCell } from './focus.ts'
import type { Notebook } from './notebook.ts'
import { selectOne, step } from './selection.ts'

type Monaco = typeof import('monaco-editor/editor')

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
    first.set(line === 1)
    last.set(line === lines)
  }
  instance.onDidChangeCursorPosition(look)
  instance.onDidChangeModel(look)
  const add = (id: string, key: number, precondition: string, run: () => void): void => {
    instance.addAction({ id: `yesterday.${id}`, label: id, keybindings: [key], precondition, run })
  }
  add('leave', monaco.KeyCode.Escape, `${quiet} && !editorHasMultipleSelections`, () => leave(notebook))
  add('above', monaco.KeyCode.UpArrow, `${quiet} && yesterday.firstLine`, () => neighbour(notebook, -1))
  add('below', monaco.KeyCode.DownArrow, `${quiet} && yesterday.lastLine`, () => neighbour(notebook, 1))
}

function leave(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  notebook.selection.set(selectOne(active))
  if (active !== null) focusCell(active)
}

function neighbour(notebook: Notebook, by: number): void {
  const next = step(notebook.selection.get(), notebook.order.get(), by)
  if (next.active === null || next.active === notebook.selection.get().active) return
  notebook.reveal(next.active, notebook.typeOf(next.active) === 'markdown' ? 'command' : 'edit')
}

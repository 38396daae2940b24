/** Shows the value of the name at the caret, in the panel of variables. */
import { nameAt } from '../editor/variable-card.ts'
import type { Notebook } from './notebook.ts'

/** The id of the panel (panels/variables/panel.ts). */
const PANEL = 'variables'

/** Opens the value that the caret's name refers to; without a name, the list. */
export function showValue(notebook: Notebook): void {
  const name = nameAtCaret(notebook)
  notebook.variables.view.set(name === null ? { at: 'list' } : { at: 'value', name, path: [] })
  if (notebook.panels.get() !== PANEL) notebook.panels.toggle(PANEL)
}

function nameAtCaret({ selection, pool }: Notebook): string | null {
  const { active } = selection.get()
  const editor = active === null ? null : pool.editorOf(active)
  const [model, position] = [editor?.getModel(), editor?.getPosition()]
  const word = model && position ? model.getWordAtPosition(position) : null
  if (!model || !position || !word) return null
  return nameAt(model.getLineContent(position.lineNumber), word.startColumn - 1, word.word)
}

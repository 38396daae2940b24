/**
 * Hides the first line of a SQL cell in a live editor: the page shows it as a header. The model keeps the whole source,
 * so edits, carets and searches have the same offsets as everywhere. Invariant: the selection never reaches the line.
 */
import type { editor, IRange } from 'monaco-editor/editor'

const FIRST: IRange = { startLineNumber: 1, startColumn: 1, endLineNumber: 1, endColumn: 1 }

/** The line where writing begins. */
export const firstLine = (model: editor.ITextModel | null): number =>
  model?.getLanguageId() === 'sql' && model.getLineCount() > 1 ? 2 : 1

/** Hides the line, or shows it, as the language of the editor's model says. */
export function applyHeader(instance: editor.IStandaloneCodeEditor): void {
  // The editor has the method; its published types leave it out (0.57).
  if (!('setHiddenAreas' in instance) || typeof instance.setHiddenAreas !== 'function') return
  const isHidden = firstLine(instance.getModel()) === 2
  Reflect.apply(instance.setHiddenAreas, instance, [isHidden ? [FIRST] : []])
  if (isHidden) keepBelow(instance)
}

/** Whether a Backspace would delete the line break that ends the hidden line. */
export function isBehindHeader(instance: editor.IStandaloneCodeEditor): boolean {
  const [selection, first] = [instance.getSelection(), firstLine(instance.getModel())]
  if (first === 1 || selection?.isEmpty() !== true) return false
  return selection.startLineNumber === first && selection.startColumn === 1
}

/** Keeps the caret below the line, and the line break that ends it. */
export function guardHeader(instance: editor.IStandaloneCodeEditor): void {
  instance.onDidChangeCursorSelection(() => keepBelow(instance))
  instance.onKeyDown((event) => {
    if (event.browserEvent.key !== 'Backspace' || !isBehindHeader(instance)) return
    event.preventDefault()
    event.stopPropagation()
  })
}

function keepBelow(instance: editor.IStandaloneCodeEditor): void {
  const selections = instance.getSelections() ?? []
  if (firstLine(instance.getModel()) === 1 || selections.every(({ startLineNumber }) => startLineNumber > 1))
    return
  instance.setSelections(
    selections.map((one) => {
      const below = (line: number, column: number): readonly [number, number] =>
        line > 1 ? [line, column] : [2, 1]
      const [selectionStartLineNumber, selectionStartColumn] = below(
        one.selectionStartLineNumber,
        one.selectionStartColumn,
      )
      const [positionLineNumber, positionColumn] = below(one.positionLineNumber, one.positionColumn)
      return { selectionStartLineNumber, selectionStartColumn, positionLineNumber, positionColumn }
    }),
  )
}

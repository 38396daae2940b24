/**
 * Keeps a Monaco model and a Y.Text equal, edit by edit, both ways. Undo is the notebook's (notebook/undo.ts), never
 * Monaco's. Invariant: outside of a change being carried over, model and text hold the same UTF-16 units, and no
 * surrogate pair is ever split in the text.
 */
import type { editor } from 'monaco-editor/editor'
import type * as Y from 'yjs'

/** A replacement in UTF-16 units. */
export interface Change {
  readonly rangeOffset: number
  readonly rangeLength: number
  readonly text: string
}

/**
 * Binds them; returns the way to unbind. Edits of the person carry `origin`; `onEdit` gets the first change of each before
 * it is applied.
 */
export function bindText(
  model: editor.ITextModel,
  text: Y.Text,
  origin: object,
  onEdit: (change: Change) => void = () => undefined,
): () => void {
  let carrying = false
  const toModel = (event: Y.YTextEvent): void => {
    if (carrying) return
    carrying = true
    applyDelta(model, event.delta)
    if (model.getValueLength() !== text.length) replaceAll(model, text.toString())
    carrying = false
  }
  const toText = model.onDidChangeContent((event) => {
    if (carrying) return
    carrying = true
    const [first] = event.changes
    if (first !== undefined) onEdit(first)
    applyToText(text, event.changes, origin)
    carrying = false
  })
  text.observe(toModel)
  return () => {
    text.unobserve(toModel)
    toText.dispose()
  }
}

/** Applies changes that all refer to the text before any of them, in one transaction. */
export function applyToText(text: Y.Text, changes: readonly Change[], origin: object): void {
  const before = text.toString()
  const fromTheEnd = changes
    .map((change) => wholePairs(before, change))
    .sort((a, b) => b.rangeOffset - a.rangeOffset)
  const apply = (): void => {
    for (const change of fromTheEnd) {
      if (change.rangeLength > 0) text.delete(change.rangeOffset, change.rangeLength)
      if (change.text !== '') text.insert(change.rangeOffset, change.text)
    }
  }
  if (text.doc === null) apply()
  else text.doc.transact(apply, origin)
}

/** pure. Widens a change so that it begins and ends between characters, not inside a surrogate pair. */
export function wholePairs(before: string, change: Change): Change {
  const end = change.rangeOffset + change.rangeLength
  const head = splitsPair(before, change.rangeOffset) ? before.charAt(change.rangeOffset - 1) : ''
  const tail = splitsPair(before, end) ? before.charAt(end) : ''
  if (head === '' && tail === '') return change
  return {
    rangeOffset: change.rangeOffset - head.length,
    rangeLength: change.rangeLength + head.length + tail.length,
    text: head + change.text + tail,
  }
}

function splitsPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at - 1) & 0xfc00
  return at > 0 && high === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00
}

function applyDelta(model: editor.ITextModel, delta: Y.YTextEvent['delta']): void {
  const edits: editor.IIdentifiedSingleEditOperation[] = []
  let at = 0
  for (const step of delta) {
    if (step.retain !== undefined) at += step.retain
    else if (step.delete !== undefined) {
      edits.push({ range: rangeOf(model, at, at + step.delete), text: '' })
      at += step.delete
    } else if (typeof step.insert === 'string') {
      edits.push({ range: rangeOf(model, at, at), text: step.insert, forceMoveMarkers: false })
    }
  }
  model.pushEditOperations(null, edits, () => null)
}

function replaceAll(model: editor.ITextModel, text: string): void {
  model.pushEditOperations(null, [{ range: model.getFullModelRange(), text }], () => null)
}

function rangeOf(model: editor.ITextModel, start: number, end: number) {
  const [from, to] = [model.getPositionAt(start), model.getPositionAt(end)]
  return {
    startLineNumber: from.lineNumber,
    startColumn: from.column,
    endLineNumber: to.lineNumber,
    endColumn: to.column,
  }
}

/**
 * Keys pressed between "edit this cell" and the moment its editor has the focus. Invariant: none is lost, none is taken
 * for a command of command mode, and their order is kept.
 */
import type { editor } from 'monaco-editor/editor'
import { isBehindHeader } from '../editor/hidden-header.ts'
import type { Stroke } from './keys.ts'

export class TypeAhead {
  #waiting: Stroke[] | null = null
  #turn = 0

  /** From now until `focused` settles strokes are held; then each goes to `replay`, in order. */
  begin(focused: Promise<boolean>, replay: (stroke: Stroke) => void): void {
    const turn = ++this.#turn
    this.#waiting ??= []
    void focused.then((done) => {
      if (turn !== this.#turn) return
      const strokes = this.#waiting ?? []
      this.#waiting = null
      for (let stroke = strokes.shift(); done && stroke !== undefined; stroke = strokes.shift()) {
        replay(stroke)
        // It asked for another place: what follows is meant for there.
        if (turn !== this.#turn) return this.#holdFirst(strokes)
      }
    })
  }

  #holdFirst(strokes: readonly Stroke[]): void {
    this.#waiting?.unshift(...strokes)
  }

  /** True when the stroke is held. */
  hold({ key, ctrlKey, metaKey, altKey, shiftKey }: Stroke): boolean {
    this.#waiting?.push({ key, ctrlKey, metaKey, altKey, shiftKey })
    return this.#waiting !== null
  }
}

/** What keys that write nothing do in an editor, by Monaco's names. */
const moves: Readonly<Record<string, string>> = {
  Backspace: 'deleteLeft',
  Delete: 'deleteRight',
  ArrowLeft: 'cursorLeft',
  ArrowRight: 'cursorRight',
  ArrowUp: 'cursorUp',
  ArrowDown: 'cursorDown',
  Home: 'cursorHome',
  End: 'cursorEnd',
}

/** Gives an editor one stroke, as the keyboard would; strokes that mean nothing to it are dropped. */
export function typeInto(
  target: editor.IStandaloneCodeEditor | null,
  { key, ctrlKey, metaKey }: Stroke,
): void {
  const move = moves[key]
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() === 'a') target?.trigger('keyboard', 'editor.action.selectAll', null)
  } else if (move !== undefined) {
    // These strokes do not pass the editor's own keyboard, which guards the hidden line of a SQL cell.
    if (move !== 'deleteLeft' || target === null || !isBehindHeader(target))
      target?.trigger('keyboard', move, null)
  } else if (key === 'Enter') target?.trigger('keyboard', 'type', { text: '\n' })
  else if ([...key].length === 1) target?.trigger('keyboard', 'type', { text: key })
}

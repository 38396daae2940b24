/**
 * Keys pressed between "edit this cell" and the moment its editor has the focus. Invariant: none is lost, none is taken
 * for a command of command mode, and their order is kept.
 */
import type { editor } from 'monaco-editor/editor'
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
      if (done) for (const stroke of strokes) replay(stroke)
    })
  }

  /** True when the stroke is held. */
  hold({ key, ctrlKey, metaKey, altKey, shiftKey }: Stroke): boolean {
    this.#waiting?.push({ key, ctrlKey, metaKey, altKey, shiftKey })
    return this.#waiting !== null
  }
}

/** Gives an editor one stroke, as the keyboard would; strokes that write nothing are let go. */
export function typeInto(
  target: editor.IStandaloneCodeEditor | null,
  { key, ctrlKey, metaKey }: Stroke,
): void {
  if (ctrlKey || metaKey) return
  if (key === 'Backspace') target?.trigger('keyboard', 'deleteLeft', null)
  else if (key === 'Enter') target?.trigger('keyboard', 'type', { text: '\n' })
  else if ([...key].length === 1) target?.trigger('keyboard', 'type', { text: key })
}

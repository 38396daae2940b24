/**
 * Keeps the keyboard alive: when what had the focus is gone, the active cell gets it. Invariant: the focus is never taken
 * from an element that has it, and the page does not scroll.
 */
import { type RefObject, useEffect } from 'react'
import { isPane } from '../navigation/side.ts'
import { useWatched } from '../state/use-watched.ts'
import { claimFocus } from './focus.ts'
import type { Notebook } from './notebook.ts'

/** `onKey` gets keys that are pressed while nothing has the focus, as if the active cell had it, and those of the page around the cells. */
export function useFocusHome(notebook: Notebook, onKey: RefObject<(event: KeyboardEvent) => void>): void {
  const order = useWatched(notebook.order, (ids) => ids)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order may have removed the cell with the focus
  useEffect(() => {
    const frame = requestAnimationFrame(() => claimFocus(notebook.selection.get().active))
    return () => cancelAnimationFrame(frame)
  }, [notebook, order])
  useEffect(() => {
    const onBareKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return
      const isClaimed = claimFocus(notebook.selection.get().active)
      if (event.key !== 'Tab' && (isClaimed || isAround(event.target))) onKey.current(event)
    }
    const claim = (): void => void claimFocus(notebook.selection.get().active)
    addEventListener('keydown', onBareKey)
    if (isPane) addEventListener('focus', claim)
    return () => {
      removeEventListener('keydown', onBareKey)
      removeEventListener('focus', claim)
    }
  }, [notebook, onKey])
}

const isAround = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('.notebook-cells, .code-editor-mount, dialog, [role=dialog]') === null

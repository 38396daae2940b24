/** Where the page's focus goes in command mode. */
import { isPane } from '../navigation/side.ts'

/** Puts the focus on a cell's frame. */
export function focusCell(cell: string): void {
  showCell(cell)
  document.getElementById(`cell-${cell}`)?.focus({ preventScroll: true })
}

/** Scrolls as little as shows a cell. */
export function showCell(cell: string): void {
  scrollToCell(cell, (element) => element.scrollIntoView({ block: 'nearest' }))
}

/** What comes into view is drawn a frame or two later, and may then be higher than was expected. */
const SETTLING_FRAMES = 4

/** Scrolls to a cell, and again where the page moves under it; `scroll` must do nothing once all is in its place. */
export function scrollToCell(cell: string, scroll: (element: HTMLElement) => void): void {
  const element = document.getElementById(`cell-${cell}`)
  if (element === null) return
  const isDrawn = element.checkVisibility({ contentVisibilityAuto: true })
  const settle = (frames: number): void => {
    scroll(element)
    if (frames > 0) requestAnimationFrame(() => settle(frames - 1))
  }
  settle(isDrawn ? 0 : SETTLING_FRAMES)
}

/** Puts the focus on a cell's frame, where it is not in that cell already. */
export function keepFocusIn(cell: string): void {
  const element = document.getElementById(`cell-${cell}`)
  if (element?.contains(document.activeElement) === false) element.focus({ preventScroll: true })
}

/** Puts the focus on a cell's frame if nothing else has it, on the other side neither; answers whether it did. */
export function claimFocus(cell: string | null): boolean {
  if (isPane && !document.hasFocus()) return false
  const { activeElement } = document
  const isFree = activeElement === null || activeElement === document.body
  if (cell === null || !isFree || document.querySelector('dialog[open]') !== null) return false
  document.getElementById(`cell-${cell}`)?.focus({ preventScroll: true })
  return document.activeElement !== document.body
}

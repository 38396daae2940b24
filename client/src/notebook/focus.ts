/** Where the page's focus goes in command mode. */

/** Puts the focus on a cell's frame. */
export function focusCell(cell: string): void {
  const element = document.getElementById(`cell-${cell}`)
  element?.focus({ preventScroll: true })
  element?.scrollIntoView({ block: 'nearest' })
}

/** Puts the focus on a cell's frame, where it is not in that cell already. */
export function keepFocusIn(cell: string): void {
  const element = document.getElementById(`cell-${cell}`)
  if (element?.contains(document.activeElement) === false) element.focus({ preventScroll: true })
}

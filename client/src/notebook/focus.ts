/** Where the page's focus goes in command mode. */

/** Puts the focus on a cell's frame. */
export function focusCell(cell: string): void {
  const element = document.getElementById(`cell-${cell}`)
  element?.focus({ preventScroll: true })
  element?.scrollIntoView({ block: 'nearest' })
}

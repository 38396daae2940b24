/**
 * pure. Which cells are selected and whether the person is typing. Invariant: `active` is one of the cells, or null
 * when there are none; the selection is the stretch between `anchor` and `active`.
 */

/** `command`: keys act on cells. `edit`: keys go into the active cell. */
export interface Selection {
  readonly active: string | null
  readonly anchor: string | null
  readonly mode: 'command' | 'edit'
}

/** One cell, in command mode. */
export const selectOne = (cell: string | null, mode: Selection['mode'] = 'command'): Selection => ({
  active: cell,
  anchor: cell,
  mode,
})

/** The selected cells, in the notebook's order. */
export function selectedCells(selection: Selection, order: readonly string[]): readonly string[] {
  const [a, b] = [order.indexOf(selection.anchor ?? ''), order.indexOf(selection.active ?? '')]
  if (b === -1) return []
  if (a === -1) return order.slice(b, b + 1)
  return order.slice(Math.min(a, b), Math.max(a, b) + 1)
}

/** The active cell goes up or down; `extend` leaves the anchor. */
export function step(selection: Selection, order: readonly string[], by: number, extend = false): Selection {
  const at = order.indexOf(selection.active ?? '')
  const next = order[Math.max(0, Math.min(order.length - 1, at + by))] ?? null
  return extend ? { active: next, anchor: selection.anchor, mode: 'command' } : selectOne(next)
}

/** After cells came and went: the active cell, or the one in its place. */
export function afterChange(
  selection: Selection,
  before: readonly string[],
  now: readonly string[],
): Selection {
  if (selection.active !== null && now.includes(selection.active)) return selection
  const at = before.indexOf(selection.active ?? '')
  return selectOne(now[Math.min(Math.max(at, 0), now.length - 1)] ?? null)
}

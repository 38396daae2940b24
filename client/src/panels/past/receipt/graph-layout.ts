/**
 * pure. The positions of runs in a lineage graph: x by the order in which they ran, y by the lane of their cell. No
 * crossing is searched for, so that it takes no time: a person reads time from left to right.
 */

/** What is placed. `lane` names the cell; `place` orders lanes from top to bottom. */
export interface GraphRun {
  readonly run: string
  readonly order: number
  readonly lane: string
  readonly place: number
}

export interface Placed {
  readonly run: string
  readonly column: number
  readonly row: number
}

export interface GraphLayout {
  readonly columns: number
  readonly rows: number
  /** By run; in the order of columns. */
  readonly placed: ReadonlyMap<string, Placed>
}

/** Columns by order, one run each; rows by lane. */
export function layoutGraph(runs: readonly GraphRun[]): GraphLayout {
  const ordered = runs.toSorted((a, b) => a.order - b.order || (a.run < b.run ? -1 : 1))
  const places = new Map(runs.map(({ lane, place }) => [lane, place]))
  const lanes = [...places].sort(([a, p], [b, q]) => p - q || (a < b ? -1 : 1)).map(([lane]) => lane)
  const rows = new Map(lanes.map((lane, row) => [lane, row]))
  const placed = ordered.map(({ run, lane }, column) => ({ run, column, row: rows.get(lane) ?? 0 }))
  return { columns: placed.length, rows: lanes.length, placed: new Map(placed.map((one) => [one.run, one])) }
}

/** A curve from the right side of one box to the left side of another. */
export function curve(from: readonly [number, number], to: readonly [number, number]): string {
  const [[x, y], [toX, toY]] = [from, to]
  const bend = Math.max(14, (toX - x) / 2)
  return `M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX} ${toY}`
}

/** The run next to `from` in a direction: along the row for left and right, the nearest row for up and down. */
export function neighbour(
  layout: GraphLayout,
  from: string,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
): string | null {
  const at = layout.placed.get(from)
  if (at === undefined) return null
  const all = [...layout.placed.values()]
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    return all[at.column + (key === 'ArrowLeft' ? -1 : 1)]?.run ?? null
  }
  const beyond = all.filter(({ row }) => (key === 'ArrowUp' ? row < at.row : row > at.row))
  const distance = ({ row, column }: Placed) => Math.abs(row - at.row) * 1000 + Math.abs(column - at.column)
  return beyond.sort((a, b) => distance(a) - distance(b))[0]?.run ?? null
}

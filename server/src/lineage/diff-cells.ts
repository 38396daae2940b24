/**
 * Compares two sets of cells: sessions, or states of a notebook. Cells are matched by their ids.
 * Invariant: a cell whose code and run are the same is left out.
 */
import type { Diff, DiffLine } from '../../contract/past.ts'
import { diffRuns, type RunSide } from './diff.ts'
import { diffLines } from './diff-lines.ts'
import type { ReadObject } from './diff-outputs.ts'

/** A cell on one side: its source, and its last run there where it ran. */
export interface CellSide {
  readonly cellId: string
  readonly source: string
  readonly run: RunSide | null
}

export interface CellsSide {
  /** As a person names it. */
  readonly title: string
  /** In the order in which they ran, or of the notebook. */
  readonly cells: readonly CellSide[]
}

type CellsDiff = Extract<Diff, { kind: 'cells' }>

export async function diffCells(a: CellsSide, b: CellsSide, read: ReadObject): Promise<CellsDiff> {
  const [before, after] = [byId(a), byId(b)]
  const cells: CellsDiff['cells'] = []
  for (const cellId of new Set([...before.keys(), ...after.keys()])) {
    const difference = await diffCell(cellId, before.get(cellId), after.get(cellId), read)
    if (difference !== null) cells.push(difference)
  }
  const order = orderOf(before, after)
  return { kind: 'cells', a: a.title, b: b.title, same: cells.length === 0 && order === null, order, cells }
}

const byId = ({ cells }: CellsSide) => new Map(cells.map((cell) => [cell.cellId, cell]))

async function diffCell(
  cellId: string,
  a: CellSide | undefined,
  b: CellSide | undefined,
  read: ReadObject,
): Promise<CellsDiff['cells'][number] | null> {
  if (a === undefined) return { cellId, change: 'added', code: all('added', b?.source ?? ''), run: null }
  if (b === undefined) return { cellId, change: 'removed', code: all('removed', a.source), run: null }
  const code = a.source === b.source ? null : diffLines(a.source, b.source)
  const run = a.run === null || b.run === null ? null : await diffRuns(a.run, b.run, read)
  if (code === null && (run?.same ?? true)) return null
  return { cellId, change: 'changed', code, run }
}

const all = (type: DiffLine['type'], source: string): DiffLine[] =>
  source.split('\n').map((text) => ({ type, text }))

/** The order of the cells that both have. */
function orderOf(a: ReadonlyMap<string, CellSide>, b: ReadonlyMap<string, CellSide>): CellsDiff['order'] {
  const [before, after] = [[...a.keys()].filter((id) => b.has(id)), [...b.keys()].filter((id) => a.has(id))]
  return before.every((id, place) => id === after[place]) ? null : { a: before, b: after }
}

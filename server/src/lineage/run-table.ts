/** pure. Runs with their numbers side by side. */
import type { RunTable } from '../../contract/past.ts'
import type { LogPage } from '../../contract/run.ts'
import type { RunFigures } from '../store/ports.ts'

/** Columns are ordered by how many rows have them, then by name. */
export function runTable({ runs, next }: LogPage, numbers: ReadonlyMap<string, RunFigures>): RunTable {
  const rows = runs.map((run) => ({ ...run, ...(numbers.get(run.run) ?? { parameters: {}, metrics: {} }) }))
  return {
    rows,
    parameters: columns(rows.map(({ parameters }) => parameters)),
    metrics: columns(rows.map(({ metrics }) => metrics)),
    next,
  }
}

function columns(figures: readonly Readonly<Record<string, number>>[]): string[] {
  const counts = new Map<string, number>()
  for (const name of figures.flatMap((one) => Object.keys(one))) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name)
}

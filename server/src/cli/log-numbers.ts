/** pure. Runs with their parameters and metrics side by side, sorted by one of them. */
import type { RunTable, TableRow } from '../../contract/past.ts'
import { localTime, shortId, table } from './text.ts'

/** `-acc` sorts from the largest. Runs without that number come last. */
export function sortRows(rows: readonly TableRow[], by: string | undefined): readonly TableRow[] {
  if (by === undefined) return rows
  const [name, sign] = by.startsWith('-') ? [by.slice(1), -1] : [by, 1]
  const value = ({ metrics, parameters, durationMs }: TableRow) =>
    metrics[name] ?? parameters[name] ?? (name === 'duration' ? durationMs : undefined)
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return sign * (x - y)
  })
}

/** A line of names, then a line for each run. */
export function numberLines(
  { parameters, metrics }: Pick<RunTable, 'parameters' | 'metrics'>,
  rows: readonly TableRow[],
): readonly string[] {
  const head = ['run', 'ended', 'outcome', ...parameters, ...metrics, 'code']
  const lines = rows.map((row) => [
    shortId(row.run),
    localTime(row.ended),
    row.outcome,
    ...parameters.map((name) => numberText(row.parameters[name])),
    ...metrics.map((name) => numberText(row.metrics[name])),
    row.title,
  ])
  return table([head, ...lines])
}

export const numberText = (value: number | undefined) =>
  value === undefined ? '-' : String(Number(value.toPrecision(6)))

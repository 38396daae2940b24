/** Rows that are in the page as a source: ordered, filtered and summarized here. */
import type { ColumnSummary, TableFilter, TableSort } from '@yesterday/server/contract/variables.ts'
import { t } from '../text/text.ts'
import type { HeldRows } from './html-table.ts'
import type { TableSource } from './source.ts'

const BINS = 20
const TOP = 5

export function heldTable(table: HeldRows): TableSource {
  const { columns, cells, labels } = table
  const rows = cells[0]?.length ?? labels?.length ?? 0
  const all = [...Array(rows).keys()]
  return {
    rows,
    width: columns.length,
    columns,
    mayCompute: true,
    columnsFrom: async (start) => ({ ok: true, value: columns.slice(start) }),
    page: async ({ start, count, columns: places, sorts, filters }) => {
      const problem = filters.map((one) => whyNot(table, one)).find((why) => why !== null)
      if (problem != null) return { ok: false, problem }
      const order = ordered(table, kept(table, all, filters), sorts)
      const shown = order.slice(start, start + count)
      const page = {
        total: order.length,
        start,
        cells: places.map((place) => shown.map((row) => cells[place]?.[row] ?? null)),
        labels: labels === null ? null : shown.map((row) => labels[row] ?? ''),
      }
      return { ok: true, value: page }
    },
    summaries: async (places, filters) => {
      const shown = kept(table, all, filters)
      return { ok: true, value: places.map((place) => summarized(table, place, shown)) }
    },
  }
}

function whyNot({ columns }: HeldRows, { column, operation, value }: TableFilter): string | null {
  const isCompared = !['contains', 'missing', 'present'].includes(operation)
  const isNumber = columns[column]?.kind === 'number'
  return isCompared && isNumber && !Number.isFinite(Number(value.trim() || Number.NaN))
    ? t('table.notANumber', { value })
    : null
}

const kept = (table: HeldRows, rows: readonly number[], filters: readonly TableFilter[]): readonly number[] =>
  rows.filter((row) => filters.every((filter) => stays(table, row, filter)))

function stays(
  { cells, columns }: HeldRows,
  row: number,
  { column, operation, value }: TableFilter,
): boolean {
  const cell = cells[column]?.[row] ?? null
  if (operation === 'missing' || operation === 'present') return (cell === null) === (operation === 'missing')
  if (cell === null) return false
  if (operation === 'contains') return cell.toLowerCase().includes(value.toLowerCase())
  const order = compared(cell, value, columns[column]?.kind === 'number')
  return { eq: order === 0, ne: order !== 0, lt: order < 0, le: order <= 0, gt: order > 0, ge: order >= 0 }[
    operation
  ]
}

function compared(one: string, two: string, isNumber: boolean): number {
  if (isNumber) return Number(one) - Number(two)
  return one < two ? -1 : one > two ? 1 : 0
}

/** Missing cells are last in both directions; equal ones keep their order. */
function ordered(
  { cells, columns }: HeldRows,
  rows: readonly number[],
  sorts: readonly TableSort[],
): readonly number[] {
  const compare = (one: number, two: number): number => {
    for (const { column, descending } of sorts) {
      const [a, b] = [cells[column]?.[one] ?? null, cells[column]?.[two] ?? null]
      if (a === null || b === null) {
        if (a !== b) return a === null ? 1 : -1
        continue
      }
      const order = compared(a, b, columns[column]?.kind === 'number')
      if (order !== 0) return descending ? -order : order
    }
    return one - two
  }
  return sorts.length === 0 ? rows : [...rows].sort(compare)
}

function summarized({ cells, columns }: HeldRows, column: number, rows: readonly number[]): ColumnSummary {
  const known = rows.map((row) => cells[column]?.[row] ?? null).filter((one) => one !== null)
  const base = { column, count: rows.length, missing: rows.length - known.length }
  return columns[column]?.kind === 'number' && known.length > 0
    ? { ...base, ...ofNumbers(known.map(Number)) }
    : { ...base, ...ofTexts(known) }
}

function ofNumbers(values: readonly number[]): Partial<ColumnSummary> {
  const least = values.reduce((one, two) => Math.min(one, two))
  const greatest = values.reduce((one, two) => Math.max(one, two))
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length
  const bins = Array<number>(greatest > least ? BINS : 1).fill(0)
  for (const value of values) {
    const place = greatest > least ? Math.floor(((value - least) / (greatest - least)) * BINS) : 0
    const bin = Math.min(bins.length - 1, place)
    bins[bin] = (bins[bin] ?? 0) + 1
  }
  const text = (number: number): string => String(Number(number.toPrecision(6)))
  return {
    least: text(least),
    greatest: text(greatest),
    mean: text(mean),
    deviation: text(Math.sqrt(variance)),
    bins,
  }
}

function ofTexts(values: readonly string[]): Partial<ColumnSummary> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const top = [...counts].sort(([, one], [, two]) => two - one).slice(0, TOP)
  return {
    distinct: counts.size,
    top: top.map(([text, count]): [string, number] => [text.slice(0, 60), count]),
  }
}

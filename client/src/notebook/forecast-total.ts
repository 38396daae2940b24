/** pure. What several cells are expected to take together, and when that asks for a question first. */
import type { CellForecast, Forecast } from '@yesterday/server/contract/prediction.ts'

export interface Total {
  readonly ms: number
  readonly low: number
  readonly high: number
  /** Bytes. What a cell has made mostly stays, so that it adds up. */
  readonly memory: number
  /** Cells of which nothing is known. */
  readonly unknown: number
  /** The forecast of the time that weighs most. */
  readonly main: Forecast
}

/** A run that is expected to take longer asks first. */
export const LONG_MS = 10 * 60_000

export function totalOf(cells: readonly (CellForecast | undefined)[]): Total | null {
  const times = cells.flatMap((cell) => cell?.ms ?? [])
  const [first] = times
  if (first === undefined) return null
  const ms = sum(times.map(({ value }) => value))
  const off = (side: 'low' | 'high') => Math.hypot(...times.map((time) => time[side] - time.value))
  return {
    ms,
    low: Math.max(0, ms - off('low')),
    high: ms + off('high'),
    memory: sum(cells.map((cell) => cell?.memory?.value ?? 0)),
    unknown: cells.filter((cell) => cell !== undefined && cell.ms === null).length,
    main: times.reduce((most, one) => (one.value > most.value ? one : most), first),
  }
}

/** The total if it is long, or more than the memory that is free. */
export function warningOf(total: Total | null, free: number | null): Total | null {
  if (total === null) return null
  return total.ms > LONG_MS || isTooLarge(total, free) ? total : null
}

export const isTooLarge = ({ memory }: Pick<Total, 'memory'>, free: number | null): boolean =>
  free !== null && memory > free

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

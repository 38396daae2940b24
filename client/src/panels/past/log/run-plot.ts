/**
 * pure. The positions of runs on a plot of their numbers, as shares of its width and height from the lower left.
 * Invariant: an axis spans all its values; one whose values are positive and spread over two powers of ten is logarithmic.
 */
import type { TableRow } from '@yesterday/server/contract/past.ts'

/** A number of runs, or the time at which they ended. */
export type PlotBy =
  | { readonly of: 'time' }
  | { readonly of: 'parameters' | 'metrics'; readonly name: string }

export interface Tick {
  readonly at: number
  readonly value: number
}

export interface Axis {
  readonly by: PlotBy
  readonly isLog: boolean
  readonly ticks: readonly Tick[]
  readonly place: (value: number) => number
}

export interface Scatter {
  readonly x: Axis
  readonly y: Axis
  readonly points: readonly { readonly run: TableRow; readonly x: number; readonly y: number }[]
}

export interface Parallel {
  readonly axes: readonly Axis[]
  /** Null if a run does not have the axis' number. */
  readonly lines: readonly { readonly run: TableRow; readonly places: readonly (number | null)[] }[]
}

/** The ratio from which values are plotted by their powers. */
const LOG_SPAN = 100
const TICKS = 5
/** More axes cannot be read beside each other. */
const MOST_AXES = 8

export const numberAt = (run: TableRow, by: PlotBy): number | undefined =>
  by.of === 'time' ? Date.parse(run.ended) : run[by.of][by.name]

export const nameOf = (by: PlotBy): string => (by.of === 'time' ? 'time' : `${by.of} ${by.name}`)

/**
 * What can be plotted: time, then the numbers that differ from run to run, those with most values first, then the rest.
 * What a cell shows has mostly a name of its own as well, and comes after all that have one.
 */
export function plottable(
  rows: readonly TableRow[],
  names: { readonly parameters: readonly string[]; readonly metrics: readonly string[] },
): readonly PlotBy[] {
  const numbers = (['parameters', 'metrics'] as const).flatMap((of) =>
    names[of].map((name) => ({ of, name }) as const),
  )
  const distinct = (by: PlotBy): number => new Set(valuesOf(rows, by)).size
  const isShown = (by: PlotBy): number => (by.of !== 'time' && /^Out\[\d+\]$/.test(by.name) ? 1 : 0)
  const byValues = numbers.toSorted((a, b) => isShown(a) - isShown(b) || distinct(b) - distinct(a))
  const varies = (by: PlotBy): boolean => distinct(by) > 1
  return [{ of: 'time' }, ...byValues.filter(varies), ...byValues.filter((by) => !varies(by))]
}

/** Pairs of numbers are looked for among so many parameters and so many metrics. */
const MOST_PAIRED = 12

/**
 * The first parameter and metric that the same runs have and that are two numbers, in several runs if possible; else
 * the only number against time. Null if no run has a number.
 */
export function firstPlot(
  rows: readonly TableRow[],
  all: readonly PlotBy[],
): { readonly x: PlotBy; readonly y: PlotBy } | null {
  const [time, ...numbers] = all
  const metrics = numbers.filter(({ of }) => of === 'metrics')
  const y = metrics[0] ?? numbers[0]
  if (time === undefined || y === undefined) return null
  const parameters = numbers.filter(({ of }) => of === 'parameters').slice(0, MOST_PAIRED)
  const pairs = parameters
    .flatMap((x) => metrics.slice(0, MOST_PAIRED).map((y) => ({ x, y, runs: together(rows, x, y) })))
    .filter(({ x, y, runs }) => runs > 0 && !isSameNumber(rows, x, y))
  const best = pairs.find(({ runs }) => runs > 1) ?? pairs[0]
  return best === undefined ? { x: time, y } : { x: best.x, y: best.y }
}

/** How many runs have both. */
const together = (rows: readonly TableRow[], a: PlotBy, b: PlotBy): number =>
  rows.filter((run) => hasNumber(run, a) && hasNumber(run, b)).length

/** Columns of a table: what differs from run to run first, and a number that has one name twice but once. */
export function columnsOf(
  rows: readonly TableRow[],
  names: { readonly parameters: readonly string[]; readonly metrics: readonly string[] },
): readonly Exclude<PlotBy, { of: 'time' }>[] {
  const columns: Exclude<PlotBy, { of: 'time' }>[] = []
  for (const by of plottable(rows, names)) {
    if (by.of === 'time') continue
    if (!columns.some((other) => other.name === by.name && isSameNumber(rows, other, by))) columns.push(by)
  }
  return columns
}

export function scatterOf(
  rows: readonly TableRow[],
  by: { readonly x: PlotBy; readonly y: PlotBy },
): Scatter {
  const both = rows.filter((run) => hasNumber(run, by.x) && hasNumber(run, by.y))
  const [x, y] = [axisOf(both, by.x), axisOf(both, by.y)]
  const at = (run: TableRow, axis: Axis): number => axis.place(numberAt(run, axis.by) ?? 0)
  return { x, y, points: both.map((run) => ({ run, x: at(run, x), y: at(run, y) })) }
}

/** Runs as lines over parallel axes, parameters first: numbers that differ, each once whatever its names. */
export function parallelOf(rows: readonly TableRow[], all: readonly PlotBy[]): Parallel {
  const distinct: PlotBy[] = []
  for (const by of all) {
    if (by.of === 'time' || new Set(valuesOf(rows, by)).size < 2) continue
    if (!distinct.some((other) => isSameNumber(rows, other, by))) distinct.push(by)
  }
  const chosen = distinct.slice(0, MOST_AXES)
  const inOrder = [
    ...chosen.filter(({ of }) => of === 'parameters'),
    ...chosen.filter(({ of }) => of === 'metrics'),
  ]
  const axes = inOrder.map((by) => axisOf(rows, by))
  const lines = rows.map((run) => ({ run, places: axes.map((axis) => placeOf(run, axis)) }))
  return { axes, lines: lines.filter(({ places }) => places.filter((place) => place !== null).length > 1) }
}

/** Whether two names denote one number, as a variable and the parameter that it is passed as. */
function isSameNumber(rows: readonly TableRow[], a: PlotBy, b: PlotBy): boolean {
  const both = rows.filter((run) => hasNumber(run, a) && hasNumber(run, b))
  return both.length > 1 && both.every((run) => numberAt(run, a) === numberAt(run, b))
}

function placeOf(run: TableRow, axis: Axis): number | null {
  const value = numberAt(run, axis.by)
  return value === undefined ? null : axis.place(value)
}

const hasNumber = (run: TableRow, by: PlotBy): boolean => numberAt(run, by) !== undefined

const valuesOf = (rows: readonly TableRow[], by: PlotBy): readonly number[] =>
  rows.map((run) => numberAt(run, by)).filter((value) => value !== undefined)

function axisOf(rows: readonly TableRow[], by: PlotBy): Axis {
  const values = valuesOf(rows, by)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (values.length === 0 || least === most) {
    const ticks = values.length === 0 ? [] : [{ at: 0.5, value: least }]
    return { by, isLog: false, ticks, place: () => 0.5 }
  }
  const isLog = by.of !== 'time' && least > 0 && most / least >= LOG_SPAN
  const scaled = isLog ? Math.log10 : (value: number): number => value
  const [low, high] = [scaled(least), scaled(most)]
  const place = (value: number): number => (scaled(value) - low) / (high - low)
  const round = isLog ? powers(low, high) : ticksOf(least, most)
  return { by, isLog, place, ticks: round.map((value) => ({ at: place(value), value })) }
}

/** Round values within. */
function ticksOf(least: number, most: number): readonly number[] {
  const raw = (most - least) / TICKS
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw) ?? raw
  const first = Math.ceil(least / step)
  const count = Math.floor(most / step) - first + 1
  const ticks = Array.from({ length: Math.max(0, count) }, (_, n) =>
    Number(((first + n) * step).toPrecision(15)),
  )
  // Values that differ in their last digits alone: rounding leads out of them.
  return ticks.filter((tick) => tick >= least && tick <= most)
}

function powers(low: number, high: number): readonly number[] {
  const first = Math.ceil(low)
  const every = Math.max(1, Math.ceil((high - low) / TICKS))
  const count = Math.floor((Math.floor(high) - first) / every) + 1
  return Array.from({ length: Math.max(0, count) }, (_, n) => 10 ** (first + n * every))
}

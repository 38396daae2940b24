/**
 * pure. A positive number from other positive numbers, by what was measured before: power laws, fitted robustly in
 * logarithms. Of several laws, the one that says best what it has not seen is used (leave one out). Every law is drawn
 * towards "twice the input takes about twice", so that two measurements suffice; more of them outweigh that.
 */

export interface Measured {
  readonly quantities: ReadonlyMap<string, number>
  readonly value: number
}

export interface Estimate {
  readonly value: number
  /** About four of five measurements are between them. */
  readonly low: number
  readonly high: number
}

/** Only the newest count, and only so many quantities are tried. */
const MOST_POINTS = 40
const MOST_QUANTITIES = 12
const PRIOR_SLOPE = 0.9
/** As much as one measurement at e² of the input. */
const PRIOR_WEIGHT = 0.3
const [LEAST_SLOPE, MOST_SLOPE] = [-1, 4]
/** A measurement counts so much less than the one after it. */
const FADE = 0.97
/** A law with more terms has to be better by so much, in logarithms. */
const PENALTY = 0.03
const POWERS = [0.5, 1, 1.5, 2, 3] as const

interface Point {
  readonly x: readonly number[]
  readonly y: number
  readonly weight: number
}
type Law = (points: readonly Point[], at: readonly number[]) => number
interface Candidate {
  readonly law: Law
  readonly terms: number
}

/** `measured` from the oldest to the newest; null where there is none. */
export function estimate(
  measured: readonly Measured[],
  at: ReadonlyMap<string, number>,
  floor: number,
): Estimate | null {
  const recent = measured.slice(-MOST_POINTS)
  if (recent.length === 0) return null
  const names = varying(recent, at)
  const rowOf = (quantities: ReadonlyMap<string, number>) =>
    names.map((name) => Math.log(quantities.get(name) ?? 1))
  const points = recent.map(({ quantities, value }, place) => ({
    x: rowOf(quantities),
    y: Math.log(Math.max(0, value) + floor),
    weight: FADE ** (recent.length - 1 - place),
  }))
  const now = rowOf(at)
  const [best, error] = bestOf(points, names.length)
  const value = best.law(points, now)
  const spread = spreadOf(error, points, now)
  const back = (log: number) => Math.max(0, Math.exp(log) - floor)
  return { value: back(value), low: back(value - spread), high: back(value + spread) }
}

/** The quantities in which these differ, those that vary most first; of equal ones the first. */
function varying(measured: readonly Measured[], at: ReadonlyMap<string, number>): readonly string[] {
  const rows = [...measured.map(({ quantities }) => quantities), at]
  const names = new Set(rows.flatMap((row) => [...row.keys()]))
  const seen = new Set<string>()
  return [...names]
    .map((name) => {
      const logs = rows.map((row) => Math.log(row.get(name) ?? 1))
      const key = logs.map((log) => (log - (logs[0] ?? 0)).toFixed(3)).join(' ')
      return { name, key, range: Math.max(...logs) - Math.min(...logs) }
    })
    .filter(({ key, range }) => range > 0.02 && !seen.has(key) && seen.add(key))
    .sort((a, b) => b.range - a.range)
    .slice(0, MOST_QUANTITIES)
    .map(({ name }) => name)
}

/** The law with the least error on points that it was not given, and the sizes of its errors. */
function bestOf(points: readonly Point[], quantities: number): readonly [Candidate, readonly number[]] {
  const single = Array.from({ length: quantities }, (_, k) => scored(power([k]), 1, points))
  const ranked = single.toSorted((a, b) => a.score - b.score)
  const first = ranked[0] === undefined ? [] : [single.indexOf(ranked[0])]
  const pairs = ranked.slice(1, 4).flatMap((one) => first.map((k) => [k, single.indexOf(one)]))
  const offsets = points.length < 4 ? [] : first.flatMap((k) => POWERS.map((p) => withOffset(k, p)))
  const all = [
    // Without anything that varies, the median of the newest; a single measurement is scaled by what changed most.
    ...(points.length === 1 && quantities > 0 ? [] : [scored(level, 0, points)]),
    ...single,
    ...pairs.map((pair) => scored(power(pair), 2, points)),
    ...offsets.map((law) => scored(law, 1.5, points)),
  ]
  const best = all.reduce((least, one) => (one.score < least.score ? one : least))
  return [best, best.errors]
}

function scored(law: Law, terms: number, points: readonly Point[]) {
  const errors =
    points.length < 2
      ? []
      : points.map((point, place) => {
          const others = points.toSpliced(place, 1)
          return Math.abs(law(others, point.x) - point.y)
        })
  const mean = errors.reduce((sum, error) => sum + Math.min(error, 3), 0) / Math.max(1, errors.length)
  return { law, terms, errors, score: mean + PENALTY * terms * (1 + 2 / Math.max(1, points.length)) }
}

/** The median of the newest, whatever the input. */
const level: Law = (points) => median(points.slice(-10).map(({ y }) => y))

/** `log y = a + Σ b·log x`: weighted least squares, drawn towards the prior, less for what lies far off (Huber). */
const power =
  (columns: readonly number[]): Law =>
  (points, at) => {
    let weights = points.map(({ weight }) => weight)
    let fitted = { a: 0, b: columns.map(() => PRIOR_SLOPE / columns.length) }
    const said = (x: readonly number[]) =>
      columns.reduce((sum, column, place) => sum + (fitted.b[place] ?? 0) * (x[column] ?? 0), fitted.a)
    for (let round = 0; round < 4; round++) {
      fitted = leastSquares(points, weights, columns)
      const residuals = points.map(({ x, y }) => Math.abs(y - said(x)))
      const scale = Math.max(0.05, 1.5 * median(residuals))
      weights = points.map(({ weight }, place) => weight * Math.min(1, scale / (residuals[place] ?? 0) || 1))
    }
    return said(at)
  }

function leastSquares(points: readonly Point[], weights: readonly number[], columns: readonly number[]) {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point, place) => sum + (weights[place] ?? 0) * of(point), 0) / total
  const centre = columns.map((column) => mean(({ x }) => x[column] ?? 0))
  const middle = mean(({ y }) => y)
  const off = (point: Point, place: number) => (point.x[columns[place] ?? 0] ?? 0) - (centre[place] ?? 0)
  const prior = PRIOR_SLOPE / columns.length
  let b = columns.map(() => prior)
  // Few columns: Gauss–Seidel converges in a few rounds.
  for (let round = 0; round < (columns.length === 1 ? 1 : 12); round++)
    b = b.reduce<number[]>((now, _, place) => {
      const [up, down] = points.reduce(
        ([above, below], point, index) => {
          const rest = now.reduce((sum, slope, at) => sum + (at === place ? 0 : slope * off(point, at)), 0)
          const weight = weights[index] ?? 0
          const own = off(point, place)
          return [above + weight * own * (point.y - middle - rest), below + weight * own * own]
        },
        [PRIOR_WEIGHT * prior, PRIOR_WEIGHT],
      )
      return now.with(place, Math.min(MOST_SLOPE, Math.max(LEAST_SLOPE, up / down)))
    }, b)
  const a = middle - b.reduce((sum, slope, place) => sum + slope * (centre[place] ?? 0), 0)
  return { a, b }
}

/** `y = a + b·xᵖ` with `a` and `b` not below zero: what starts, and what grows. Relative errors count. */
const withOffset =
  (column: number, p: number): Law =>
  (points, at) => {
    let [s, sx, sxx, sy, sxy] = [0, 0, 0, 0, 0]
    const top = Math.max(...points.map(({ x }) => x[column] ?? 0))
    const grown = (x: readonly number[]) => Math.exp(p * ((x[column] ?? 0) - top))
    for (const point of points) {
      const y = Math.exp(point.y)
      const [x, w] = [grown(point.x), point.weight / (y * y)]
      s += w
      sx += w * x
      sxx += w * x * x
      sy += w * y
      sxy += w * x * y
    }
    const determinant = s * sxx - sx * sx
    let b = determinant > 1e-12 * s * sxx ? (s * sxy - sx * sy) / determinant : 0
    let a = (sy - b * sx) / s
    if (b < 0) [a, b] = [sy / s, 0]
    if (a < 0) [a, b] = [0, sxy / sxx]
    return Math.log(Math.max(1e-9, a + b * grown(at)))
  }

/** Wider with few measurements, and beyond what was measured. */
function spreadOf(errors: readonly number[], points: readonly Point[], at: readonly number[]): number {
  const usual = errors.length === 0 ? 0.5 : quantile(errors, 0.8) * (1 + 2 / errors.length)
  const beyond = at.map((value, column) => {
    const known = points.map(({ x }) => x[column] ?? 0)
    return Math.max(0, value - Math.max(...known), Math.min(...known) - value)
  })
  return Math.max(0.05, usual) + 0.25 * Math.max(0, ...beyond)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
  return low + (high - low) * (place - Math.floor(place))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** pure. Figures of a benchmark: percentiles, and a line that holds each against its baseline of the same run. */

/** The p-th percentile (0 to 100) of the values; throws when there are none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))]
  if (value === undefined) throw new Error('no values to take a percentile of')
  return value
}

export interface Figure {
  readonly name: string
  /** Milliseconds. */
  readonly value: number
  /** What the same measure gave for the least that could be, ms. */
  readonly baseline: number
  readonly baselineName: string
  /** What it should stay within, ms; null where nothing was set. */
  readonly goal: number | null
}

/** One line: value, baseline, ratio, and whether the goal was reached. */
export function line({ name, value, baseline, baselineName, goal }: Figure): string {
  const ratio = baseline > 0 ? `${(value / baseline).toFixed(1)}x` : '-'
  const verdict = goal === null ? 'no goal' : `goal ${ms(goal)} ${value <= goal ? 'reached' : 'MISSED'}`
  return `${name.padEnd(52)} ${ms(value)}  ${baselineName}: ${ms(baseline)}  ${ratio.padStart(7)}  ${verdict}`
}

const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10)

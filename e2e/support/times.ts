/** The times of a proof as one line: a slow machine must not fail it, so its times are printed and not asserted. */
import { percentile } from '../bench/figures.ts'

/** `name: p50 12 ms, p99 40 ms, max 41 ms of 300`. */
export function timesLine(name: string, ms: readonly number[]): string {
  if (ms.length === 0) return `${name}: no times`
  const [p50, p99, max] = [50, 99, 100].map((p) => Math.round(percentile(ms, p)))
  return `${name}: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms of ${ms.length}`
}

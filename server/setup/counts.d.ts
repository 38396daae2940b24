export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly unsteady?: number
}
export function pytestCounts(output: string): Counts
export function afterSecondTry(first: Counts, second: Counts): Counts
export function add(total: { -readonly [K in keyof Counts]-?: number }, counts: Counts, code: number): void

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly unsteady?: number
  readonly which?: readonly string[]
}
/** What the readers of reports use of them. */
export function vitestCounts(report: object, except?: ReadonlySet<string>): Counts
export function failedFiles(report: object, output: string, folder: string): Set<string>
export function afterFilesAgain(first: object, again: ReadonlySet<string>, second: object): Counts
export function playwrightCounts(report: object): Counts
export function pytestCounts(output: string): Counts
export function afterSecondTry(first: Counts, second: Counts): Counts
export function add(
  total: { passed: number; failed: number; skipped: number; unsteady: number; which: string[] },
  counts: Counts,
  code: number,
  name?: string,
): void

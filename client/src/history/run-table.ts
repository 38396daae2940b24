/** pure. Runs sorted by a column of the table. Invariant: equal ones stay newest first. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'

export const runColumns = ['cell', 'title', 'outcome', 'duration', 'ended', 'actor', 'used', 'made'] as const
export type RunColumn = (typeof runColumns)[number]

export interface Sorting {
  readonly by: RunColumn
  readonly down: boolean
}

const keys: Readonly<Record<RunColumn, (run: RunSummary) => string | number>> = {
  cell: (run) => run.cell ?? Number.MAX_SAFE_INTEGER,
  title: (run) => run.title.toLowerCase(),
  outcome: (run) => run.outcome,
  duration: (run) => run.durationMs,
  ended: (run) => run.ended,
  actor: (run) => run.actor.name,
  used: (run) => run.usedNames.join(' '),
  made: (run) => run.generatedNames.join(' '),
}

/** `runs` stand newest first. */
export function sortRuns(runs: readonly RunSummary[], { by, down }: Sorting): readonly RunSummary[] {
  const key = keys[by]
  const compare = (a: RunSummary, b: RunSummary): number => {
    const [left, right] = [key(a), key(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
  return runs.toSorted((a, b) => (down ? compare(b, a) : compare(a, b)))
}

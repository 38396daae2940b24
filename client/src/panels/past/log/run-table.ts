/** pure. Runs sorted by a column of the table, which may be one of their numbers. Invariant: equal ones keep their order; runs without the number come last. */
import type { TableRow } from '@yesterday/server/contract/past.ts'

export const runColumns = ['cell', 'title', 'outcome', 'duration', 'ended', 'actor', 'used', 'made'] as const
export type RunColumn = (typeof runColumns)[number]

/** A column: one of the run's own, or a number by its name. */
export type SortBy =
  | { readonly of: 'run'; readonly name: RunColumn }
  | { readonly of: 'parameters' | 'metrics'; readonly name: string }

export interface Sorting {
  readonly by: SortBy
  readonly down: boolean
}

export const newestFirst: Sorting = { by: { of: 'run', name: 'ended' }, down: true }

const keys: Readonly<Record<RunColumn, (run: TableRow) => string | number>> = {
  cell: (run) => run.cell ?? Number.MAX_SAFE_INTEGER,
  title: (run) => run.title.toLowerCase(),
  outcome: (run) => run.outcome,
  duration: (run) => run.durationMs,
  ended: (run) => run.ended,
  actor: (run) => run.actor.name,
  used: (run) => run.usedNames.join(' '),
  made: (run) => run.generatedNames.join(' '),
}

const keyOf = (run: TableRow, by: SortBy): string | number | undefined =>
  by.of === 'run' ? keys[by.name](run) : run[by.of][by.name]

/** `runs` are newest first. */
export function sortRuns(runs: readonly TableRow[], { by, down }: Sorting): readonly TableRow[] {
  return runs.toSorted((a, b) => {
    const [left, right] = [keyOf(a, by), keyOf(b, by)]
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined)
    const order = left < right ? -1 : left > right ? 1 : 0
    return down ? -order : order
  })
}

/** The sorting after a press on a column: the other way round, or the new column. */
export function pressed(sorting: Sorting, by: SortBy): Sorting {
  const isSame = sorting.by.of === by.of && sorting.by.name === by.name
  return { by, down: isSame ? !sorting.down : by.of !== 'run' || by.name === 'ended' }
}

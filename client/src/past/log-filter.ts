/**
 * pure. Runs as a person searches them: by words, outcome, cell and time. Invariant: an empty filter leaves out nothing.
 */
import type { RunSummary } from '@yesterday/server/contract/run.ts'

/** What is asked for. */
export interface LogFilter {
  readonly words: string
  readonly outcome: RunSummary['outcome'] | null
  readonly cell: string | null
  /** Runs since this moment, milliseconds; null for all. */
  readonly since: number | null
}

/** Every word must occur in the line that is shown of the run. */
export function matches(run: RunSummary, filter: LogFilter): boolean {
  if (filter.outcome !== null && run.outcome !== filter.outcome) return false
  if (filter.cell !== null && run.cellId !== filter.cell) return false
  if (filter.since !== null && Date.parse(run.ended) < filter.since) return false
  const line = [run.title, run.actor.name, run.run, ...run.usedNames, ...run.generatedNames]
    .join('\n')
    .toLowerCase()
  return filter.words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => line.includes(word))
}

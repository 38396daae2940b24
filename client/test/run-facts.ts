/** Facts of runs for tests. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'

export const summary = (run: string, over: Partial<RunSummary> = {}): RunSummary => ({
  run,
  session: 's1',
  notebook: 'a.ipynb',
  cell: 1,
  cellId: 'c1',
  outcome: 'ok',
  actor: { id: 'ada', name: 'Ada' },
  queued: '2026-01-01T00:00:00.000Z',
  started: '2026-01-01T00:00:00.000Z',
  ended: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  executionCount: 1,
  title: run,
  usedNames: [],
  generatedNames: [],
  ...over,
})

/** The runs of a notebook that a filter lets through, newest first, page by page. Invariant: a run is listed once. */
import { RunTable, type TableRow } from '@yesterday/server/contract/past.ts'
import { useCallback, useEffect, useRef, useState } from 'react'
import { filterQuery, type LogFilter } from '../../../access/log-filter.ts'
import { api, type Problem } from '../../../api/api.ts'

const LIMIT = 50

/** What is known of the log. `next` is the cursor of older runs, null at the first run. */
export interface LogState {
  readonly at: 'loading' | 'ready' | 'failed'
  readonly runs: readonly TableRow[]
  /** Names of the runs' numbers. */
  readonly parameters: readonly string[]
  readonly metrics: readonly string[]
  readonly next: string | null
  readonly problem: Problem | null
}

const nothing: LogState = {
  at: 'loading',
  runs: [],
  parameters: [],
  metrics: [],
  next: null,
  problem: null,
}

/** pure. The list with a page of older runs after it. */
export function withOlder(state: LogState, page: RunTable): LogState {
  const known = new Set(state.runs.map((run) => run.run))
  const older = page.rows.filter((run) => !known.has(run.run))
  return ready(state, page, [...state.runs, ...older], page.next)
}

/** pure. The list with the newest page before it; where they do not meet, the newest page replaces the list. */
export function withNewest(state: LogState, page: RunTable): LogState {
  const known = new Set(state.runs.map((run) => run.run))
  const fresh = page.rows.filter((run) => !known.has(run.run))
  const meets = fresh.length < page.rows.length
  if (!meets) return ready(nothing, page, page.rows, page.next)
  return ready(state, page, [...fresh, ...state.runs], state.next)
}

/** pure. The page alone: runs of another filter are no longer asked for. */
const replaced = (_: LogState, page: RunTable): LogState => ready(nothing, page, page.rows, page.next)

const ready = (
  state: LogState,
  page: RunTable,
  runs: readonly TableRow[],
  next: string | null,
): LogState => ({
  at: 'ready',
  runs,
  parameters: [...new Set([...state.parameters, ...page.parameters])],
  metrics: [...new Set([...state.metrics, ...page.metrics])],
  next,
  problem: null,
})

/** The log, with ways to read older runs and to look for new ones. Runs of the previous filter stay until those of the next are there. */
export function useLog(notebook: string, filter: LogFilter) {
  const [state, setState] = useState<LogState>(nothing)
  const reading = useRef(new AbortController())

  const read = useCallback(
    async (merge: (now: LogState, page: RunTable) => LogState, before: string | null) => {
      const { signal } = reading.current
      const url = `/api/past/table?${filterQuery(notebook, filter, { before, limit: LIMIT })}`
      const answer = await api.get(RunTable, url, signal)
      if (signal.aborted) return
      if (answer.ok) return setState((now) => merge(now, answer.value))
      setState((now) => ({ ...now, at: 'failed', problem: answer.problem }))
    },
    [notebook, filter],
  )

  useEffect(() => {
    const gone = new AbortController()
    reading.current = gone
    void read(replaced, null)
    return () => gone.abort()
  }, [read])

  return {
    state,
    refresh: useCallback(() => void read(withNewest, null), [read]),
    older: () => void read(withOlder, state.next),
  }
}

/** The runs of a notebook (or one cell), newest first, page by page. Invariant: a run stands in the list once. */
import type { LogPage, RunSummary } from '@yesterday/server/contract/run.ts'
import { useCallback, useEffect, useState } from 'react'
import { api, type Problem } from '../app/api.ts'

const LIMIT = 50

/** What is known of the log. `next` is the cursor of older runs, null at the first run. */
export interface LogState {
  readonly at: 'loading' | 'ready' | 'failed'
  readonly runs: readonly RunSummary[]
  readonly next: string | null
  readonly problem: Problem | null
}

const nothing: LogState = { at: 'loading', runs: [], next: null, problem: null }

/** pure. The list with a page of older runs after it. */
export function withOlder(state: LogState, page: LogPage): LogState {
  const known = new Set(state.runs.map((run) => run.run))
  const older = page.runs.filter((run) => !known.has(run.run))
  return { at: 'ready', runs: [...state.runs, ...older], next: page.next, problem: null }
}

/** pure. The list with the newest page before it; where they do not meet, the newest page replaces the list. */
export function withNewest(state: LogState, page: LogPage): LogState {
  const known = new Set(state.runs.map((run) => run.run))
  const fresh = page.runs.filter((run) => !known.has(run.run))
  const meets = fresh.length < page.runs.length
  if (!meets) return { at: 'ready', runs: page.runs, next: page.next, problem: null }
  return { at: 'ready', runs: [...fresh, ...state.runs], next: state.next, problem: null }
}

/** The log, with ways to read older runs and to look for new ones. */
export function useLog(notebook: string, cell: string | null) {
  const [state, setState] = useState<LogState>(nothing)

  const read = useCallback(
    async (before: string | null, signal?: AbortSignal) => {
      const answer = await api.log({ notebook, cell, before, limit: LIMIT }, signal)
      if (signal?.aborted === true) return
      if (!answer.ok) return setState((now) => ({ ...now, at: 'failed', problem: answer.problem }))
      setState((now) => (before === null ? withNewest(now, answer.value) : withOlder(now, answer.value)))
    },
    [notebook, cell],
  )

  useEffect(() => {
    const gone = new AbortController()
    setState(nothing)
    void read(null, gone.signal)
    return () => gone.abort()
  }, [read])

  return { state, refresh: useCallback(() => void read(null), [read]), older: () => void read(state.next) }
}

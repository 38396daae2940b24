/** All runs of a session, page by page. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { useEffect, useState } from 'react'
import { api, type Problem } from '../../../api/api.ts'

const PAGE = 500

export type SessionRuns =
  | { readonly at: 'loading'; readonly count: number }
  | { readonly at: 'here'; readonly runs: readonly RunSummary[] }
  | { readonly at: 'failed'; readonly problem: Problem }

/** Newest first. `notebook` is the one that the session belongs to. */
export function useSession(notebook: string, session: string): SessionRuns {
  const [state, setState] = useState<SessionRuns>({ at: 'loading', count: 0 })
  useEffect(() => {
    const gone = new AbortController()
    setState({ at: 'loading', count: 0 })
    void readAll(notebook, session, gone.signal, (next) => gone.signal.aborted || setState(next))
    return () => gone.abort()
  }, [notebook, session])
  return state
}

async function readAll(
  notebook: string,
  session: string,
  signal: AbortSignal,
  report: (state: SessionRuns) => void,
): Promise<void> {
  const runs: RunSummary[] = []
  let before: string | null = null
  do {
    const answer = await api.log({ notebook, cell: null, session, before, limit: PAGE }, signal)
    if (!answer.ok) return report({ at: 'failed', problem: answer.problem })
    runs.push(...answer.value.runs)
    before = answer.value.next
    if (before !== null) report({ at: 'loading', count: runs.length })
  } while (before !== null && !signal.aborted)
  report({ at: 'here', runs })
}

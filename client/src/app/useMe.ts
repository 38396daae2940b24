/** Who the person is and which project this is, asked once; asked again by itself while the server is away. */
import type { Me } from '@yesterday/server/contract/http.ts'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { Problem } from '../api/api.ts'
import { loadMe, me } from '../api/me-store.ts'

const AGAIN = 3_000

/** `me` is null until the server has answered; `problem` says why it has not. */
export function useMe(): {
  readonly me: Me | null
  readonly problem: Problem | null
  readonly retry: () => void
} {
  const known = useSyncExternalStore(me.subscribe, me.get)
  const [problem, setProblem] = useState<Problem | null>(null)
  const ask = useCallback(async (signal?: AbortSignal) => {
    const answer = await loadMe(signal)
    if (signal?.aborted === true) return
    setProblem(answer.ok ? null : answer.problem)
  }, [])

  useEffect(() => {
    const gone = new AbortController()
    void ask(gone.signal)
    return () => gone.abort()
  }, [ask])

  useEffect(() => {
    if (problem?.code !== 'unreachable') return
    const timer = setTimeout(() => void ask(), AGAIN)
    return () => clearTimeout(timer)
  }, [problem, ask])

  return { me: known, problem, retry: () => void ask() }
}

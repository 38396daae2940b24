/** What a request returned, and how to ask again. */
import { useCallback, useEffect, useState } from 'react'
import type { Answer, Problem } from './api.ts'

export interface Loaded<Value> {
  /** Null until the first answer. */
  readonly value: Value | null
  readonly problem: Problem | null
  readonly again: () => void
  /** Takes the answer of a request that changed it. */
  readonly take: (answer: Answer<Value>) => void
}

/** Asks when the component appears. `ask` must be the same function in each render. */
export function useLoaded<Value>(ask: (signal?: AbortSignal) => Promise<Answer<Value>>): Loaded<Value> {
  const [value, setValue] = useState<Value | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const take = useCallback((answer: Answer<Value>) => {
    if (answer.ok) setValue(answer.value)
    setProblem(answer.ok ? null : answer.problem)
  }, [])
  const load = useCallback(
    async (signal?: AbortSignal) => {
      const answer = await ask(signal)
      if (signal?.aborted !== true) take(answer)
    },
    [ask, take],
  )
  useEffect(() => {
    const gone = new AbortController()
    void load(gone.signal)
    return () => gone.abort()
  }, [load])
  return { value, problem, again: () => void load(), take }
}

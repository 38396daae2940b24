/** An answer of the server for what is shown now. Invariant: the answer to an older question is never shown. */
import { useCallback, useEffect, useState } from 'react'
import type { Answer } from '../../api/api.ts'

/** `null` while it is on its way; `again` asks again. `ask` must be the same function for the same question. */
export function useAsked<Value>(ask: (signal: AbortSignal) => Promise<Answer<Value>>) {
  const [answer, setAnswer] = useState<Answer<Value> | null>(null)
  const [tries, setTries] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks again
  useEffect(() => {
    const gone = new AbortController()
    setAnswer(null)
    void ask(gone.signal).then((next) => gone.signal.aborted || setAnswer(next))
    return () => gone.abort()
  }, [ask, tries])
  return { answer, again: useCallback(() => setTries((count) => count + 1), []) }
}

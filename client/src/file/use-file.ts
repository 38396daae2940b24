/** A file's bytes, read when the page opens and again when the person comes back to it. */
import { useCallback, useEffect, useState } from 'react'
import { type Answer, api, type FileBytes } from '../api/api.ts'

/** Null while it is read. `again` reads it again. */
export function useFile(path: string): {
  readonly answer: Answer<FileBytes> | null
  readonly again: () => void
} {
  const [answer, setAnswer] = useState<Answer<FileBytes> | null>(null)
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round reads the same path
  useEffect(() => {
    const gone = new AbortController()
    void api.readFile(path, gone.signal).then((next) => gone.signal.aborted || setAnswer(next))
    return () => gone.abort()
  }, [path, round])
  return { answer, again: useCallback(() => setRound((now) => now + 1), []) }
}

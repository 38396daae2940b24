/** What the page asks the server about sweeps, and a sweep that is followed while it is shown. */
import { Sweep, SweepList, type SweepRequest } from '@yesterday/server/contract/sweeps.ts'
import { useEffect, useState } from 'react'
import { type Answer, api, type Problem } from '../../api/api.ts'

const placeOf = (document: string): string => `/api/notebooks/${encodeURIComponent(document)}/sweeps`

export const startSweep = (document: string, request: SweepRequest) =>
  api.send(Sweep, placeOf(document), 'POST', request)

export const stopSweep = (document: string, sweep: string) =>
  api.send(Sweep, `${placeOf(document)}/${encodeURIComponent(sweep)}`, 'DELETE', null)

export interface Loaded<T> {
  readonly value: T | null
  readonly problem: Problem | null
  readonly again: () => void
}

/** The sweeps of a notebook. */
export function useSweeps(document: string): Loaded<SweepList> {
  const [value, setValue] = useState<SweepList | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks for the same
  useEffect(() => {
    const gone = new AbortController()
    void api.get(SweepList, placeOf(document), gone.signal).then((answer) => {
      if (gone.signal.aborted) return
      setValue(answer.ok ? answer.value : null)
      setProblem(answer.ok ? null : answer.problem)
    })
    return () => gone.abort()
  }, [document, round])
  return { value, problem, again: () => setRound(round + 1) }
}

const RETRY_MS = 3_000

/** A sweep as it goes. While the server cannot be reached, the last state stays, with the problem. */
export function useSweep(document: string, id: string): Omit<Loaded<Sweep>, 'again'> {
  const [value, setValue] = useState<Sweep | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    const gone = new AbortController()
    void follow(document, id, gone.signal, (sweep, trouble) => {
      if (sweep !== null) setValue(sweep)
      setProblem(trouble)
    })
    return () => gone.abort()
  }, [document, id])
  return { value, problem }
}

async function follow(
  document: string,
  id: string,
  gone: AbortSignal,
  show: (sweep: Sweep | null, problem: Problem | null) => void,
): Promise<void> {
  let revision: number | null = null
  while (!gone.aborted) {
    const after: string = revision === null ? '' : `?after=${revision}`
    const answer: Answer<Sweep> = await api.get(
      Sweep,
      `${placeOf(document)}/${encodeURIComponent(id)}${after}`,
      gone,
    )
    if (gone.aborted) return
    if (answer.ok) {
      show(answer.value, null)
      if (answer.value.state !== 'running') return
      revision = answer.value.revision
    } else {
      show(null, answer.problem)
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** The activity of a notebook, newest first, page by page; asked again when something happened in it. */
import { type ActivityEntry, ActivityPage } from '@yesterday/server/contract/activity.ts'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { api, type Problem } from '../../../api/api.ts'

/** What happens together is asked for once, ms. */
const SETTLE_MS = 800
/** Checkpoints and shares of others are not announced: they are looked for that often, ms. */
const LOOK_MS = 20_000

export interface ActivityState {
  readonly entries: readonly ActivityEntry[]
  readonly next: string | null
  readonly problem: Problem | null
  readonly isLoading: boolean
}

const nothing: ActivityState = { entries: [], next: null, problem: null, isLoading: true }

/** pure. The newest page before what is known; entries of both are the newer one's. */
export function withNewest(state: ActivityState, page: ActivityPage): ActivityState {
  const oldest = page.entries.at(-1)
  const older = oldest === undefined ? [] : state.entries.filter((entry) => isBefore(entry, oldest))
  const next = older.length === 0 ? page.next : state.next
  return { entries: [...page.entries, ...older], next, problem: null, isLoading: false }
}

/** pure. The state with a page of older entries. */
export const withOlder = (state: ActivityState, page: ActivityPage): ActivityState => ({
  entries: [...state.entries, ...page.entries],
  next: page.next,
  problem: null,
  isLoading: false,
})

/** An entry of runs spans a time: what it covers is not listed again. */
function isBefore(entry: ActivityEntry, oldest: ActivityEntry): boolean {
  const from = 'from' in oldest ? oldest.from : oldest.at
  return entry.id !== oldest.id && entry.at < from
}

export function useActivity() {
  const { opened, onRecorded, comments, onEdited } = useNotebook()
  const [state, setState] = useState(nothing)
  const gone = useRef(new AbortController())
  const url = `/api/notebooks/${encodeURIComponent(opened.documentId)}/activity`
  const read = useCallback(
    async (merge: typeof withNewest, before: string | null) => {
      const { signal } = gone.current
      const query = before === null ? '' : `?${new URLSearchParams({ before })}`
      const answer = await api.get(ActivityPage, `${url}${query}`, signal)
      if (signal.aborted) return
      if (answer.ok) setState((now) => merge(now, answer.value))
      else setState((now) => ({ ...now, problem: answer.problem, isLoading: false }))
    },
    [url],
  )
  const refresh = useCallback(() => void read(withNewest, null), [read])
  useEffect(() => {
    gone.current = new AbortController()
    setState(nothing)
    refresh()
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      clearTimeout(timer)
      timer = setTimeout(refresh, SETTLE_MS)
    }
    const looks = setInterval(() => document.visibilityState === 'visible' && refresh(), LOOK_MS)
    const stops = [onRecorded(soon), onEdited(soon), comments.threads.subscribe(soon)]
    return () => {
      gone.current.abort()
      clearTimeout(timer)
      clearInterval(looks)
      for (const stop of stops) stop()
    }
  }, [refresh, onRecorded, onEdited, comments])
  return { state, refresh, older: () => void read(withOlder, state.next) }
}

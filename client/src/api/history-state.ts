/** The state of the project's history, for every part of the page that says "saved". */
import { HistoryState } from '@yesterday/server/contract/history.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { api } from './api.ts'

const watched = new Watched<HistoryState>({ kind: 'sound', message: null })

/** `sound` until the server says something else. */
export const historyState: Observable<HistoryState> = watched

/** The server reported a new state. */
export function setHistoryState(state: HistoryState): void {
  const { kind, message } = watched.get()
  if (state.kind !== kind || state.message !== message) watched.set(state)
}

/** Asks the server. An answer that does not come changes nothing. */
export async function refreshHistoryState(signal?: AbortSignal): Promise<void> {
  const answer = await api.get(HistoryState, '/api/history', signal)
  if (answer.ok && signal?.aborted !== true) setHistoryState(answer.value)
}

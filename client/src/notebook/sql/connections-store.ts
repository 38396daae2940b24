/** The named connections of SQL cells, asked for once a SQL cell is shown, and whether their dialog is open. */
import {
  ConnectionName,
  ConnectionUrl,
  type SavedConnection,
  SavedConnections,
} from '@yesterday/server/contract/connections.ts'
import { type Answer, api } from '../../api/api.ts'
import { type Observable, Watched } from '../../state/observable.ts'
import { t } from '../../text/text.ts'

/** `connections` is null until they have come; `problem` says why they have not, or why a change failed. */
export interface ConnectionsState {
  readonly connections: readonly SavedConnection[] | null
  readonly problem: string | null
}

const state = new Watched<ConnectionsState>({ connections: null, problem: null })
const open = new Watched(false)
export const connections: Observable<ConnectionsState> = state
export const connectionsOpen: Observable<boolean> = open
let isAsked = false

/** Asks for the list, unless that was done before. */
export function loadConnections(): void {
  if (isAsked) return
  isAsked = true
  void api.get(SavedConnections, '/api/connections').then((answer) => {
    // It is asked again when it is next needed.
    if (!answer.ok) isAsked = false
    take(answer)
  })
}

export function showConnections(): void {
  open.set(true)
  loadConnections()
}

export function hideConnections(): void {
  open.set(false)
  // Why a change failed is about what was entered then.
  if (state.get().connections !== null) state.set({ ...state.get(), problem: null })
}

/** Adds or changes one; true if it is saved. */
export async function saveConnection(name: string, url: string): Promise<boolean> {
  const problem = problemOf(name, url)
  if (problem !== null) {
    state.set({ ...state.get(), problem })
    return false
  }
  return take(await api.send(SavedConnections, place(name), 'PUT', { url }))
}

export async function removeConnection(name: string): Promise<boolean> {
  return take(await api.send(SavedConnections, place(name), 'DELETE', null))
}

const place = (name: string): string => `/api/connections/${encodeURIComponent(name)}`

function problemOf(name: string, url: string): string | null {
  if (!ConnectionName.safeParse(name).success) return t('connections.badName')
  return ConnectionUrl.safeParse(url).success ? null : t('connections.badUrl')
}

function take(answer: Answer<SavedConnections>): boolean {
  if (answer.ok) state.set({ connections: answer.value.connections, problem: null })
  else {
    const { message, hint } = answer.problem
    state.set({ ...state.get(), problem: hint === null ? message : `${message} ${hint}` })
  }
  return answer.ok
}

/** The Jupyter servers that were added, asked for once their dialog is opened. */
import {
  type SavedServer,
  SavedServers,
  type ServerDraft,
  ServerTest,
} from '@yesterday/server/contract/jupyter-servers.ts'
import { type Answer, api } from '../../api/api.ts'
import { type Observable, Watched } from '../../state/observable.ts'

/** `servers` is null until they have come; `problem` says why they have not, or why a change failed. */
export interface ServersState {
  readonly servers: readonly SavedServer[] | null
  readonly problem: string | null
}

const state = new Watched<ServersState>({ servers: null, problem: null })
const open = new Watched(false)
export const servers: Observable<ServersState> = state
export const serversOpen: Observable<boolean> = open

export function showServers(): void {
  open.set(true)
  loadServers()
}

export const hideServers = (): void => open.set(false)

export const loadServers = (): void => void api.get(SavedServers, '/api/jupyter-servers').then(take)

/** Adds or changes one; true if it is saved. */
export const saveServer = async (id: string, draft: ServerDraft): Promise<boolean> =>
  take(await api.send(SavedServers, place(id), 'PUT', draft))

export const removeServer = async (id: string): Promise<boolean> =>
  take(await api.send(SavedServers, place(id), 'DELETE', null))

/** Asks the server with what is entered; saves nothing. */
export async function testServer(id: string, draft: ServerDraft): Promise<ServerTest> {
  const answer = await api.send(ServerTest, `${place(id)}/test`, 'POST', draft)
  return answer.ok ? answer.value : { kernels: [], problem: words(answer.problem) }
}

const place = (id: string): string => `/api/jupyter-servers/${encodeURIComponent(id)}`

const words = ({ message, hint }: { readonly message: string; readonly hint: string | null }): string =>
  hint === null ? message : `${message} ${hint}`

function take(answer: Answer<SavedServers>): boolean {
  if (answer.ok) state.set({ servers: answer.value.servers, problem: null })
  else state.set({ ...state.get(), problem: words(answer.problem) })
  return answer.ok
}

/** The machines by SSH that were added, asked for once their dialog is opened. */
import { type HostDraft, HostTest, type SavedHost, SavedHosts } from '@yesterday/server/contract/ssh-hosts.ts'
import { type Answer, api } from '../../api/api.ts'
import { type Observable, Watched } from '../../state/observable.ts'

/** `hosts` is null until they have come; `problem` says why they have not, or why a change failed. */
export interface HostsState {
  readonly hosts: readonly SavedHost[] | null
  /** Names of the ssh configuration. */
  readonly configured: readonly string[]
  readonly problem: string | null
}

const state = new Watched<HostsState>({ hosts: null, configured: [], problem: null })
const open = new Watched(false)
export const hosts: Observable<HostsState> = state
export const hostsOpen: Observable<boolean> = open

export function showHosts(): void {
  open.set(true)
  loadHosts()
}

export const hideHosts = (): void => open.set(false)

export const loadHosts = (): void => void api.get(SavedHosts, '/api/ssh-hosts').then(take)

/** Adds or changes one; true if it is saved. */
export const saveHost = async (id: string, draft: HostDraft): Promise<boolean> =>
  take(await api.send(SavedHosts, place(id), 'PUT', draft))

export const removeHost = async (id: string): Promise<boolean> =>
  take(await api.send(SavedHosts, place(id), 'DELETE', null))

/** Connects with what is entered. */
export async function testHost(id: string, draft: HostDraft): Promise<HostTest> {
  const answer = await api.send(HostTest, `${place(id)}/test`, 'POST', draft)
  return answer.ok ? answer.value : { kernels: [], machine: null, problem: words(answer.problem) }
}

const place = (id: string): string => `/api/ssh-hosts/${encodeURIComponent(id)}`

const words = ({ message, hint }: { readonly message: string; readonly hint: string | null }): string =>
  hint === null ? message : `${message} ${hint}`

function take(answer: Answer<SavedHosts>): boolean {
  if (answer.ok) state.set({ ...answer.value, problem: null })
  else state.set({ ...state.get(), problem: words(answer.problem) })
  return answer.ok
}

/** The kinds of Slurm jobs that were added, and what the cluster offers; asked for once their dialog is opened. */
import {
  type SavedSlurm,
  SavedSlurms,
  SlurmCluster,
  type SlurmDraft,
  SlurmTest,
} from '@yesterday/server/contract/slurm.ts'
import { type Answer, api } from '../../api/api.ts'
import { type Observable, Watched } from '../../state/observable.ts'

/** `entries` and `cluster` are null until they have come; `problem` says why a change failed. */
export interface SlurmState {
  readonly entries: readonly SavedSlurm[] | null
  readonly cluster: SlurmCluster | null
  readonly problem: string | null
}

const state = new Watched<SlurmState>({ entries: null, cluster: null, problem: null })
const open = new Watched(false)
export const slurm: Observable<SlurmState> = state
export const slurmOpen: Observable<boolean> = open

export function showSlurm(): void {
  open.set(true)
  loadSlurm()
}

export const hideSlurm = (): void => open.set(false)

export function loadSlurm(): void {
  void api.get(SavedSlurms, '/api/slurm').then(take)
  loadCluster(null)
}

let asked: string | null = null

/** Asks the cluster of a login host, or of the server's machine. */
export function loadCluster(host: string | null): void {
  asked = host
  state.set({ ...state.get(), cluster: null })
  const query = host === null ? '' : `?host=${encodeURIComponent(host)}`
  void api.get(SlurmCluster, `/api/slurm-cluster${query}`).then((answer) => {
    if (asked !== host) return
    const failed = { partitions: [], problem: answer.ok ? null : words(answer.problem) }
    state.set({ ...state.get(), cluster: answer.ok ? answer.value : failed })
  })
}

/** Adds or changes one; true if it is saved. */
export const saveSlurm = async (id: string, draft: SlurmDraft): Promise<boolean> =>
  take(await api.send(SavedSlurms, place(id), 'PUT', draft))

export const removeSlurm = async (id: string): Promise<boolean> =>
  take(await api.send(SavedSlurms, place(id), 'DELETE', null))

/** Why Slurm takes no such job; null where it does. */
export async function testSlurm(id: string, draft: SlurmDraft): Promise<string | null> {
  const answer = await api.send(SlurmTest, `${place(id)}/test`, 'POST', draft)
  return answer.ok ? answer.value.problem : words(answer.problem)
}

const place = (id: string): string => `/api/slurm/${encodeURIComponent(id)}`

const words = ({ message, hint }: { readonly message: string; readonly hint: string | null }): string =>
  hint === null ? message : `${message} ${hint}`

function take(answer: Answer<SavedSlurms>): boolean {
  if (answer.ok) state.set({ ...state.get(), entries: answer.value.entries, problem: null })
  else state.set({ ...state.get(), problem: words(answer.problem) })
  return answer.ok
}

/**
 * The conflicts of one notebook, with the choices of everyone: asked again while they are shown, so that two people see the
 * same. Invariant: an answer that was asked for before a choice of this page is dropped.
 */
import {
  type ConflictChoice,
  type NotebookConflict,
  NotebookConflicts,
  ResolvedNotebook,
} from '@yesterday/server/contract/conflicts.ts'
import { type Answer, api, type Problem } from '../api/api.ts'
import { askedWhileShown } from '../state/asked-while-shown.ts'
import { type Observable, Watched } from '../state/observable.ts'

/** How soon choices of others are seen, ms. */
const EVERY_MS = 2_000
const CONFLICTS = '/api/conflicts'

export type ConflictState =
  | { readonly at: 'loading' }
  | { readonly at: 'failed'; readonly problem: Problem }
  | { readonly at: 'here'; readonly found: NotebookConflicts; readonly problem: Problem | null }

/** The requests, as a parameter for tests. */
export type ConflictRequests = Pick<typeof api, 'get' | 'send'>

export class ConflictStore {
  readonly state: Observable<ConflictState>
  readonly #state = new Watched<ConflictState>({ at: 'loading' })
  readonly #path: string
  readonly #requests: ConflictRequests
  #changes = 0

  constructor(path: string, requests: ConflictRequests = api) {
    this.#path = path
    this.#requests = requests
    this.state = askedWhileShown(this.#state, () => this.ask(), EVERY_MS)
  }

  async ask(): Promise<void> {
    const changes = this.#changes
    const answer = await this.#requests.get(NotebookConflicts, this.#url)
    if (changes === this.#changes) this.#take(answer)
  }

  /** Keeps a choice, or takes it back with null. It is shown at once. */
  async choose(conflict: NotebookConflict, choice: ConflictChoice | null): Promise<void> {
    const change = ++this.#changes
    this.#show(conflict.key, choice)
    const body = { path: this.#path, conflict: conflict.key, choice }
    const answer = await this.#requests.send(NotebookConflicts, CONFLICTS, 'PUT', body)
    if (change === this.#changes) this.#take(answer)
  }

  /** Forgets the choices of everyone. */
  async discard(): Promise<void> {
    const change = ++this.#changes
    const answer = await this.#requests.send(NotebookConflicts, this.#url, 'DELETE', null)
    if (change === this.#changes) this.#take(answer)
  }

  /** Writes the notebook; null if it was refused, which `state` says. */
  async finish(version: string): Promise<ResolvedNotebook | null> {
    const body = { path: this.#path, version }
    const answer = await this.#requests.send(ResolvedNotebook, CONFLICTS, 'POST', body)
    if (answer.ok) return answer.value
    const { problem } = answer
    await this.ask()
    this.#fail(problem)
    return null
  }

  get #url(): string {
    return `${CONFLICTS}?${new URLSearchParams({ path: this.#path })}`
  }

  #take(answer: Answer<NotebookConflicts>): void {
    if (answer.ok) this.#state.set({ at: 'here', found: answer.value, problem: null })
    else this.#fail(answer.problem)
  }

  /** What was shown stays. */
  #fail(problem: Problem): void {
    const now = this.#state.get()
    this.#state.set(now.at === 'here' ? { ...now, problem } : { at: 'failed', problem })
  }

  #show(key: string, choice: ConflictChoice | null): void {
    const now = this.#state.get()
    if (now.at !== 'here') return
    const conflicts = now.found.conflicts.map((one) => (one.key === key ? { ...one, choice, by: null } : one))
    this.#state.set({ ...now, found: { ...now.found, conflicts } })
  }
}

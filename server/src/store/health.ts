/** How it is with the history while it is open. Invariant: damage stays until the store is opened again. */
import type { HistoryState } from '../../contract/history.ts'
import type { StoreError } from './errors.ts'

const SOUND: HistoryState = { kind: 'sound', message: null }

export class Health {
  readonly #listeners = new Set<(state: HistoryState) => void>()
  #state: HistoryState = SOUND

  get state(): HistoryState {
    return this.#state
  }

  /** The storage refused. Only damage, and a history that is gone, say something of the whole. */
  refused({ code, message }: StoreError): void {
    if (code === 'damaged') this.#set({ kind: 'damaged', message })
    if (code === 'gone') this.#set({ kind: 'gone', message })
  }

  /** The history is where it was, or was written again. */
  returned(): void {
    if (this.#state.kind === 'gone') this.#set(SOUND)
  }

  /** Called with each new state. Returns the end of it. */
  onChange(listener: (state: HistoryState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set(state: HistoryState): void {
    if (this.#state.kind === state.kind || this.#state.kind === 'damaged') return
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }
}

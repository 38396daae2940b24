/** Who edited each cell last: asked of the server at each connection, then as the session sends it. */
import { type CellEdit, CellEdits } from '@yesterday/server/contract/edits.ts'
import { api } from '../api/api.ts'
import type { SessionSocket } from '../session/session-socket.ts'
import { Keyed, type KeyedObservable } from '../state/keyed.ts'

export class LastEdits {
  readonly #all = new Keyed<CellEdit>()
  readonly #stops: readonly (() => void)[]

  constructor(notebook: string, session: SessionSocket) {
    const url = `/api/notebooks/${encodeURIComponent(notebook)}/edits`
    const load = async (): Promise<void> => {
      const answer = await api.get(CellEdits, url)
      if (answer.ok) this.#learn(answer.value.edits)
    }
    this.#stops = [
      session.edited.listen((edits) => this.#learn(edits)),
      session.connected.subscribe(() => {
        if (session.connected.get()) void load()
      }),
    ]
  }

  /** By cell id. */
  get all(): KeyedObservable<CellEdit> {
    return this.#all
  }

  close(): void {
    for (const stop of this.#stops) stop()
  }

  #learn(edits: readonly CellEdit[]): void {
    for (const edit of edits) {
      const known = this.#all.get(edit.cell)
      if (known === undefined || known.at < edit.at) this.#all.put(edit.cell, edit)
    }
  }
}

/**
 * The last run of each cell: from the log when the notebook is opened, then from the session as runs are recorded.
 * Invariant: a run that ended later is never replaced by one that ended before it.
 */
import type { Outcome } from '@yesterday/server/contract/run.ts'
import { api } from '../api/api.ts'
import type { SessionSocket } from '../session/session-socket.ts'
import { Keyed, type KeyedObservable } from '../state/keyed.ts'
import { Signal } from '../state/observable.ts'

export interface LastRun {
  readonly run: string
  readonly outcome: Outcome
  /** ISO 8601. */
  readonly ended: string
  readonly durationMs: number
  /** The name of the person or program that asked for it. */
  readonly by: string
}

/** At most so many runs of the log are looked through for the cells' last ones. */
const LOOKED = 500

export class LastRuns {
  readonly #all = new Keyed<LastRun>()
  readonly #changed = new Signal<void>()
  readonly #stop: () => void

  constructor(notebook: string, session: SessionSocket) {
    this.#stop = session.recorded.listen(({ run, cell, outcome, ended, durationMs, actor }) =>
      this.#learn([[cell, { run, outcome, ended, durationMs, by: actor.name }]]),
    )
    void api.log({ notebook, cell: null, before: null, limit: LOOKED }).then((page) => {
      if (!page.ok) return
      const runs = page.value.runs.map(
        ({ run, cellId, outcome, ended, durationMs, actor }) =>
          [cellId, { run, outcome, ended, durationMs, by: actor.name }] as const,
      )
      this.#learn(runs)
    })
  }

  /** By cell id. */
  get all(): KeyedObservable<LastRun> {
    return this.#all
  }

  /** Calls `listener` after any of them has changed; returns the way to stop. */
  get onChange(): (listener: () => void) => () => void {
    return this.#changed.listen
  }

  close(): void {
    this.#stop()
  }

  #learn(runs: readonly (readonly [string | null, LastRun])[]): void {
    for (const [cell, run] of runs) {
      const known = cell === null ? undefined : this.#all.get(cell)
      if (cell !== null && (known === undefined || known.ended < run.ended)) this.#all.put(cell, run)
    }
    this.#changed.emit()
  }
}

/**
 * Checkpoints that the server makes after edits, once a notebook is quiet, and every hour of edits without a pause. Invariant: a
 * notebook with edits that no checkpoint has stays open until there is one, and a server that stops makes it first.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Documents, OpenDocument } from '../document/ports.ts'

export interface QuietCheckpointsInit {
  readonly documents: Pick<Documents, 'get' | 'hold'>
  /** Makes a checkpoint of the document as it is. */
  readonly make: (document: OpenDocument) => Promise<void>
  /** The pause after the last edit, and the longest time after the first, ms. */
  readonly quietMs?: number
  readonly longestMs?: number
}

interface Waiting {
  timer: NodeJS.Timeout
  readonly latest: number
  readonly release: () => void
}

const QUIET_MS = 10 * 60_000
const LONGEST_MS = 60 * 60_000

export class QuietCheckpoints {
  readonly #init: Required<QuietCheckpointsInit>
  readonly #waiting = new Map<string, Waiting>()

  constructor(init: QuietCheckpointsInit) {
    this.#init = { quietMs: QUIET_MS, longestMs: LONGEST_MS, ...init }
  }

  /** The notebook with this document id was edited. */
  readonly edited = (notebook: string): void => {
    const { documents, quietMs, longestMs } = this.#init
    const known = this.#waiting.get(notebook)
    if (known === undefined && documents.get(notebook) === null) return
    clearTimeout(known?.timer)
    const latest = known?.latest ?? Date.now() + longestMs
    const timer = setTimeout(
      () => inBackground(this.#make(notebook), 'making a checkpoint'),
      Math.max(0, Math.min(quietMs, latest - Date.now())),
    )
    timer.unref()
    this.#waiting.set(notebook, { timer, latest, release: known?.release ?? documents.hold(notebook) })
  }

  /** Makes those that are due later. */
  async close(): Promise<void> {
    for (const notebook of [...this.#waiting.keys()]) await this.#make(notebook)
  }

  async #make(notebook: string): Promise<void> {
    const waiting = this.#waiting.get(notebook)
    if (waiting === undefined) return
    this.#waiting.delete(notebook)
    clearTimeout(waiting.timer)
    try {
      const document = this.#init.documents.get(notebook)
      if (document !== null) await this.#init.make(document)
    } finally {
      waiting.release()
    }
  }
}

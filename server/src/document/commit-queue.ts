/**
 * Makes updates durable in the order in which they came. The first is committed at once, unless it may be coalesced;
 * later ones are committed together after it. Invariant: `committed` gets an update only after the log has it. If the
 * log fails, nothing is dropped or reordered, and the commit is retried until it works.
 */

import { attempt, inBackground } from '@yesterday/kernel-bridge/background'

/** An update on its way to the log. */
export interface Commit {
  readonly update: Uint8Array
  /** The connection that sent it; null when the server made it. */
  readonly sender: object | null
  /** Called once it is durable and in the document. */
  readonly settled: () => void
}

export interface CommitEffects {
  readonly append: (updates: readonly Uint8Array[]) => Promise<void>
  /** The batch is durable. */
  readonly committed: (batch: readonly Commit[]) => void
  /** The log fails (reported once until it works again), or works again (null). */
  readonly trouble: (error: unknown) => void
  /** Waits this many milliseconds. */
  readonly wait: (ms: number) => Promise<void>
}

/** Maximum delay (ms) before a low-priority update is committed. An urgent update commits it earlier. */
export const COALESCE_MS = 25
const firstRetryMs = 250
const lastRetryMs = 5000

export class CommitQueue {
  readonly #effects: CommitEffects
  #waiting: Commit[] = []
  #underWay: readonly Commit[] = []
  #drained: Promise<void> | null = null
  #stopped = false

  constructor(effects: CommitEffects) {
    this.#effects = effects
  }

  add(commit: Commit): void {
    this.#waiting.push(commit)
    this.#begin()
  }

  /** As `add`, for a low-priority update: it is committed with the next one, or after `COALESCE_MS`. */
  addLater(commit: Commit): void {
    if (this.#waiting.push(commit) > 1) return
    const begin = async () => {
      await this.#effects.wait(COALESCE_MS)
      this.#begin()
    }
    inBackground(begin(), 'writing edits')
  }

  /** Updates that the log may not have yet, in order. */
  get pending(): readonly Commit[] {
    return [...this.#underWay, ...this.#waiting]
  }

  /** Settles when all that was added so far is durable. */
  flushed(): Promise<void> {
    if (this.#drained === null) return Promise.resolve()
    return new Promise((resolve) => {
      this.add({ update: emptyUpdate, sender: null, settled: resolve })
    })
  }

  /** Gives up on what the log does not take; for a server that stops. */
  stop(): void {
    this.#stopped = true
  }

  #begin(): void {
    if (this.#waiting.length === 0 || this.#drained !== null) return
    this.#drained = this.#drain()
    inBackground(this.#drained, 'writing edits')
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && !this.#stopped) await this.#commitWaiting()
    } finally {
      this.#drained = null
    }
  }

  async #commitWaiting(): Promise<void> {
    this.#underWay = this.#waiting
    this.#waiting = []
    await this.#appendUntilDurable(this.#underWay.map((commit) => commit.update).filter(isFull))
    if (this.#stopped) return
    const batch = this.#underWay
    this.#underWay = []
    // The batch is durable: a listener that fails does not block the queue.
    attempt('taking edits into a document', () => this.#effects.committed(batch))
    for (const commit of batch) attempt('acknowledging an edit', commit.settled)
  }

  async #appendUntilDurable(updates: readonly Uint8Array[]): Promise<void> {
    for (let delay = firstRetryMs; updates.length > 0; delay = Math.min(delay * 2, lastRetryMs)) {
      try {
        await this.#effects.append(updates)
        if (delay > firstRetryMs) this.#effects.trouble(null)
        return
      } catch (error) {
        if (this.#stopped) return
        if (delay === firstRetryMs) this.#effects.trouble(error)
        await this.#effects.wait(delay)
      }
    }
  }
}

/** A placeholder in the queue; never written. */
const emptyUpdate = new Uint8Array(0)
const isFull = (update: Uint8Array): boolean => update.length > 0

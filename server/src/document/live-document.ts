/**
 * An open notebook: the document that the server works on, and the way for changes into it. Invariant: peers are
 * sent only what is durable; a browser's update is in `doc` only after it was accepted and is durable; the checker's
 * copy is `doc` with all accepted updates that are still on their way.
 */
import * as Y from 'yjs'
import { origin } from '../../contract/document.ts'
import { Arrivals } from './arrivals.ts'
import { type CheckThreads, checkThreads } from './check-threads.ts'
import { type Commit, CommitQueue } from './commit-queue.ts'
import { editorOf } from './edited-for.ts'
import { Intake, type Submission } from './intake.ts'
import type { OpenDocument } from './ports.ts'
import { repairCells } from './repair.ts'
import { UpdateChecker } from './update-checker.ts'

/** A document of more bytes is encoded on the checker's thread. */
const LARGE = 1024 * 1024
/** The empty update. */
const nothing = new Uint8Array(0)
/** No structs, no deletions: what a page answers that has nothing new. */
const isEmpty = (update: Uint8Array): boolean => update.length === 2 && update[0] === 0 && update[1] === 0

/** Sent when an update is durable. `sender` is the only connection that has it already; null when there is none. */
export type UpdateListener = (update: Uint8Array, sender: object | null) => void

export interface LiveDocumentInit {
  readonly id: string
  readonly epoch: string
  readonly path: string
  readonly writable: boolean
  readonly doc: Y.Doc
  /** Small updates that make `doc` as it is now, where there are some: a large document is not encoded again. */
  readonly pieces?: readonly Uint8Array[]
  /** Where edits are checked; the process' own by default. */
  readonly threads?: CheckThreads
  readonly append: (updates: readonly Uint8Array[]) => Promise<void>
  readonly trouble: (error: unknown) => void
  readonly wait: (ms: number) => Promise<void>
}

export class LiveDocument implements OpenDocument {
  readonly id: string
  readonly epoch: string
  path: string
  /** False while its file is gone, or another notebook is at its path. */
  hasFile = true
  readonly writable: boolean
  readonly doc: Y.Doc
  /** How far the edits of each connection have come. */
  readonly arrivals = new Arrivals()
  readonly #queue: CommitQueue
  readonly #listeners = new Set<UpdateListener>()
  readonly #goneListeners = new Set<() => void>()
  readonly #editedListeners = new Set<(transaction: Y.Transaction, sender: object) => void>()
  readonly #checker: UpdateChecker
  readonly #intake: Intake
  /** About as many bytes as the document has. */
  #size = 0

  constructor(init: LiveDocumentInit) {
    this.id = init.id
    this.epoch = init.epoch
    this.path = init.path
    this.writable = init.writable
    this.doc = init.doc
    this.#queue = new CommitQueue({ ...init, committed: (batch) => this.#committed(batch) })
    this.#checker = new UpdateChecker(init.threads ?? checkThreads, () => this.#state())
    this.#intake = new Intake({
      check: async (update, author) =>
        isEmpty(update) ? { ok: true, update: null } : this.#checker.try(update, author),
      accepted: ({ sender, settled }, update) =>
        this.#queue.add({ update: update ?? nothing, sender, settled }),
    })
    this.#size = (init.pieces ?? []).reduce((sum, piece) => sum + piece.length, 0)
    if (this.#size > LARGE) this.#checker.start(init.pieces)
    this.doc.on('update', (update: Uint8Array, from: unknown) => this.#updated(update, from))
    this.doc.on('afterTransaction', (transaction: Y.Transaction) => {
      const { applying } = this.#batch
      const sender = transaction.origin === this.#queue ? applying : editorOf(transaction)
      if (sender === null) return
      for (const listener of this.#editedListeners) listener(transaction, sender)
    })
  }

  /** Takes a browser's update. */
  submit(submission: Submission): void {
    this.#intake.submit(submission)
  }

  /** Forgets what this connection sent and what is not being checked yet. */
  drop(sender: object): void {
    this.#intake.drop(sender)
  }

  /** What the document has beyond a state vector, once all of it is durable. */
  async since(stateVector: Uint8Array): Promise<Uint8Array> {
    const apart = this.#size > LARGE ? await this.#checker.since(stateVector) : null
    const update = apart ?? Y.encodeStateAsUpdate(this.doc, stateVector)
    await this.#queue.flushed()
    return update
  }

  flushed(): Promise<void> {
    return this.#queue.flushed()
  }

  onUpdate(listener: UpdateListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls `listener` with the edits of one connection at a time, and those of the server for an editor (edited-for.ts). */
  onEdited(listener: (transaction: Y.Transaction, sender: object) => void): () => void {
    this.#editedListeners.add(listener)
    return () => this.#editedListeners.delete(listener)
  }

  /** The notebook was deleted. */
  onGone(listener: () => void): () => void {
    this.#goneListeners.add(listener)
    return () => this.#goneListeners.delete(listener)
  }

  gone(): void {
    for (const listener of [...this.#goneListeners]) listener()
  }

  /** Ends its life in this process. */
  destroy(): void {
    this.#queue.stop()
    this.doc.destroy()
    this.#checker.stop()
  }

  /** The document with all accepted updates. */
  #state(): readonly Uint8Array[] {
    const pending = this.#queue.pending.filter(({ sender, update }) => sender !== null && update.length > 0)
    return [Y.encodeStateAsUpdate(this.doc), ...pending.map(({ update }) => update)]
  }

  #updated(update: Uint8Array, from: unknown): void {
    this.#size += update.length
    if (from === this.#queue) {
      this.#batch.made.push(update)
      return
    }
    this.#checker.add(update)
    const commit = { update, sender: null, settled: () => undefined }
    if (from === origin.progress) this.#queue.addLater(commit)
    else this.#queue.add(commit)
  }

  /** While a batch comes into the document: whose edits do, and the updates that they made. */
  #batch: { applying: object | null; readonly made: Uint8Array[] } = { applying: null, made: [] }

  /** Each connection's edits are a transaction of their own, so that it is known whose they are; peers get one update. */
  #committed(batch: readonly Commit[]): void {
    const browsers = batch.filter(({ sender, update }) => sender !== null && update.length > 0)
    const made: Uint8Array[] = []
    this.#batch = { applying: null, made }
    for (const [sender, updates] of inRuns(browsers)) {
      this.#batch.applying = sender
      this.doc.transact(() => {
        for (const update of updates) Y.applyUpdate(this.doc, update)
      }, this.#queue)
    }
    this.#batch.applying = null
    const senders = new Set(browsers.map(({ sender }) => sender))
    const [first, ...others] = made
    const only = senders.size === 1 ? (browsers[0]?.sender ?? null) : null
    if (first !== undefined) this.#emit(others.length === 0 ? first : Y.mergeUpdates(made), only)
    const own = batch.filter(({ update, sender }) => sender === null && update.length > 0)
    if (own.length > 0) this.#emit(Y.mergeUpdates(own.map(({ update }) => update)), null)
    if (browsers.length > 0) this.doc.transact(() => repairCells(this.doc), origin.server)
  }

  #emit(update: Uint8Array, sender: object | null): void {
    for (const listener of this.#listeners) listener(update, sender)
  }
}

/** pure. Edits of one connection that came one after another, in their order. */
function inRuns(commits: readonly Commit[]): readonly (readonly [object | null, Uint8Array[]])[] {
  const runs: (readonly [object | null, Uint8Array[]])[] = []
  for (const { sender, update } of commits) {
    const last = runs.at(-1)
    if (last !== undefined && last[0] === sender) last[1].push(update)
    else runs.push([sender, [update]])
  }
  return runs
}

/**
 * An open notebook: the document that the server works on, and the way for changes into it. Invariant: peers are
 * sent only what is durable; a browser's update is in `doc` only after it is durable; the scratch copy, when it is
 * asked, is `doc` with all accepted updates that are still on their way.
 */
import * as Y from 'yjs'
import { cellsOf, metaOf, origin, stateOf } from '../../contract/document.ts'
import { Arrivals } from './arrivals.ts'
import { type Commit, CommitQueue } from './commit-queue.ts'
import type { OpenDocument } from './ports.ts'
import { repairCells } from './repair.ts'
import { tryUpdate } from './update-check.ts'

/** Sent when an update is durable. `sender` is the only connection that has it already; null when there is none. */
export type UpdateListener = (update: Uint8Array, sender: object | null) => void

export interface LiveDocumentInit {
  readonly id: string
  readonly epoch: string
  readonly path: string
  readonly writable: boolean
  readonly doc: Y.Doc
  readonly append: (updates: readonly Uint8Array[]) => Promise<void>
  readonly trouble: (error: unknown) => void
  readonly wait: (ms: number) => Promise<void>
}

export class LiveDocument implements OpenDocument {
  readonly id: string
  readonly epoch: string
  path: string
  readonly writable: boolean
  readonly doc: Y.Doc
  /** How far the edits of each connection have come. */
  readonly arrivals = new Arrivals()
  readonly #queue: CommitQueue
  readonly #listeners = new Set<UpdateListener>()
  readonly #goneListeners = new Set<() => void>()
  #scratch: Y.Doc
  /** The server's own updates that the scratch copy has not yet. */
  #unseen: Uint8Array[] = []

  constructor(init: LiveDocumentInit) {
    this.id = init.id
    this.epoch = init.epoch
    this.path = init.path
    this.writable = init.writable
    this.doc = init.doc
    this.#scratch = this.#copy()
    this.#queue = new CommitQueue({ ...init, committed: (batch) => this.#committed(batch) })
    this.doc.on('update', (update: Uint8Array, from: unknown) => this.#updated(update, from))
  }

  /** Takes a browser's update. The answer is a reason when it is refused; else `settled` is called once it is durable. */
  submit(update: Uint8Array, sender: object, settled: () => void): string | null {
    this.#see()
    const problem = tryUpdate(this.#scratch, update)
    if (problem === null) this.#queue.add({ update, sender, settled })
    else this.#scratch = this.#copy(this.#queue.pending)
    return problem
  }

  /** Calls back when all that the document says now is durable. */
  whenDurable(done: () => void): void {
    void this.#queue.flushed().then(done)
  }

  flushed(): Promise<void> {
    return this.#queue.flushed()
  }

  onUpdate(listener: UpdateListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
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
    this.#scratch.destroy()
  }

  /** Brings the scratch copy up to date: before it is asked, or once nobody waits. */
  #see(): void {
    const updates = this.#unseen
    this.#unseen = []
    for (const update of updates) Y.applyUpdate(this.#scratch, update)
  }

  #copy(pending: readonly Commit[] = []): Y.Doc {
    const copy = new Y.Doc()
    defineRoots(copy)
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.doc))
    for (const { update, sender } of pending) if (sender !== null) Y.applyUpdate(copy, update)
    return copy
  }

  #updated(update: Uint8Array, from: unknown): void {
    if (from === this.#queue) {
      this.#tell(update, this.#sender)
      return
    }
    this.#unseen.push(update)
    const commit = { update, sender: null, settled: () => undefined }
    if (from === origin.progress) this.#queue.addLater(commit)
    else this.#queue.add(commit)
  }

  #sender: object | null = null

  #committed(batch: readonly Commit[]): void {
    const browsers = batch.filter((commit) => commit.sender !== null)
    const senders = new Set(browsers.map((commit) => commit.sender))
    this.#sender = senders.size === 1 ? (browsers[0]?.sender ?? null) : null
    this.doc.transact(() => {
      for (const { update } of browsers) Y.applyUpdate(this.doc, update)
    }, this.#queue)
    const own = batch.filter(({ update, sender }) => sender === null && update.length > 0)
    if (own.length > 0) this.#tell(Y.mergeUpdates(own.map(({ update }) => update)), null)
    if (browsers.length > 0) this.doc.transact(() => repairCells(this.doc), origin.server)
    this.#see()
  }

  #tell(update: Uint8Array, sender: object | null): void {
    for (const listener of this.#listeners) listener(update, sender)
  }
}

/** Roots have their types from the beginning, so that a broken update cannot give them others. */
export function defineRoots(doc: Y.Doc): void {
  cellsOf(doc)
  metaOf(doc)
  stateOf(doc)
}

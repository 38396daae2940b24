/**
 * Keeps a room's edits in this browser while the server has not called them durable, and brings those that earlier pages
 * left into the room. Invariant: an edit that is not durable is kept here within a moment, and until it is.
 */
import { uuidv4 } from 'lib0/random'
import * as Y from 'yjs'
import type { Room } from './room.ts'
import { type DurableSources, reapply } from './unsent.ts'
import type { KeptEdits, LeftEdits, UnsentStore } from './unsent-store.ts'

/** What the server acknowledges within this time is not kept in the browser as well, ms. */
const SLOW_MS = 300
/** Edits that no connection carries are kept together when they come within this time, ms. */
const OFFLINE_MS = 40

export interface UnsentPlace {
  readonly documentId: string
  readonly epoch: string
  readonly path: () => string
}

/** What earlier pages left. */
export interface Recovered {
  /** How many pages had left something, once it is durable in the document. */
  readonly restoring: Promise<number>
  /** Edits of other notebooks that were at this path. */
  readonly others: readonly LeftEdits[]
}

/** Marks edits that an earlier page made: they are not this person's last steps, and undo passes them by. */
export const recovered = { person: 'earlier' }

export class UnsentKeeper {
  readonly #room: Room
  readonly #durable: DurableSources
  readonly #store: UnsentStore
  readonly #place: UnsentPlace
  readonly #life = uuidv4()
  readonly #endLife: () => void
  readonly #stop: () => void
  #waiting: Uint8Array[] = []
  #isKept = false
  /** Earlier lives whose edits are in the document again, and not yet durable. */
  #restored: readonly string[] = []
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(room: Room, durable: DurableSources, store: UnsentStore, place: UnsentPlace) {
    this.#room = room
    this.#durable = durable
    this.#store = store
    this.#place = place
    this.#endLife = store.live(this.#life)
    room.doc.on('update', this.#edited)
    this.#stop = room.facts.subscribe(this.#learned)
    globalThis.addEventListener?.('pagehide', this.#hidden)
    globalThis.document?.addEventListener('visibilitychange', this.#hidden)
  }

  /** Brings what earlier pages left of this document into it, as soon as it is synced; forgotten when it is durable. */
  async recover(): Promise<Recovered> {
    const { documentId, path } = this.#place
    const left = await this.#store.left(documentId, path())
    const own = left.filter((edits) => edits.documentId === documentId)
    const others = left.filter((edits) => edits.documentId !== documentId && edits.texts.length > 0)
    return { restoring: this.#restore(own), others }
  }

  async #restore(left: readonly LeftEdits[]): Promise<number> {
    if (left.length === 0) return 0
    await until(this.#room, () => this.#room.facts.get().synced)
    this.#restored = left.map(({ life }) => life)
    for (const edits of left) putBack(this.#room.doc, edits, this.#place.epoch)
    await until(this.#room, () => this.#room.facts.get().synced && !this.#room.hasUnsaved)
    for (const life of this.#restored) await this.#store.forget(life)
    this.#restored = []
    return left.length
  }

  /** Ends with the room. What is not durable stays in the browser; settles once it is there. */
  async close(): Promise<void> {
    await this.#flush()
    this.#end()
  }

  /** As `close`, where the document refuses these edits as they are: they are kept as text. */
  async closeAsText(): Promise<void> {
    this.#waiting = []
    const texts = this.#durable.unsent()
    for (const life of [this.#life, ...this.#restored]) await this.#store.forget(life)
    if (texts.length > 0) await this.#store.keep({ ...this.#record(), epoch: '', texts: [...texts] }, [])
    this.#end()
  }

  /** Ends with a document that is gone; its edits come to another as text, when that is opened. */
  async moveTo(document: { readonly documentId: string; readonly path: string }): Promise<void> {
    this.#waiting = []
    await this.#store.keep({ ...this.#record(), ...document, epoch: '' }, [])
    this.#end()
  }

  #end(): void {
    this.#room.doc.off('update', this.#edited)
    this.#stop()
    globalThis.removeEventListener?.('pagehide', this.#hidden)
    globalThis.document?.removeEventListener('visibilitychange', this.#hidden)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#endLife()
  }

  readonly #edited = (update: Uint8Array, from: unknown): void => {
    if (this.#room.isReceived(from)) return
    this.#waiting.push(update)
    this.#flushWithin(this.#room.facts.get().open ? SLOW_MS : OFFLINE_MS)
  }

  readonly #learned = (): void => {
    const { synced, open } = this.#room.facts.get()
    if (!open && this.#waiting.length > 0) this.#flushWithin(OFFLINE_MS)
    if (this.#room.hasUnsaved || !synced) return
    this.#waiting = []
    if (this.#isKept) void this.#store.forget(this.#life)
    this.#isKept = false
  }

  readonly #hidden = (): void => {
    void this.#flush()
  }

  #flushWithin(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#flush(), ms)
  }

  async #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#waiting.length === 0 || !this.#room.hasUnsaved) return
    const updates = this.#waiting
    this.#waiting = []
    this.#isKept = true
    await this.#store.keep(this.#record(), updates)
  }

  #record(): KeptEdits {
    const { documentId, epoch, path } = this.#place
    const texts = [...this.#durable.unsent()]
    return { life: this.#life, documentId, epoch, path: path(), at: Date.now(), texts }
  }
}

/** Puts left edits into a document, as they are where they fit it, else as text. */
export function putBack(doc: Y.Doc, edits: LeftEdits, epoch: string): void {
  const update = edits.epoch === epoch && edits.updates.length > 0 ? Y.mergeUpdates([...edits.updates]) : null
  if (update !== null && fits(doc, update)) Y.applyUpdate(doc, update, recovered)
  else reapply(doc, edits.texts, recovered)
}

/** Whether the document has all that the update builds on. */
function fits(doc: Y.Doc, update: Uint8Array): boolean {
  const probe = new Y.Doc()
  Y.applyUpdate(probe, Y.encodeStateAsUpdate(doc))
  Y.applyUpdate(probe, update)
  const { pendingStructs, pendingDs } = probe.store
  probe.destroy()
  return pendingStructs === null && pendingDs === null
}

/** Settles when it is so; never where the room ends first. */
function until(room: Room, isSo: () => boolean): Promise<void> {
  if (isSo()) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = room.facts.subscribe(() => {
      if (!isSo()) return
      stop()
      resolve()
    })
  })
}

/**
 * The notebook's room: keeps a Y.Doc equal to the server's over the y-websocket protocol, and counts what the server
 * has acknowledged. Invariant: what `facts` calls saved was acknowledged on the connection that carried it; a
 * document of another epoch is never merged.
 */
import type { Edits } from '@yesterday/server/contract/session.ts'
import { close } from '@yesterday/server/contract/sync.ts'
import { uuidv4 } from 'lib0/random'
import { Awareness, removeAwarenessStates } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import { type Observable, Signal, Watched } from '../state/observable.ts'
import * as frames from './frames.ts'
import { Link, type LinkEffects } from './link.ts'
import { hasUnsaved, noFacts, type RoomEnd, type RoomFacts } from './room-state.ts'

/** Where the room is and what is kept in it. */
export interface RoomOptions {
  /** `ws(s)://host`, without a slash at the end. */
  readonly origin: string
  readonly documentId: string
  readonly epoch: string
  readonly doc: Y.Doc
  readonly effects?: LinkEffects
}

export class Room {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  /** The server closed a connection for what this page sent; it connects again. */
  readonly sentTooMuch = new Signal<void>()
  readonly #facts = new Watched<RoomFacts>(noFacts)
  readonly #address: string
  readonly #epoch: string
  #connection = ''
  readonly #link: Link

  constructor(options: RoomOptions) {
    this.doc = options.doc
    this.awareness = new Awareness(options.doc)
    this.#address = `${options.origin}/api/rooms/${encodeURIComponent(options.documentId)}`
    this.#epoch = options.epoch
    this.doc.on('update', this.#edited)
    this.awareness.on('update', this.#presenceChanged)
    this.#link = new Link(
      {
        url: () => this.#newConnection(),
        onOpen: () => this.#opened(),
        onMessage: (data) => this.#received(data),
        onClose: (code) => this.#closed(code),
      },
      options.effects,
    )
  }

  get facts(): Observable<RoomFacts> {
    return this.#facts
  }

  get hasUnsaved(): boolean {
    return hasUnsaved(this.#facts.get())
  }

  /** The edits that the server gets by this connection before anything that is sent now; null while it is not known. */
  get edits(): Edits | null {
    const { open, asked, synced, sent } = this.#facts.get()
    return open && asked && synced ? { connection: this.#connection, sent } : null
  }

  /** Settles once the server has every edit of this page, or when no connection carries them. */
  settled(): Promise<void> {
    const done = (): boolean => !this.hasUnsaved || !this.#facts.get().open
    if (done()) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = this.#facts.subscribe(() => {
        if (!done()) return
        stop()
        resolve()
      })
    })
  }

  /** Leaves the room. The document stays as it is. */
  leave(): void {
    removeAwarenessStates(this.awareness, [this.doc.clientID], 'left')
    this.doc.off('update', this.#edited)
    this.awareness.off('update', this.#presenceChanged)
    this.awareness.destroy()
    this.#link.close()
  }

  readonly #edited = (update: Uint8Array, from: unknown): void => {
    if (from === this) return
    const { open, asked, sent } = this.#facts.get()
    // Before the server has asked, the edit travels inside the answer.
    if (open && asked && this.#link.send(frames.update(update))) this.#learn({ sent: sent + 1 })
    else this.#learn({ editedOffline: true })
  }

  readonly #presenceChanged = (
    changes: { added: number[]; updated: number[]; removed: number[] },
    from: unknown,
  ): void => {
    if (from === this) return
    this.#link.send(
      frames.presence(this.awareness, [...changes.added, ...changes.updated, ...changes.removed]),
    )
  }

  #newConnection(): string {
    this.#connection = uuidv4()
    const query = new URLSearchParams({ epoch: this.#epoch, acks: '1', connection: this.#connection })
    return `${this.#address}?${query}`
  }

  #opened(): void {
    this.#learn({ open: true, asked: false, synced: false, sent: 0, acknowledged: 0 })
    this.#link.send(frames.stepOne(this.doc))
    this.#sendPresence()
  }

  #received(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return
    const received = frames.receive(data, this.doc, this.awareness, this)
    const { sent } = this.#facts.get()
    switch (received.type) {
      case 'asked':
        this.#link.send(received.answer)
        this.#learn({ asked: true, sent: sent + 1, editedOffline: false })
        break
      case 'synced':
        this.#learn({ synced: true, everSynced: true })
        break
      case 'acknowledged':
        this.#learn({ acknowledged: received.count, everSaved: true })
        break
      case 'refused':
        this.#end({ kind: 'refused', reason: received.reason })
        break
      case 'queryAwareness':
        this.#sendPresence()
        break
      case 'nothing':
        break
    }
  }

  #closed(code: number): boolean {
    const { sent, acknowledged, editedOffline } = this.#facts.get()
    this.#forgetOthers()
    this.#learn({
      open: false,
      asked: false,
      synced: false,
      editedOffline: editedOffline || sent > acknowledged,
      sent: 0,
      acknowledged: 0,
    })
    if (code === close.tooMuch) this.sentTooMuch.emit()
    const end = endOf(code)
    if (end !== null) this.#end(end)
    return end === null
  }

  #end(ended: RoomEnd): void {
    this.#learn({ ended })
    this.#link.close()
  }

  #sendPresence(): void {
    if (this.awareness.getLocalState() === null) return
    this.#link.send(frames.presence(this.awareness, [this.doc.clientID]))
  }

  #forgetOthers(): void {
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.doc.clientID)
    removeAwarenessStates(this.awareness, others, this)
  }

  #learn(facts: Partial<RoomFacts>): void {
    this.#facts.set({ ...this.#facts.get(), ...facts })
  }
}

function endOf(code: number): RoomEnd | null {
  if (code === close.wrongEpoch) return { kind: 'epoch' }
  if (code === close.gone) return { kind: 'gone' }
  if (code === close.forbidden) return { kind: 'forbidden' }
  if (code === close.badFrame) return { kind: 'refused', reason: '' }
  return null
}

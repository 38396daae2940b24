/**
 * The notebook's room: keeps a Y.Doc equal to the server's by y-websocket's provider, and counts what the server
 * has acknowledged. Invariant: what `facts` calls saved was acknowledged on the connection that carried it; a
 * document of another epoch is never merged.
 */
import type { Edits } from '@yesterday/server/contract/session.ts'
import { close, frame } from '@yesterday/server/contract/sync.ts'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { uuidv4 } from 'lib0/random'
import { type Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { messageYjsSyncStep1, messageYjsSyncStep2, writeUpdate } from 'y-protocols/sync'
import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'
import { type Observable, Signal, Watched } from '../state/observable.ts'
import { retryDelay } from './backoff.ts'
import { hasUnsaved, noFacts, type RoomEnd, type RoomFacts } from './room-state.ts'
import { watchReturn } from './watch-return.ts'

/** Where the room is and what is kept in it. */
export interface RoomOptions {
  /** `ws(s)://host`, without a slash at the end. */
  readonly origin: string
  readonly documentId: string
  readonly epoch: string
  readonly doc: Y.Doc
}

export class Room {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  /** The server closed a connection for what this page sent; it connects again. */
  readonly sentTooMuch = new Signal<void>()
  /** A connection was not opened: the server is away, or refuses us. */
  readonly dialFailed = new Signal<void>()
  readonly #facts = new Watched<RoomFacts>(noFacts)
  readonly #epoch: string
  readonly #provider: WebsocketProvider
  readonly #stopWatching: () => void
  #connection = ''

  constructor({ origin, documentId, epoch, doc }: RoomOptions) {
    this.doc = doc
    this.#epoch = epoch
    const provider = new WebsocketProvider(`${origin}/api/rooms`, encodeURIComponent(documentId), doc, {
      connect: false,
      disableBc: true,
      shouldReconnect: ({ code }) => endOf(code) === null,
    })
    this.#provider = provider
    this.awareness = provider.awareness
    this.#takeOver(provider)
    provider.on('status', ({ status }) => status === 'connected' && this.#opened())
    provider.on('connection-close', (event) => this.#closed(event?.code ?? null))
    provider.on('closed', ({ code }) => this.#learn({ ended: endOf(code) }))
    this.#handleFrames(provider)
    this.#stopWatching = watchReturn({ onReturn: () => this.#hurry(), onOffline: () => this.#dialAgain() })
    this.#prepareConnection()
    provider.connect()
  }

  /**
   * The provider's own listeners would send an edit before the server has said what it has, which it refuses as building
   * on what it lacks; and would send each change of another's presence back, n² of them in a room of n.
   */
  #takeOver(provider: WebsocketProvider): void {
    this.doc.off('update', provider._updateHandler)
    this.awareness.off('update', provider._awarenessUpdateHandler)
    this.doc.on('update', this.#edited)
    this.awareness.on('update', this.#presenceChanged)
  }

  /** The messages of our own beside y-websocket's, and what its sync messages say of this connection. */
  #handleFrames({ messageHandlers }: WebsocketProvider): void {
    const sync = messageHandlers[frame.sync]
    if (sync === undefined) throw new Error('y-websocket has no handler for sync messages')
    messageHandlers[frame.sync] = (encoder, decoder, provider, emitSynced, type) => {
      const kind = decoding.peekVarUint(decoder)
      sync(encoder, decoder, provider, emitSynced, type)
      // The provider sends the answer once this returns.
      if (kind === messageYjsSyncStep1)
        this.#learn({ asked: true, sent: this.#facts.get().sent + 1, editedOffline: false })
      if (kind === messageYjsSyncStep2) this.#learn({ synced: true, everSynced: true })
    }
    messageHandlers[frame.acknowledged] = (_, decoder) =>
      this.#learn({ acknowledged: decoding.readVarUint(decoder), everSaved: true })
    messageHandlers[frame.refused] = (_, decoder) => {
      decoding.readVarUint(decoder)
      this.#end({ kind: 'refused', reason: decoding.readVarString(decoder) })
    }
  }

  get facts(): Observable<RoomFacts> {
    return this.#facts
  }

  get hasUnsaved(): boolean {
    return hasUnsaved(this.#facts.get())
  }

  /** Whether a change of the document with this origin came from the server. */
  isReceived(origin: unknown): boolean {
    return origin === this.#provider
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
    this.#stopWatching()
    this.#provider.destroy()
  }

  readonly #edited = (update: Uint8Array, from: unknown): void => {
    if (this.isReceived(from)) return
    const { open, asked, sent } = this.#facts.get()
    // Before the server has asked, the edit travels inside the answer.
    if (open && asked && this.#send(frame.sync, (encoder) => writeUpdate(encoder, update)))
      this.#learn({ sent: sent + 1 })
    else this.#learn({ editedOffline: true })
  }

  readonly #presenceChanged = (
    { added, updated, removed }: { added: number[]; updated: number[]; removed: number[] },
    from: unknown,
  ): void => {
    if (this.isReceived(from)) return
    const update = encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed])
    this.#send(frame.awareness, (encoder) => encoding.writeVarUint8Array(encoder, update))
  }

  /** Answers whether it was sent. */
  #send(type: number, write: (encoder: encoding.Encoder) => void): boolean {
    const { ws, wsconnected } = this.#provider
    if (!wsconnected || ws?.readyState !== WebSocket.OPEN) return false
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, type)
    write(encoder)
    ws.send(encoding.toUint8Array(encoder))
    return true
  }

  /** The next connection has a name of its own, and comes after a pause of its own. */
  #prepareConnection(): void {
    this.#connection = uuidv4()
    this.#provider.params = { epoch: this.#epoch, acks: '1', connection: this.#connection }
    this.#provider.maxBackoffTime = retryDelay(this.#provider.wsUnsuccessfulReconnects, Math.random())
  }

  #opened(): void {
    this.#learn({ open: true, asked: false, synced: false, sent: 0, acknowledged: 0 })
  }

  /** `code` is null where this page closed the connection. */
  #closed(code: number | null): void {
    const { open, sent, acknowledged, editedOffline } = this.#facts.get()
    if (!open) this.dialFailed.emit()
    this.#prepareConnection()
    this.#learn({
      open: false,
      asked: false,
      synced: false,
      editedOffline: editedOffline || sent > acknowledged,
      sent: 0,
      acknowledged: 0,
    })
    if (code === close.tooMuch) this.sentTooMuch.emit()
  }

  #end(ended: RoomEnd): void {
    this.#learn({ ended })
    this.#provider.disconnect()
  }

  #hurry(): void {
    if (this.#facts.get().ended !== null || this.#provider.ws !== null) return
    this.#provider.wsUnsuccessfulReconnects = 0
    this.#provider.connect()
  }

  #dialAgain(): void {
    if (this.#facts.get().ended !== null) return
    this.#provider.disconnect()
    this.#provider.connect()
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

/**
 * One socket in a room. Invariant: what it sends is settled in order and counted; a settled update is durable or was
 * refused; nothing is sent that is not durable.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { RawData, WebSocket } from 'ws'
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import type { Actor } from '../../contract/session.ts'
import { close, frame, MAX_FRAME } from '../../contract/sync.ts'
import type { LiveDocument } from './live-document.ts'
import type { Presence, Speaker } from './presence.ts'
import type { RoomRequest } from './rooms.ts'

/** More than this waiting to be sent, in bytes, and the socket is too slow to keep. */
const mostBuffered = 64 * 1024 * 1024
const mostPresence = 64 * 1024
/** An update that says nothing: no structs, no deletions. */
const emptyUpdateSize = 2

export class RoomSocket implements Speaker {
  readonly #socket: WebSocket
  readonly #live: LiveDocument
  readonly #presence: Presence
  readonly #request: RoomRequest
  readonly #mayWrite: boolean
  readonly #leave: (() => void)[]
  #received = 0
  #alive = true

  constructor(socket: WebSocket, live: LiveDocument, presence: Presence, request: RoomRequest) {
    this.#socket = socket
    this.#live = live
    this.#presence = presence
    this.#request = request
    this.#mayWrite = request.mayWrite && live.writable
    socket.on('pong', () => {
      this.#alive = true
    })
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    this.#leave = [
      live.onUpdate((update, sender) => {
        if (sender !== this) this.#send(frame.sync, messageYjsUpdate, update)
      }),
      live.onGone(() => this.close(close.gone, 'This notebook was deleted.')),
      () => presence.leave(this),
      () => request.connection !== null && live.arrivals.end(request.connection),
    ]
    presence.join(this, (update) => this.#sendPresence(update))
    if (this.#mayWrite) this.#send(frame.sync, messageYjsSyncStep1, Y.encodeStateVector(live.doc))
    this.#tellPresence()
  }

  get actor(): Actor {
    return this.#request.actor
  }

  isOf(documentId: string, actorId: string | undefined): boolean {
    return this.#live.id === documentId && (actorId === undefined || this.#request.actor.id === actorId)
  }

  /** Ends a socket that did not answer the last ping. */
  ping(): void {
    if (this.#alive) this.#socket.ping()
    else this.#socket.terminate()
    this.#alive = false
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** The socket is closed. */
  end(): void {
    for (const leave of this.#leave) leave()
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data)
    try {
      if (!isBinary || bytes.length > MAX_FRAME) throw new Error('frames are binary and bounded')
      this.#read(decoding.createDecoder(bytes))
    } catch {
      this.close(close.badFrame, 'The frame cannot be read.')
    }
  }

  #read(decoder: decoding.Decoder): void {
    const type = decoding.readVarUint(decoder)
    switch (type) {
      case frame.sync:
        this.#readSync(decoder)
        break
      case frame.awareness:
        this.#takePresence(decoding.readVarUint8Array(decoder))
        break
      case frame.queryAwareness:
        this.#tellPresence()
        break
      default:
        throw new Error(`no frame is ${type}`)
    }
  }

  #takePresence(update: Uint8Array): void {
    if (update.length > mostPresence) throw new Error(`presence of ${update.length} bytes`)
    this.#presence.apply(update, this)
  }

  #readSync(decoder: decoding.Decoder): void {
    const type = decoding.readVarUint(decoder)
    const payload = decoding.readVarUint8Array(decoder)
    if (type === messageYjsSyncStep1) this.#answerStep1(payload)
    else if (type === messageYjsSyncStep2 || type === messageYjsUpdate) this.#take(payload)
    else throw new Error(`no sync message is ${type}`)
  }

  /** The answer may hold what is not durable yet, so it waits until that is. */
  #answerStep1(stateVector: Uint8Array): void {
    const update = Y.encodeStateAsUpdate(this.#live.doc, stateVector)
    this.#live.whenDurable(() => this.#send(frame.sync, messageYjsSyncStep2, update))
  }

  #take(update: Uint8Array): void {
    const count = ++this.#received
    const problem = this.#mayWrite
      ? this.#live.submit(update, this, () => this.#settled(count))
      : update.length <= emptyUpdateSize
        ? null
        : 'You may read this notebook, but not change it.'
    if (problem !== null) this.#tell(frame.refused, count, problem)
  }

  #settled(count: number): void {
    const { connection } = this.#request
    if (connection !== null) this.#live.arrivals.arrived(connection, count)
    this.#tell(frame.acknowledged, count)
  }

  #tell(type: number, count: number, reason?: string): void {
    if (!this.#request.acks) {
      if (reason !== undefined) this.close(close.badFrame, 'An update was refused.')
      return
    }
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint(encoder, count)
    if (reason !== undefined) encoding.writeVarString(encoder, reason)
    this.#push(encoder)
  }

  #tellPresence(): void {
    const all = this.#presence.all()
    if (all !== null) this.#sendPresence(all)
  }

  #sendPresence(update: Uint8Array): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.awareness)
    encoding.writeVarUint8Array(encoder, update)
    this.#push(encoder)
  }

  #send(type: number, message: number, payload: Uint8Array): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint(encoder, message)
    encoding.writeVarUint8Array(encoder, payload)
    this.#push(encoder)
  }

  #push(encoder: encoding.Encoder): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > mostBuffered) this.#socket.terminate()
    else this.#socket.send(encoding.toUint8Array(encoder))
  }
}

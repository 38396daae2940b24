/**
 * One socket in a room. Invariant: what it sends is settled in order and counted; a settled update is durable or was
 * refused; nothing is sent that is not durable.
 */
import * as decoding from 'lib0/decoding'
import type { RawData, WebSocket } from 'ws'
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import { ROOM_MESSAGE_ROLES, type RoomMessage } from '../../contract/message-roles.ts'
import type { Actor } from '../../contract/session.ts'
import { close, frame, MAX_FRAME } from '../../contract/sync.ts'
import { endSocket } from '../connection/end-socket.ts'
import { Quota } from '../connection/quota.ts'
import type { Receiver } from './broadcast.ts'
import type { LiveDocument } from './live-document.ts'
import type { Speaker } from './presence.ts'
import type { Room } from './room.ts'
import { acknowledgedFrame, presenceFrame, refusedFrame, stepOneFrame, stepTwoFrame } from './room-frames.ts'
import type { RoomRequest } from './rooms.ts'

/** Bytes that may wait for a client, beside its first sync, before the socket is too slow to keep. */
const MAX_BACKLOG = 16 * 1024 * 1024
const MAX_PRESENCE = 64 * 1024
/** An update that says nothing: no structs, no deletions. */
const EMPTY_UPDATE_SIZE = 2
/** Of no client. */
const NO_PRESENCE = presenceFrame(Uint8Array.of(0))
/** What a client may send: frames, bytes, and requests for the whole document. */
const FRAMES = { burst: 4000, perSecond: 400 }
const VOLUME = { burst: 2 * MAX_FRAME, perSecond: 1024 * 1024 }
const SYNCS = { burst: 10, perSecond: 0.2 }
/** What of it may be unsettled before the client is not read any further. */
const MAX_UNSETTLED = 1000
const MAX_UNSETTLED_BYTES = MAX_FRAME

export class RoomSocket implements Speaker, Receiver {
  readonly #socket: WebSocket
  readonly #live: LiveDocument
  readonly #room: Room
  readonly #request: RoomRequest
  readonly #leave: (() => void)[]
  readonly #frames = new Quota(FRAMES)
  readonly #volume = new Quota(VOLUME)
  readonly #syncs = new Quota(SYNCS)
  #received = 0
  #hasStepTwo = false
  #unsettled = 0
  #unsettledBytes = 0
  #backlog = MAX_BACKLOG
  #alive = true

  constructor(socket: WebSocket, room: Room, request: RoomRequest) {
    const { live } = room
    this.#socket = socket
    this.#live = live
    this.#room = room
    this.#request = request
    socket.on('pong', () => {
      this.#alive = true
    })
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    this.#leave = [
      live.onGone(() => this.close(close.gone, 'This notebook was deleted.')),
      () => room.broadcast.remove(this),
      () => room.presence.leave(this),
      () => live.drop(this),
      () => request.connection !== null && live.arrivals.end(request.connection),
    ]
    room.broadcast.add(this)
    if (this.#mayWrite('stepTwo')) this.send(stepOneFrame(Y.encodeStateVector(live.doc)))
    this.#sendPresence()
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
    // y-websocket's client takes 30 s without a message for a lost connection, and sees no pings.
    this.send(NO_PRESENCE)
  }

  close(code: number, reason: string): void {
    this.#live.drop(this)
    endSocket(this.#socket, code, reason)
  }

  /** The socket is closed. */
  end(): void {
    for (const leave of this.#leave) leave()
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data)
    try {
      if (!isBinary || bytes.length > MAX_FRAME) throw new Error('frames are binary and bounded')
      if (!this.#frames.take(1) || !this.#volume.take(bytes.length)) this.#tooMuch()
      else this.#read(decoding.createDecoder(bytes))
    } catch {
      this.#unreadable()
    }
  }

  #read(decoder: decoding.Decoder): void {
    const type = decoding.readVarUint(decoder)
    switch (type) {
      case frame.sync:
        this.#readSync(decoder)
        break
      case frame.awareness:
        if (this.#may('awareness')) this.#takePresence(decoding.readVarUint8Array(decoder))
        break
      case frame.queryAwareness:
        if (!this.#syncs.take(1)) this.#tooMuch()
        else if (this.#may('queryAwareness')) this.#sendPresence()
        break
      default:
        throw new Error(`no frame is ${type}`)
    }
  }

  /** The one place that decides whether the sender of a message may send it. */
  #may(message: RoomMessage): boolean {
    return this.#request.may(ROOM_MESSAGE_ROLES[message])
  }

  #mayWrite(message: 'stepTwo' | 'update'): boolean {
    return this.#live.writable && this.#may(message)
  }

  #takePresence(update: Uint8Array): void {
    if (update.length > MAX_PRESENCE) throw new Error(`presence of ${update.length} bytes`)
    this.#room.presence.apply(update, this)
  }

  #readSync(decoder: decoding.Decoder): void {
    const type = decoding.readVarUint(decoder)
    const payload = decoding.readVarUint8Array(decoder)
    if (type === messageYjsSyncStep1) {
      if (this.#may('stepOne')) this.#answerStep1(payload).catch(() => this.#unreadable())
    } else if (type === messageYjsSyncStep2) this.#take(payload, 'stepTwo')
    else if (type === messageYjsUpdate) this.#take(payload, 'update')
    else throw new Error(`no sync message is ${type}`)
  }

  /** The answer may hold what is not durable yet, so it waits until that is. */
  async #answerStep1(stateVector: Uint8Array): Promise<void> {
    if (!this.#syncs.take(1)) return this.#tooMuch()
    const update = await this.#live.since(stateVector)
    this.#backlog = MAX_BACKLOG + update.length
    this.send(stepTwoFrame(update))
  }

  #take(update: Uint8Array, message: 'stepTwo' | 'update'): void {
    const count = ++this.#received
    if (!this.#mayWrite(message)) {
      if (update.length > EMPTY_UPDATE_SIZE)
        this.#refuse(count, 'You may read this notebook, but not change it.')
      return
    }
    this.#hasStepTwo ||= message === 'stepTwo'
    // A plain client sends edits before it has answered step 1; the answer holds them, and what they build on.
    if (!this.#request.acks && !this.#hasStepTwo) return
    this.#waits(update.length)
    this.#live.submit({
      update,
      sender: this,
      author: this.#request.actor.id,
      settled: () => {
        this.#waits(-update.length)
        this.#settled(count)
      },
      refused: (refusal) => {
        this.#waits(-update.length)
        if (this.#room.mayBeRefused(this.#request.actor.id, refusal)) this.#refuse(count, refusal.problem)
        else this.close(close.tooMuch, 'Too many edits of this page were refused. Reload it.')
      },
    })
  }

  /** A client whose updates are not settled yet is not read until some are. */
  #waits(bytes: number): void {
    this.#unsettledBytes += bytes
    this.#unsettled += Math.sign(bytes)
    const isFull = this.#unsettled > MAX_UNSETTLED || this.#unsettledBytes > MAX_UNSETTLED_BYTES
    if (isFull) this.#socket.pause()
    else if (this.#socket.isPaused) this.#socket.resume()
  }

  #tooMuch(): void {
    this.close(close.tooMuch, 'This page sends more than the server takes from one connection.')
  }

  #unreadable(): void {
    this.close(close.badFrame, 'The frame cannot be read.')
  }

  #settled(count: number): void {
    const { connection } = this.#request
    if (connection !== null) this.#live.arrivals.arrived(connection, count)
    if (this.#request.acks) this.send(acknowledgedFrame(count))
  }

  /** A client that does not know the frame would go on as if the update had been taken. */
  #refuse(count: number, reason: string): void {
    if (this.#request.acks) this.send(refusedFrame(count, reason))
    else this.close(close.badFrame, 'An update was refused.')
  }

  #sendPresence(): void {
    const all = this.#room.presence.all()
    if (all !== null) this.send(presenceFrame(all))
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > this.#backlog) this.#socket.terminate()
    else this.#socket.send(frame)
  }
}

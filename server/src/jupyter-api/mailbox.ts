/**
 * The messages for one client of a kernel: sent at once, or held while it is away or reads slowly. Invariant: messages
 * keep their order and what is held is bounded; replies and status are never cut, and a cut is stated in the stream.
 */
import { BACKLOG } from '../connection/outbox.ts'
import { encodeFrame, type Framing } from './framing.ts'
import { ownMessage, Sent } from './message.ts'

/** UTF-16 units and bytes of messages that are held for one client before its oldest outputs are cut. */
export const MAX_HELD = 16 * 1024 * 1024

/** Outputs: what may be cut. Without a reply or a status a client would wait for ever. */
const outputs = new Set(['stream', 'display_data', 'execute_result', 'update_display_data', 'clear_output'])

/** What is needed of a WebSocket. */
interface Recipient {
  readonly OPEN: number
  readonly readyState: number
  readonly bufferedAmount: number
  send(frame: string | Uint8Array, done: () => void): void
}

export class Mailbox<Socket extends Recipient = Recipient> {
  readonly #maxHeld: number
  #socket: Socket | null = null
  #framing: Framing = ''
  #held: Sent[] = []
  #heldSize = 0
  #isDraining = false
  #cut = { count: 0, parent: {} as Sent['message']['parent'] }

  constructor(maxHeld = MAX_HELD) {
    this.#maxHeld = maxHeld
  }

  get socket(): Socket | null {
    return this.#socket
  }

  /** What was held goes to this socket, and what comes. */
  attach(socket: Socket, framing: Framing): void {
    this.#socket = socket
    this.#framing = framing
    this.#drain()
  }

  detach(): void {
    this.#socket = null
  }

  /** False where so many replies wait that the client must be given up. */
  send(sent: Sent): boolean {
    if (this.#held.length === 0 && this.#hasRoom) {
      this.#write(sent)
      return true
    }
    this.#held.push(sent)
    this.#heldSize += sent.size
    if (this.#heldSize > this.#maxHeld) this.#cutOutputs()
    return this.#heldSize <= 2 * this.#maxHeld
  }

  /** Down to half, so that a client that stays slow does not cost a pass over all at each message. */
  #cutOutputs(): void {
    const remaining: Sent[] = []
    for (const sent of this.#held) {
      const mayGo = this.#heldSize > this.#maxHeld / 2 && outputs.has(sent.message.header.msg_type)
      if (!mayGo) remaining.push(sent)
      else this.#forget(sent)
    }
    this.#held = remaining
  }

  #forget(sent: Sent): void {
    if (this.#cut.count === 0) this.#cut.parent = sent.message.parent
    this.#cut.count++
    this.#heldSize -= sent.size
  }

  get #hasRoom(): boolean {
    const socket = this.#socket
    return socket !== null && socket.readyState === socket.OPEN && socket.bufferedAmount <= BACKLOG
  }

  #write(sent: Sent): void {
    this.#socket?.send(encodeFrame(this.#framing, sent), () => this.#drain())
  }

  /** Sending may call back at once. */
  #drain(): void {
    if (this.#isDraining || !this.#hasRoom) return
    this.#isDraining = true
    if (this.#cut.count > 0) this.#reportCut()
    let sent = 0
    for (let next = this.#held[0]; next !== undefined && this.#hasRoom; next = this.#held[++sent]) {
      this.#heldSize -= next.size
      this.#write(next)
    }
    this.#held = this.#held.slice(sent)
    this.#isDraining = false
  }

  #reportCut(): void {
    const { count, parent } = this.#cut
    this.#cut = { count: 0, parent: {} }
    const text = `[yesterday] ${count} output messages were not delivered: this client was away or too slow.\n`
    this.#write(new Sent(ownMessage('iopub', 'stream', { name: 'stderr', text }, parent)))
  }
}

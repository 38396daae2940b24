/**
 * Sends a room's updates and presence to all of its sockets. Invariant: each frame is encoded once, and all sockets
 * get the same bytes in the same order.
 */
import * as Y from 'yjs'
import { presenceFrame, updateFrame } from './room-frames.ts'

/** A socket that takes whole frames. */
export interface Receiver {
  send(frame: Uint8Array): void
}

/** After a flush, updates are gathered for so many times as long as it took, and at most for so many ms. */
const PAUSE_FACTOR = 3
const MAX_PAUSE_MS = 30

export class Broadcast {
  readonly #receivers = new Set<Receiver>()
  #updates: Uint8Array[] = []
  /** The one receiver that has all waiting updates already, if there is one. */
  #origin: object | null = null
  #flushing = false
  #nextFlush = 0

  get size(): number {
    return this.#receivers.size
  }

  add(receiver: Receiver): void {
    this.#receivers.add(receiver)
  }

  remove(receiver: Receiver): void {
    this.#receivers.delete(receiver)
  }

  /**
   * Sends a document update to everyone but `origin`. Updates of one turn of the event loop travel together. In a
   * large room sending takes long, so further updates are gathered for a while: `PAUSE_FACTOR`.
   */
  update(update: Uint8Array, origin: object | null): void {
    this.#origin = this.#updates.length === 0 || this.#origin === origin ? origin : null
    this.#updates.push(update)
    if (this.#flushing) return
    this.#flushing = true
    const wait = this.#nextFlush - performance.now()
    if (wait > 1) setTimeout(() => this.#flush(), wait)
    else queueMicrotask(() => this.#flush())
  }

  /** Sends an awareness update to everyone. */
  presence(update: Uint8Array): void {
    this.#send(presenceFrame(update), null)
  }

  #flush(): void {
    const [updates, origin] = [this.#updates, this.#origin]
    this.#updates = []
    this.#flushing = false
    const [first] = updates
    if (first === undefined) return
    const from = performance.now()
    this.#send(updateFrame(updates.length === 1 ? first : Y.mergeUpdates(updates)), origin)
    const now = performance.now()
    this.#nextFlush = now + Math.min((now - from) * PAUSE_FACTOR, MAX_PAUSE_MS)
  }

  #send(frame: Uint8Array, origin: object | null): void {
    for (const receiver of this.#receivers) if (receiver !== origin) receiver.send(frame)
  }
}

/**
 * Text messages for one client, who may read slowly. Invariant: messages keep their order, at most `MAX_HELD` bytes
 * wait beside the socket's own buffer, and of a replaceable message only the newest waits.
 */
import { attempt } from '@yesterday/kernel-bridge/background'
import type { WebSocket } from 'ws'

/** Bytes that may wait in the socket before messages are held back. */
export const BACKLOG = 1024 * 1024
/** Bytes that are held back for a client before it is given up. */
export const MAX_HELD = 4 * 1024 * 1024
/** Replaceable messages of different keys that may wait before a client is given up. */
export const MAX_KEYS = 1000

export class Outbox {
  readonly #socket: WebSocket
  readonly #onOverflow: () => void
  #held: string[] = []
  #heldBytes = 0
  readonly #newest = new Map<string, () => string>()

  /** `onOverflow` is called when more than `MAX_HELD` bytes or `MAX_KEYS` keys wait. What waited is dropped then. */
  constructor(socket: WebSocket, onOverflow: () => void) {
    this.#socket = socket
    this.#onOverflow = onOverflow
  }

  /** Sends a message, or holds it until the client has read what came before. */
  send(text: string): void {
    if (this.#isClear) {
      this.#write(text)
      return
    }
    this.#held.push(text)
    this.#heldBytes += text.length
    if (this.#heldBytes > MAX_HELD) this.#overflow()
  }

  /** Sends the newest state of what `key` names; made only when it can be sent. Where that fails nothing is sent. */
  replace(key: string, make: () => string): void {
    if (this.#isClear) {
      this.#writeMade(make)
      return
    }
    this.#newest.set(key, make)
    if (this.#newest.size > MAX_KEYS) this.#overflow()
  }

  #overflow(): void {
    this.#held = []
    this.#heldBytes = 0
    this.#newest.clear()
    this.#onOverflow()
  }

  get #isClear(): boolean {
    return this.#held.length === 0 && this.#hasRoom
  }

  get #hasRoom(): boolean {
    return this.#socket.bufferedAmount <= BACKLOG
  }

  #write(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text, () => this.#drain())
  }

  /** It may be made in a callback of the socket, where a throw would end the process. */
  #writeMade(make: () => string): void {
    attempt('making a message for a client', () => this.#write(make()))
  }

  #drain(): void {
    let sent = 0
    for (; sent < this.#held.length && this.#hasRoom; sent++) {
      const text = this.#held[sent] ?? ''
      this.#heldBytes -= text.length
      this.#write(text)
    }
    this.#held = this.#held.slice(sent)
    for (const [key, make] of [...this.#newest]) {
      if (!this.#isClear) return
      this.#newest.delete(key)
      this.#writeMade(make)
    }
  }
}

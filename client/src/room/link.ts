/**
 * A WebSocket that comes back: with backoff, and at once when the network, the page or the person returns. Invariant: at
 * most one socket at a time; after `close()` there is none and none will come.
 */
import { retryDelay } from './backoff.ts'
import { watchReturn } from './watch-return.ts'

/** The events of a link, for its owner. */
export interface LinkEvents {
  /** The URL to dial, asked for again at each try. */
  url(): string
  onOpen(): void
  onMessage(data: unknown): void
  /** The socket ended with this close code; answer false to stay down (a refusal that trying again cannot mend). */
  onClose(code: number, reason: string): boolean
}

/** Effects of a link: the socket, the clock, chance. */
export interface LinkEffects {
  readonly connect: (url: string) => WebSocket
  readonly random: () => number
}

const realEffects: LinkEffects = { connect: (url) => new WebSocket(url), random: Math.random }

/** One lasting connection. */
export class Link {
  readonly #events: LinkEvents
  readonly #effects: LinkEffects
  readonly #stopWatching: () => void
  #socket: WebSocket | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #attempt = 0
  #ended = false

  constructor(events: LinkEvents, effects: LinkEffects = realEffects) {
    this.#events = events
    this.#effects = effects
    this.#stopWatching = watchReturn({ onReturn: this.#hurry, onOffline: this.#drop })
    this.#dial()
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  /** Sends when open; answers whether it was sent. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen) return false
    this.#socket?.send(data)
    return true
  }

  close(): void {
    this.#ended = true
    this.#stopWatching()
    this.#stopWaiting()
    this.#socket?.close(1000)
    this.#socket = null
  }

  readonly #hurry = (): void => {
    if (this.#timer === null) return
    this.#attempt = 0
    this.#dial()
  }

  readonly #drop = (): void => {
    this.#socket?.close(1000)
  }

  #dial(): void {
    this.#stopWaiting()
    if (this.#ended || this.#socket !== null) return
    const socket = this.#effects.connect(this.#events.url())
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.onopen = () => {
      this.#attempt = 0
      this.#events.onOpen()
    }
    socket.onmessage = (event) => this.#events.onMessage(event.data)
    socket.onclose = (event) => this.#closed(socket, event)
  }

  #closed(socket: WebSocket, event: CloseEvent): void {
    if (this.#socket !== socket) return
    this.#socket = null
    const again = this.#events.onClose(event.code, event.reason)
    if (this.#ended || !again) return
    const delay = retryDelay(this.#attempt++, this.#effects.random())
    this.#timer = setTimeout(() => this.#dial(), delay)
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

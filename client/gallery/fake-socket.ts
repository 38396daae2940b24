/** A WebSocket whose other end is in the page. As much of its interface as the page's connections use. */

export interface Peer {
  readonly onOpen: (socket: FakeSocket) => void
  readonly onMessage: (socket: FakeSocket, data: unknown) => void
}

export class FakeSocket {
  readyState: number = WebSocket.CONNECTING
  readonly OPEN = WebSocket.OPEN
  binaryType = 'blob'
  onopen: (() => void) | null = null
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null
  readonly #peer: Peer

  /** `closed`: it never opens. */
  constructor(peer: Peer, state: 'opens' | 'closed' = 'opens') {
    this.#peer = peer
    if (state === 'opens') queueMicrotask(() => this.#open())
  }

  send(data: unknown): void {
    queueMicrotask(() => this.#peer.onMessage(this, data))
  }

  close(): void {
    this.end(1000)
  }

  /** Brings data to the page. */
  deliver(data: string | ArrayBuffer): void {
    queueMicrotask(() => {
      if (this.readyState === WebSocket.OPEN) this.onmessage?.({ data })
    })
  }

  end(code: number): void {
    if (this.readyState === WebSocket.CLOSED) return
    this.readyState = WebSocket.CLOSED
    queueMicrotask(() => this.onclose?.({ code, reason: '' }))
  }

  #open(): void {
    if (this.readyState !== WebSocket.CONNECTING) return
    this.readyState = WebSocket.OPEN
    this.onopen?.()
    this.#peer.onOpen(this)
  }
}

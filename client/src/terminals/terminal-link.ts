/**
 * The socket of a terminal (contract/terminals.ts). It connects again after the network was lost. Invariant: what is typed
 * while the connection is lost is dropped, and the page shows that it is lost.
 */
import { close } from '@yesterday/server/contract/sync.ts'
import { type TerminalInput, TerminalOutput } from '@yesterday/server/contract/terminals.ts'
import { retryDelay } from '../room/backoff.ts'
import { BASE } from '../state/base.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { readTerminal } from './terminal-store.ts'

/** `ended`: the shell is gone, with its exit code where it is known. `refused`: the person may not use it any more. */
export type LinkState =
  | { readonly at: 'connecting' | 'open' | 'away' | 'refused' }
  | { readonly at: 'ended'; readonly code: number | null }

export interface TerminalLinkParts {
  readonly name: string
  readonly onText: (text: string) => void
  /** The socket of a URL; the browser's by default. */
  readonly connect?: (url: string) => WebSocket
  readonly read?: typeof readTerminal
}

/** Characters. */
const MOST_WAITING = 4096

export class TerminalLink {
  readonly #parts: TerminalLinkParts
  readonly #state = new Watched<LinkState>({ at: 'connecting' })
  #socket: WebSocket | null = null
  #size: readonly [rows: number, columns: number] | null = null
  #attempt = 0
  /** What was typed before the first connection. */
  #typed = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(parts: TerminalLinkParts) {
    this.#parts = parts
    this.#connect()
  }

  get state(): Observable<LinkState> {
    return this.#state
  }

  type(text: string): void {
    if (this.#state.get().at === 'connecting') this.#typed = (this.#typed + text).slice(0, MOST_WAITING)
    else this.#send(['stdin', text])
  }

  /** So many characters were drawn. */
  drawn(characters: number): void {
    if (characters > 0) this.#send(['ack', characters])
  }

  resize(rows: number, columns: number): void {
    this.#size = [rows, columns]
    this.#send(['set_size', rows, columns])
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #send(message: TerminalInput): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #connect(): void {
    const { name, connect = (url) => new WebSocket(url) } = this.#parts
    const url = new URL(`${BASE}/terminals/websocket/${encodeURIComponent(name)}?acks=1`, location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    const socket = connect(url.href)
    this.#socket = socket
    socket.onopen = () => {
      this.#attempt = 0
      this.#state.set({ at: 'open' })
      if (this.#size !== null) this.#send(['set_size', ...this.#size])
      if (this.#typed !== '') this.#send(['stdin', this.#typed])
      this.#typed = ''
    }
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data)
    socket.onclose = ({ code }) => void this.#closed(code)
  }

  #receive(data: unknown): void {
    const message = parsed(data)
    if (message?.[0] === 'stdout') this.#parts.onText(message[1])
    if (message?.[0] === 'disconnect') this.#state.set({ at: 'ended', code: message[2] })
  }

  /** An upgrade that is refused has no reason: the server is asked whether the terminal is there. */
  async #closed(code: number): Promise<void> {
    this.#socket = null
    if (this.#isClosed || this.#state.get().at === 'ended') return
    if (code === close.gone || code === 1000) {
      this.#state.set({ at: 'ended', code: null })
      return
    }
    this.#state.set({ at: 'away' })
    const { name, read = readTerminal } = this.#parts
    const answer = await read(name)
    if (this.#isClosed) return
    const status = answer.ok ? 200 : answer.problem.status
    if (status === 404) this.#state.set({ at: 'ended', code: null })
    else if (status === 401 || status === 403) this.#state.set({ at: 'refused' })
    else this.#timer = setTimeout(() => this.#connect(), retryDelay(this.#attempt++, Math.random()))
  }
}

function parsed(data: unknown): TerminalOutput | null {
  try {
    return TerminalOutput.safeParse(JSON.parse(String(data))).data ?? null
  } catch {
    return null
  }
}

/**
 * The five sockets of one kernel process. Invariant: what is handed on was signed by the kernel and came in its
 * socket's order; what was refused is told as a problem and changes nothing. libzmq sets TCP_NODELAY itself.
 */
import { context, Dealer, Request as Echo, Subscriber } from 'zeromq'
import { type Connection, endpoint } from './connection.ts'
import type { Problem } from './errors.ts'
import type { Channel, Message } from './message.ts'
import { signer } from './signature.ts'
import { decode, encode, isRefusal, type Outgoing } from './wire.ts'

// A process that ends must not wait for a kernel that no longer reads.
context.blocky = false

const DIALOGUE = ['shell', 'stdin', 'control'] as const
type Dialogue = (typeof DIALOGUE)[number]

/** Sockets may be closed under a pending read; that is how reading ends. */
export class Channels {
  readonly #dealers: Readonly<Record<Dialogue, Outbox>>
  readonly #iopub: Subscriber
  readonly #connection: Connection
  readonly #signer: ReturnType<typeof signer>
  readonly #onMessage: (message: Message) => void
  readonly #onProblem: (problem: Problem) => void

  /**
   * `routingId` names this side: a server that comes back under the same name gets the replies and prompts that its
   * predecessor's requests lead to.
   */
  constructor(options: {
    connection: Connection
    routingId: string
    onMessage: (message: Message) => void
    onProblem: (problem: Problem) => void
  }) {
    this.#connection = options.connection
    this.#signer = signer(options.connection.key)
    this.#onMessage = options.onMessage
    this.#onProblem = options.onProblem
    // Buffers without a limit: a burst of output is delayed, never thrown away.
    this.#iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0, reconnectInterval: RECONNECT_MS })
    this.#iopub.connect(endpoint(options.connection, 'iopub'))
    this.#iopub.subscribe()
    const open = (channel: Dialogue): Outbox =>
      new Outbox(endpoint(options.connection, channel), options.routingId)
    this.#dealers = { shell: open('shell'), stdin: open('stdin'), control: open('control') }
    void this.#read(this.#iopub, 'iopub')
    for (const channel of DIALOGUE) void this.#read(this.#dealers[channel].socket, channel)
  }

  send(channel: Dialogue, message: Outgoing): void {
    this.#dealers[channel].send(encode(message, this.#signer.sign))
  }

  /** True when the kernel's heartbeat thread echoes in time; it does so while a cell runs. */
  async heartbeat(timeoutMs: number): Promise<boolean> {
    const echo = new Echo({ linger: 0, sendTimeout: timeoutMs, receiveTimeout: timeoutMs })
    try {
      echo.connect(endpoint(this.#connection, 'heartbeat'))
      await echo.send('ping')
      await echo.receive()
      return true
    } catch {
      return false
    } finally {
      echo.close()
    }
  }

  close(): void {
    for (const socket of [this.#iopub, ...DIALOGUE.map((channel) => this.#dealers[channel].socket)]) {
      if (!socket.closed) socket.close()
    }
  }

  async #read(
    socket: AsyncIterable<readonly Uint8Array[]>,
    channel: Exclude<Channel, 'heartbeat'>,
  ): Promise<void> {
    for await (const frames of socket) {
      const read = decode(frames, channel, this.#signer.check)
      if (isRefusal(read)) {
        this.#onProblem({ kind: 'frames-refused', detail: `${channel}: ${read.refused}, ${read.detail}` })
      } else this.#onMessage(read)
    }
  }
}

const RECONNECT_MS = 20

/** A DEALER that takes one send at a time, behind a queue of any length. */
class Outbox {
  readonly socket: Dealer
  readonly #waiting: Uint8Array[][] = []
  #sending = false

  constructor(address: string, routingId: string) {
    this.socket = new Dealer({
      routingId,
      sendHighWaterMark: 0,
      linger: 500,
      reconnectInterval: RECONNECT_MS,
    })
    this.socket.receiveHighWaterMark = 0
    this.socket.connect(address)
  }

  send(frames: Uint8Array[]): void {
    this.#waiting.push(frames)
    if (!this.#sending) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#sending = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        await this.socket.send(next)
      }
    } catch {
      // Closed under the send: whoever waits for the reply is told by the kernel's end.
    } finally {
      this.#sending = false
    }
  }
}

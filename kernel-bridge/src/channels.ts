/**
 * The five sockets of one kernel process. Invariant: messages that are passed on are signed by the kernel and in the
 * order of their socket. A refused message is reported as a problem and changes nothing. libzmq sets TCP_NODELAY itself.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { context, Dealer, Request as Echo, Subscriber } from 'zeromq'
import { inBackground } from './background.ts'
import { type Connection, endpoint } from './connection.ts'
import { Conversation, type Wire } from './conversation.ts'
import type { Problem } from './errors.ts'
import type { Message } from './message.ts'
import { signer } from './signature.ts'
import { decode, encode, isRefusal, type Outgoing } from './wire.ts'

// A process that ends must not wait for a kernel that no longer reads.
context.blocky = false

/** Messages of a kernel that wait in memory; more wait in the kernel. */
const WAITING = 500
/** Bytes, and milliseconds, of messages that are read in one turn of the event loop. */
const TURN_BYTES = 512 * 1024
const TURN_MS = 8

const DIALOGUE = ['shell', 'stdin', 'control'] as const
type Dialogue = (typeof DIALOGUE)[number]

/** Sockets may be closed under a pending read; that is how reading ends. */
export class Channels implements Wire {
  readonly #dealers: Readonly<Record<Dialogue, Outbox>>
  readonly #iopub: Subscriber
  readonly #connection: Connection
  readonly #signer: ReturnType<typeof signer>
  readonly #onMessage: (message: Message) => void
  readonly #onProblem: (problem: Problem) => void
  #resumed: PromiseWithResolvers<void> | null = null

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
    // The kernel's own buffer has no limit: a burst of output is delayed, never thrown away.
    this.#iopub = new Subscriber({
      receiveHighWaterMark: WAITING,
      linger: 0,
      reconnectInterval: RECONNECT_MS,
    })
    this.#iopub.connect(endpoint(options.connection, 'iopub'))
    this.#iopub.subscribe()
    const open = (channel: Dialogue): Outbox =>
      new Outbox(endpoint(options.connection, channel), options.routingId)
    this.#dealers = { shell: open('shell'), stdin: open('stdin'), control: open('control') }
    this.#listen(this.#iopub, 'iopub')
    for (const channel of DIALOGUE) this.#listen(this.#dealers[channel].socket, channel)
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

  /** While it is paused, what the kernel publishes waits. */
  pause(isPaused: boolean): void {
    if (isPaused) this.#resumed ??= Promise.withResolvers()
    else {
      this.#resumed?.resolve()
      this.#resumed = null
    }
  }

  get isPaused(): boolean {
    return this.#resumed !== null
  }

  close(): void {
    this.pause(false)
    for (const socket of [this.#iopub, ...DIALOGUE.map((channel) => this.#dealers[channel].socket)]) {
      if (!socket.closed) socket.close()
    }
  }

  #listen(socket: Incoming, channel: Message['channel']): void {
    inBackground(this.#read(socket, channel), `reading ${channel}`, (what, error) => {
      this.#onProblem({ kind: 'reading-ended', detail: `${what}: ${String(error)}` })
    })
  }

  async #read(socket: Incoming, channel: Message['channel']): Promise<void> {
    const turn = new Turn()
    for await (const frames of socket) {
      if (channel === 'iopub') await this.#resumed?.promise
      try {
        this.#take(frames, channel)
      } catch (error) {
        // One message is lost, not the socket.
        this.#onProblem({ kind: 'message-failed', detail: `${channel}: ${String(error)}` })
      }
      if (turn.isOver(frames)) await turn.next()
    }
  }

  #take(frames: readonly Uint8Array[], channel: Message['channel']): void {
    const read = decode(frames, channel, this.#signer.check)
    if (isRefusal(read)) {
      this.#onProblem({ kind: 'frames-refused', detail: `${channel}: ${read.refused}, ${read.detail}` })
    } else this.#onMessage(read)
  }
}

type Incoming = AsyncIterable<readonly Uint8Array[]>

const RECONNECT_MS = 20

/** What is read in one turn. A socket gives hundreds of messages without letting anything else have its turn. */
class Turn {
  #bytes = 0
  #since = performance.now()

  isOver(frames: readonly Uint8Array[]): boolean {
    for (const { byteLength } of frames) this.#bytes += byteLength
    return this.#bytes > TURN_BYTES || performance.now() - this.#since > TURN_MS
  }

  async next(): Promise<void> {
    await nextTurn()
    this.#bytes = 0
    this.#since = performance.now()
  }
}

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
    if (!this.#sending) inBackground(this.#drain(), 'sending to a kernel')
  }

  async #drain(): Promise<void> {
    this.#sending = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        await this.socket.send(next)
      }
    } catch {
      // The socket was closed during the send: pending requests fail when the kernel ends.
    } finally {
      this.#sending = false
    }
  }
}

/** A conversation with a kernel whose sockets this program reaches. */
export function converse(options: {
  readonly connection: Connection
  readonly session: string
  readonly onProblem: (problem: Problem) => void
}): Conversation {
  const { connection, session, onProblem } = options
  const open = (onMessage: (message: Message) => void): Wire =>
    new Channels({ connection, routingId: session, onMessage, onProblem })
  return new Conversation({ session, open, onProblem })
}

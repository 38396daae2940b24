/**
 * The WebSocket of one kernel on a Jupyter server. It connects again for as long as it is wanted. Invariant: what is
 * sent or received belongs to one connection, which has a number; nothing is sent twice by itself.
 */
import { connect } from 'node:net'
import { deserialize, serialize } from '@jupyterlab/services/lib/kernel/serialize.js'
import { WebSocket } from 'ws'
import { inBackground } from '../../background.ts'
import type { Problem } from '../../errors.ts'
import type { Message } from '../../message.ts'
import { asMessage, isRefusal, type Outgoing } from '../../wire.ts'
import type { JupyterServer } from './server.ts'

const FRAMING = 'v1.kernel.websocket.jupyter.org'
/** Bytes of one message. */
const MESSAGE_BYTES = 512 * 1024 * 1024
/** A connection that does not answer a ping in this time is lost. */
const PING_MS = 15_000
const RETRY_MS = [0, 100, 300, 1_000, 3_000, 5_000]

const CHANNELS: readonly string[] = ['shell', 'iopub', 'stdin', 'control']
const isChannel = (text: unknown): text is Message['channel'] => CHANNELS.includes(String(text))

export interface SocketHearing {
  opened(connection: number): void
  message(message: Message): void
  /** `missing`: the server says that there is no such kernel. */
  closed(why: { readonly missing: boolean }): void
  onProblem(problem: Problem): void
  /** Waits until there is a way to the server. */
  ready?(): Promise<void>
}

export class KernelSocket {
  readonly #server: JupyterServer
  readonly #path: string
  readonly #hearing: SocketHearing
  #socket: WebSocket | null = null
  #connection = 0
  #tries = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #isPaused = false
  /** None where the server knows the older framing alone. */
  #framings: string[] = [FRAMING]

  constructor(server: JupyterServer, kernel: string, session: string, hearing: SocketHearing) {
    this.#server = server
    this.#path = `api/kernels/${kernel}/channels?session_id=${encodeURIComponent(session)}`
    this.#hearing = hearing
    this.#connect()
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  /** False if there is no connection. True does not say that the message arrives. */
  send(channel: 'shell' | 'stdin' | 'control', { parent, ...message }: Outgoing): boolean {
    const socket = this.#socket
    if (socket === null || socket.readyState !== WebSocket.OPEN) return false
    const { buffers, ...parts } = message
    const framed = { ...parts, parent_header: parent, channel, buffers: buffers.map(arrayOf) }
    // The types name the messages of the protocol; others are framed in the same way.
    socket.send(serialize(framed as unknown as Parameters<typeof serialize>[0], socket.protocol))
    return true
  }

  /** False where the server does not answer a ping in time. */
  ping(timeoutMs: number): Promise<boolean> {
    const socket = this.#socket
    if (socket === null || !this.isOpen) return Promise.resolve(false)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs, false)
      socket.once('pong', () => {
        clearTimeout(timer)
        resolve(true)
      })
      socket.ping()
    })
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (!this.isOpen) return
    if (isPaused) this.#socket?.pause()
    else this.#socket?.resume()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const socket = this.#socket
    this.#socket = null
    socket?.close()
  }

  #connect(): void {
    const { url, token, ca, socketPath, timeoutMs } = this.#server
    const target = new URL(this.#path, url)
    target.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(target, this.#framings, {
      headers: token === '' ? {} : { authorization: `token ${token}` },
      handshakeTimeout: timeoutMs,
      maxPayload: MESSAGE_BYTES,
      perMessageDeflate: false,
      ...(ca === null ? {} : { ca }),
      ...(socketPath === null ? {} : { createConnection: () => connect(socketPath) }),
    })
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    let missing = false
    socket.on('unexpected-response', (_, answer) => {
      missing = answer.statusCode === 404
      answer.resume()
      socket.terminate()
    })
    socket.on('error', (error) => {
      if (/no subprotocol/i.test(error.message)) this.#framings = []
    })
    socket.on('open', () => this.#opened(socket))
    socket.on('message', (data) => this.#message(data, socket.protocol))
    socket.on('close', () => this.#lost(socket, missing))
  }

  #opened(socket: WebSocket): void {
    this.#tries = 0
    this.#connection += 1
    if (this.#isPaused) socket.pause()
    let isAnswered = true
    const look = setInterval(() => {
      if (!isAnswered && !this.#isPaused) socket.terminate()
      isAnswered = false
      if (socket.readyState === WebSocket.OPEN) socket.ping()
    }, PING_MS)
    look.unref()
    socket.on('pong', () => {
      isAnswered = true
    })
    socket.on('close', () => clearInterval(look))
    this.#hearing.opened(this.#connection)
  }

  #message(data: unknown, framing: string): void {
    try {
      // Of the older framing text comes, which the types do not name.
      const read: unknown = deserialize(
        (data instanceof ArrayBuffer ? data : String(data)) as ArrayBuffer,
        framing,
      )
      const message = messageOf(read)
      if (typeof message === 'string') this.#hearing.onProblem({ kind: 'frames-refused', detail: message })
      else this.#hearing.message(message)
    } catch (error) {
      this.#hearing.onProblem({ kind: 'message-failed', detail: String(error) })
    }
  }

  #lost(socket: WebSocket, missing: boolean): void {
    if (this.#isClosed || this.#socket !== socket) return
    this.#socket = null
    this.#hearing.closed({ missing })
    if (missing || this.#isClosed) return
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 0
    this.#tries += 1
    const again = async () => {
      await this.#hearing.ready?.()
      if (!this.#isClosed) this.#connect()
    }
    this.#timer = setTimeout(() => inBackground(again(), 'connecting to a kernel again'), wait)
  }
}

function messageOf(read: unknown): Message | string {
  if (typeof read !== 'object' || read === null) return 'not a message'
  const at = (name: string): unknown => Reflect.get(read, name)
  const channel = at('channel')
  if (!isChannel(channel)) return 'of no channel'
  const buffers = at('buffers')
  const parts = {
    header: at('header'),
    parent: at('parent_header') ?? {},
    metadata: at('metadata') ?? {},
    content: at('content'),
  }
  const message = asMessage(parts, channel, Array.isArray(buffers) ? buffers.map(bytesOf) : [])
  return isRefusal(message) ? `${channel}: ${message.detail}` : message
}

function bytesOf(buffer: unknown): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer)
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  return new Uint8Array()
}

/** A buffer of its own: the framing takes views for whole buffers. */
const arrayOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

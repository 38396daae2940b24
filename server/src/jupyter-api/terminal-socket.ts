/**
 * `WS /terminals/websocket/<name>`: a client of a terminal, by terminado's protocol. Invariant: a message that cannot be
 * read, or whose sender lost the right to it, does nothing and ends the connection.
 */
import type { WebSocket } from 'ws'
import type { z } from 'zod'
import { TERMINAL_ROLES } from '../../contract/message-roles.ts'
import { socketApi } from '../../contract/routes.ts'
import { close } from '../../contract/sync.ts'
import { TerminalInput, type TerminalOutput } from '../../contract/terminals.ts'
import { endSocket } from '../connection/end-socket.ts'
import { keepAlive } from '../connection/keep-alive.ts'
import { Quota } from '../connection/quota.ts'
import { onSocket, type SocketCall, type SocketRoute } from '../http/sockets.ts'
import type { Terminal, TerminalClient } from '../terminals/terminal.ts'
import type { Terminals } from '../terminals/terminals.ts'

/** Messages: a key held down, or a mouse that moves, sends some fifty a second. */
const MESSAGES = { burst: 5_000, perSecond: 500 }
/** Bytes: a pasted file at once. */
const VOLUME = { burst: 4 * 1024 * 1024, perSecond: 256 * 1024 }
/** RFC 6455: a frame of another form than was agreed. */
const INVALID = 1007

type Call = SocketCall<z.infer<typeof socketApi.terminal.query>>

/** The route of the socket. */
export const terminalRoute = (terminals: Pick<Terminals, 'has' | 'get'>): SocketRoute =>
  onSocket(
    socketApi.terminal,
    (socket, call) => {
      const terminal = terminals.get(call.documentId)
      if (terminal === null) endSocket(socket, close.gone, 'This terminal has ended.')
      else listen(terminal, socket, call)
    },
    (name) => terminals.has(name),
  )

function listen(terminal: Terminal, socket: WebSocket, { query, may }: Call): void {
  const client = new SocketClient(socket, query.acks === '1', () => terminal.drained(client))
  const [messages, volume] = [new Quota(MESSAGES), new Quota(VOLUME)]
  socket.on('message', (data: Buffer, isBinary) => {
    if (!messages.take(1) || !volume.take(data.length))
      return endSocket(socket, close.tooMuch, 'This client sends more than a terminal takes.')
    const message = isBinary ? null : readMessage(data)
    if (message === null) return endSocket(socket, INVALID, 'This message cannot be read.')
    if (!may(TERMINAL_ROLES[message[0]]))
      return endSocket(socket, close.forbidden, 'Your role does not allow this.')
    if (message[0] === 'stdin') type(terminal, socket, message[1])
    else if (message[0] === 'set_size') terminal.resize(client, message[1], message[2])
    else client.acknowledge(message[1])
  })
  socket.once('close', () => terminal.detach(client))
  keepAlive(socket)
  terminal.attach(client)
}

function type(terminal: Terminal, socket: WebSocket, text: string): void {
  if (!terminal.type(text))
    endSocket(socket, close.tooMuch, 'The program in this terminal does not read what is typed.')
}

function readMessage(data: Buffer): TerminalInput | null {
  try {
    return TerminalInput.safeParse(JSON.parse(data.toString('utf8'))).data ?? null
  } catch {
    return null
  }
}

class SocketClient implements TerminalClient {
  readonly #socket: WebSocket
  readonly #onDrained: () => void
  /** Null where the client acknowledges nothing: then what the socket holds back is all that is known. */
  #unacknowledged: number | null

  constructor(socket: WebSocket, acknowledges: boolean, onDrained: () => void) {
    this.#socket = socket
    this.#onDrained = onDrained
    this.#unacknowledged = acknowledges ? 0 : null
  }

  get backlog(): number {
    return Math.max(this.#unacknowledged ?? 0, this.#socket.bufferedAmount)
  }

  send(message: TerminalOutput): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#unacknowledged !== null && message[0] === 'stdout') this.#unacknowledged += message[1].length
    this.#socket.send(JSON.stringify(message), () => this.#onDrained())
  }

  acknowledge(characters: number): void {
    if (this.#unacknowledged === null) return
    this.#unacknowledged = Math.max(0, this.#unacknowledged - characters)
    this.#onDrained()
  }

  end(code: number, reason: string): void {
    endSocket(this.#socket, code, reason)
  }
}

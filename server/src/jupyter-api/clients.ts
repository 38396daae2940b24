/**
 * The clients of one kernel, by session. Invariant: one socket for each session; a session that loses its socket keeps
 * its messages until it returns, and only so many sessions are kept.
 */
import { randomUUID } from 'node:crypto'
import type { Message } from '@yesterday/kernel-bridge'
import type { WebSocket } from 'ws'
import { endSocket } from '../connection/end-socket.ts'
import type { Framing } from './framing.ts'
import { Mailbox } from './mailbox.ts'
import { Sent } from './message.ts'

/** Sessions without a socket whose messages are kept. */
const MOST_AWAY = 8
/** Sockets of one kernel. */
const MOST_SOCKETS = 200
/** Try again later (IANA's registry of close codes): no client takes it for a normal end. */
const TRY_LATER = 1013
/** The server ended the connection; another socket of the same session took its place. */
const REPLACED = 1000

export class Clients {
  readonly #mailboxes = new Map<string, Mailbox<WebSocket>>()

  /** How many sockets are open. */
  get connections(): number {
    return [...this.#mailboxes.values()].filter(({ socket }) => socket !== null).length
  }

  /** Returns the client's key. One without a session is not kept when its socket closes. */
  connect(session: string | null, socket: WebSocket, framing: Framing): string {
    const key = session ?? randomUUID()
    if (this.connections >= MOST_SOCKETS) {
      endSocket(socket, TRY_LATER, 'This kernel has too many connections.')
      return key
    }
    const mailbox = this.#mailboxes.get(key) ?? new Mailbox<WebSocket>()
    if (mailbox.socket !== null) endSocket(mailbox.socket, REPLACED, 'Another connection has this session.')
    // The newest is the last: the oldest that is away goes first.
    this.#mailboxes.delete(key)
    this.#mailboxes.set(key, mailbox)
    socket.once('close', () => this.#closed(key, mailbox, socket, session !== null))
    mailbox.attach(socket, framing)
    return key
  }

  toAll(message: Message): void {
    const sent = new Sent(message)
    for (const key of [...this.#mailboxes.keys()]) this.#send(key, sent)
  }

  toOne(key: string, message: Message): void {
    this.#send(key, new Sent(message))
  }

  /** Ends every connection, and forgets what was held. */
  end(code: number, reason: string): void {
    const sockets = [...this.#mailboxes.values()].map(({ socket }) => socket)
    this.#mailboxes.clear()
    for (const socket of sockets) if (socket !== null) endSocket(socket, code, reason)
  }

  #send(key: string, sent: Sent): void {
    const mailbox = this.#mailboxes.get(key)
    if (mailbox === undefined || mailbox.send(sent)) return
    this.#mailboxes.delete(key)
    if (mailbox.socket !== null) endSocket(mailbox.socket, TRY_LATER, 'This client reads too slowly.')
  }

  #closed(key: string, mailbox: Mailbox<WebSocket>, socket: WebSocket, isKept: boolean): void {
    if (mailbox.socket !== socket) return
    mailbox.detach()
    if (!isKept && this.#mailboxes.get(key) === mailbox) this.#mailboxes.delete(key)
    const away = [...this.#mailboxes].filter(([, { socket }]) => socket === null)
    for (const [oldest] of away.slice(0, Math.max(0, away.length - MOST_AWAY))) this.#mailboxes.delete(oldest)
  }
}

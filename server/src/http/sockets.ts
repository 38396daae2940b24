/**
 * WebSocket upgrades. Invariant: no socket opens for a foreign host, a foreign origin or a stranger, and a person who
 * signs out loses the open ones at once.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { close, MAX_FRAME } from '../../contract/sync.ts'
import type { Refusal } from '../document/ports.ts'
import type { Access } from './access.ts'
import { foreignHost, foreignOrigin, unknownSender } from './app.ts'
import { hostAllowed, originAllowed } from './gate.ts'
import type { Person } from './people.ts'
import { refusalBody } from './reply.ts'

/** What a socket's taker is told. */
export interface SocketCall {
  readonly documentId: string
  readonly query: URLSearchParams
  readonly person: Person
  readonly mayWrite: boolean
}
/** Takes an open socket, or closes it with a code of the contract. */
export type SocketTaker = (socket: WebSocket, call: SocketCall) => void

/** The typed list of sockets. `pattern`'s one group is the document id. */
export interface SocketRoute {
  readonly pattern: RegExp
  readonly take: SocketTaker
}

/** The two sockets of an open notebook. */
export const socketRoutes = (room: SocketTaker, session: SocketTaker): readonly SocketRoute[] => [
  { pattern: /^\/api\/rooms\/([\w-]{1,128})$/, take: room },
  { pattern: /^\/api\/notebooks\/([\w-]{1,128})\/session$/, take: session },
]

/** Answers a server's upgrades. */
export class Sockets {
  readonly #access: Access
  readonly #routes: readonly SocketRoute[]
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, perMessageDeflate: false })
  readonly #open = new Map<string, Set<WebSocket>>()

  constructor(access: Access, routes: readonly SocketRoute[]) {
    this.#access = access
    this.#routes = routes
  }

  listen(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Closes every socket of a person: they may no longer speak. */
  signedOut(personId: string): void {
    for (const socket of this.#open.get(personId) ?? []) socket.close(close.forbidden, 'signed out')
  }

  /** Tells every client that the server goes away (RFC 6455: 1001), which means "come back". */
  close(): void {
    for (const sockets of this.#open.values())
      for (const socket of sockets) socket.close(1001, 'server stopping')
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const url = readUrl(request)
    const route = url && this.#routes.find(({ pattern }) => pattern.test(url.pathname))
    const refusal = this.#refusal(request, route !== undefined && route !== null)
    const identity = this.#access.identify(request)
    if (refusal || !url || !route || !identity) {
      refuseUpgrade(socket, refusal ?? unknownSender)
      return
    }
    const documentId = route.pattern.exec(url.pathname)?.[1] ?? ''
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      this.#remember(identity.person.id, opened)
      route.take(opened, { documentId, query: url.searchParams, person: identity.person, mayWrite: true })
    })
  }

  #refusal(request: IncomingMessage, found: boolean): Refusal | null {
    const { host, origin } = request.headers
    const identity = this.#access.identify(request)
    if (!hostAllowed(this.#access.reach, host)) return foreignHost
    const mustBeOwn = origin !== undefined || identity?.by !== 'token'
    if (mustBeOwn && !originAllowed(this.#access.reach, origin, host)) return foreignOrigin
    if (!identity) return unknownSender
    return found ? null : { code: 'missing', status: 404, message: 'There is no such socket.' }
  }

  #remember(personId: string, socket: WebSocket): void {
    const sockets = this.#open.get(personId) ?? new Set()
    this.#open.set(personId, sockets.add(socket))
    socket.on('error', () => socket.terminate())
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0 && this.#open.get(personId) === sockets) this.#open.delete(personId)
    })
  }
}

function readUrl(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '/', 'http://localhost')
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify(refusalBody(refusal))
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/**
 * WebSocket upgrades. Invariant: no socket opens for a foreign host, a foreign origin or an unknown sender, and a person who
 * signs out loses the open ones at once.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { inBackground } from '@yesterday/kernel-bridge/background'
import { type WebSocket, WebSocketServer } from 'ws'
import type { RoleHere } from '../../contract/grants.ts'
import { mayActAs, type Role, type SocketSpec } from '../../contract/route.ts'
import { sockets } from '../../contract/routes.ts'
import { type Subject, subjectsOf } from '../../contract/subjects.ts'
import { close, MAX_FRAME } from '../../contract/sync.ts'
import { endSocket } from '../connection/end-socket.ts'
import type { Refusal } from '../document/ports.ts'
import type { Person } from '../people/people.ts'
import type { Access, Identity } from './access.ts'
import { foreignHostOf, foreignOrigin } from './app.ts'
import { withoutBase } from './base.ts'
import { hostAllowed, originAllowed } from './gate.ts'
import { inListedOrder } from './mounted.ts'
import { refusalBody } from './reply.ts'
import { roleTooLow, unknownSender } from './route.ts'
import { NOT_HERE, type Scopes } from './scope.ts'

/** What a socket's taker receives. */
export interface SocketCall<Query = unknown> {
  /** The id in the address: of the document or the kernel, or the name of the terminal. */
  readonly documentId: string
  readonly query: Query
  readonly person: Person
  /** Whether the person may, at this moment, send what requires `required`. */
  readonly may: (required: Role) => boolean
}
/** Takes an open socket, or closes it with a code of the contract. */
export type SocketTaker<Query = unknown> = (socket: WebSocket, call: SocketCall<Query>) => void

/** A socket of the contract with its taker. */
export interface SocketRoute {
  readonly spec: SocketSpec
  /** Matches the path; its one group is the id. */
  readonly pattern: RegExp
  /** False where there is nothing of this id: the upgrade is refused with 404. */
  readonly has: (id: string) => boolean
  readonly take: SocketTaker<URLSearchParams>
}

/** Binds a taker to a socket of the contract. */
export function onSocket<Query>(
  spec: SocketSpec<Query>,
  take: SocketTaker<Query>,
  has: (id: string) => boolean = () => true,
): SocketRoute {
  return {
    spec,
    pattern: new RegExp(`^${spec.path.replace(/:\w+/, '([\\w-]{1,128})')}$`),
    has,
    take: (socket, call) => {
      const query = spec.query.safeParse(firstValues(call.query))
      if (query.success) take(socket, { ...call, query: query.data })
      else endSocket(socket, close.badFrame, 'The address of this socket cannot be read.')
    },
  }
}

const firstValues = (query: URLSearchParams): Readonly<Record<string, string | null>> =>
  Object.fromEntries([...query.keys()].map((name) => [name, query.get(name)]))

/** How often open sockets are compared with the rights of their senders, ms: with the grace of a close, below a second. */
const LOOK_MS = 200

/** The binary framing of a kernel's messages. A Node client hangs if a subprotocol that it offers is not echoed. */
const SUBPROTOCOLS: readonly string[] = ['v1.kernel.websocket.jupyter.org']

/** An open socket's sender, and their role at what it is about. */
interface Seat {
  readonly identity: Identity
  readonly subjects: readonly Subject[]
  readonly role: RoleHere
}

/** Answers a server's upgrades. */
export class Sockets {
  readonly #access: Access
  readonly #scopes: Pick<Scopes, 'roleAt'> | null
  readonly #routes: readonly SocketRoute[]
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    handleProtocols: (offered) => SUBPROTOCOLS.find((known) => offered.has(known)) ?? false,
  })
  readonly #open = new Map<WebSocket, Seat>()
  readonly #onMessage: (spec: SocketSpec, data: Buffer) => void
  readonly #looks: ReturnType<typeof setInterval>

  /** Throws if the routes are not those of the contract. `onMessage` receives what clients send, before it is read. */
  constructor(
    access: Access,
    routes: readonly SocketRoute[],
    scopes: Pick<Scopes, 'roleAt'> | null = null,
    onMessage: (spec: SocketSpec, data: Buffer) => void = () => undefined,
  ) {
    this.#onMessage = onMessage
    this.#access = access
    this.#scopes = scopes
    this.#routes = inListedOrder(sockets, routes)
    this.#looks = setInterval(() => this.endRevoked(), LOOK_MS)
    this.#looks.unref()
  }

  /** True if a page of the person is open. */
  isHere(person: string): boolean {
    return [...this.#open.values()].some(
      ({ identity }) => identity.person.id === person && identity.by === 'cookie',
    )
  }

  /** How many sockets are open. */
  get openCount(): number {
    return this.#open.size
  }

  listen(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
  }

  /**
   * Ends every socket whose sender signed out, was removed, or has another role now, in the project or at the notebook. It
   * is called after each such change, and by a timer for those that other processes, a move or the clock make.
   */
  endRevoked(): void {
    for (const [socket, seat] of this.#open) {
      if (!seat.identity.isCurrent()) endSocket(socket, close.forbidden, 'Your access changed.')
      else if (this.#scopes !== null)
        inBackground(this.#endChanged(socket, seat), 'comparing the role of a socket')
    }
  }

  async #endChanged(socket: WebSocket, { identity, subjects, role }: Seat): Promise<void> {
    const now = await this.#roleAt(identity, subjects)
    if (now !== role) endSocket(socket, close.forbidden, 'Your access changed.')
  }

  async #roleAt(identity: Identity, subjects: readonly Subject[]): Promise<RoleHere | null> {
    return this.#scopes === null ? identity.roleNow() : this.#scopes.roleAt(identity, subjects)
  }

  /** Ends every socket with 1001 (RFC 6455: going away), after which clients reconnect. */
  close(): void {
    clearInterval(this.#looks)
    for (const socket of this.#open.keys()) endSocket(socket, 1001, 'The server is stopping.')
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    request.url = withoutBase(this.#access.reach.base ?? '', request.url ?? '/')
    inBackground(this.#upgrade(request, socket, head), 'opening a socket')
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    await this.#access.confirm(request, true)
    const url = readUrl(request)
    const route = url && this.#routes.find(({ pattern }) => pattern.test(url.pathname))
    const id = (url && route?.pattern.exec(url.pathname)?.[1]) ?? ''
    const refusal = this.#refusal(request, route?.has(id) === true ? route.spec : null)
    const identity = this.#access.identify(request)
    if (refusal || !url || !route || !identity) {
      refuseUpgrade(socket, refusal ?? unknownSender)
      return
    }
    await this.#admit({ request, socket, head }, { route, id, query: url.searchParams, identity })
  }

  /** The one place that decides whether a sender may open a socket. */
  async #admit({ request, socket, head }: Upgrade, { route, id, query, identity }: Wanted): Promise<void> {
    const name = /:(\w+)/.exec(route.spec.path)?.[1] ?? ''
    const subjects = subjectsOf({ [name]: id })
    const role = await this.#roleAt(identity, subjects)
    if (role === null || role === 'none' || !mayActAs(role, route.spec.role)) {
      const isHidden = role === null || role === 'none'
      refuseUpgrade(socket, isHidden ? NOT_HERE : roleTooLow(role, route.spec.role))
      return
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      this.#remember(opened, { identity, subjects, role })
      opened.on('message', (data: Buffer) => this.#onMessage(route.spec, data))
      const person = this.#access.people.follow(identity.person)
      const may = (required: Role): boolean => identity.isCurrent() && mayActAs(role, required)
      route.take(opened, { documentId: id, query, person, may })
    })
  }

  #refusal(request: IncomingMessage, spec: SocketSpec | null): Refusal | null {
    const { host, origin } = request.headers
    const identity = this.#access.identify(request)
    if (!hostAllowed(this.#access.reach, host)) return foreignHostOf(this.#access)
    const mustBeOwn = origin !== undefined || identity?.by !== 'token'
    if (mustBeOwn && !originAllowed(this.#access.reach, origin, host)) return foreignOrigin
    if (!identity) return unknownSender
    return spec === null ? { code: 'missing', status: 404, message: 'There is no such socket.' } : null
  }

  #remember(socket: WebSocket, seat: Seat): void {
    this.#open.set(socket, seat)
    socket.on('error', () => socket.terminate())
    socket.once('close', () => this.#open.delete(socket))
  }
}

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/** What a request asks to open, and who sends it. */
interface Wanted {
  readonly route: SocketRoute
  readonly id: string
  readonly query: URLSearchParams
  readonly identity: Identity
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

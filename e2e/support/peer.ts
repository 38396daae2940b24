/**
 * A person without a browser: speaks the room and session protocols over real sockets and keeps a ledger of what the
 * server acknowledged. For tests that need many lives, or sure knowledge of what was promised.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'

export interface Opened {
  readonly documentId: string
  readonly epoch: string
}

/** Trades the start URL's token for the cookie that the browser would hold. */
export async function signIn(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' })
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  if (cookie === '')
    throw new Error(`no cookie from the start address: ${response.status} ${await response.text()}`)
  return cookie
}

/** A request of the browser's API, as JSON; throws with the answer's text when it is refused. */
export async function request(
  origin: string,
  cookie: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { cookie, origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

export async function openNotebook(origin: string, cookie: string, path: string): Promise<Opened> {
  const opened = await request(origin, cookie, 'POST', '/api/notebooks/open', { path })
  if (typeof opened !== 'object' || opened === null) throw new Error('open: no object')
  const { documentId, epoch } = opened as Record<string, unknown>
  return { documentId: String(documentId), epoch: String(epoch) }
}

/** One connection to a room. `acknowledged` counts the updates sent on it that are durable. */
export class RoomPeer {
  readonly doc: Y.Doc
  readonly #socket: WebSocket
  readonly #synced = Promise.withResolvers<void>()
  readonly closed: Promise<number>
  sent = 0
  acknowledged = 0
  #onAcknowledged: () => void = () => {}

  constructor(origin: string, cookie: string, opened: Opened, doc = new Y.Doc()) {
    this.doc = doc
    const address = `${origin.replace('http', 'ws')}/api/rooms/${opened.documentId}?epoch=${opened.epoch}&acks=1`
    this.#socket = new WebSocket(address, { headers: { cookie, origin } })
    this.#socket.binaryType = 'arraybuffer'
    this.closed = new Promise((resolve) => this.#socket.once('close', (code) => resolve(code)))
    this.#socket.once('open', () => this.#hello())
    this.#socket.on('message', (data: ArrayBuffer) => this.#receive(new Uint8Array(data)))
    this.#socket.on('error', (error) => this.#synced.reject(error))
    this.#synced.promise.catch(() => {})
    this.doc.on('update', this.#sendUpdate)
  }

  get synced(): Promise<void> {
    return this.#synced.promise
  }

  /** Called at each acknowledgement. */
  onAcknowledged(listener: () => void): void {
    this.#onAcknowledged = listener
  }

  close(): void {
    this.doc.off('update', this.#sendUpdate)
    this.#socket.terminate()
  }

  #hello(): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, 0)
    sync.writeSyncStep1(encoder, this.doc)
    this.#socket.send(encoding.toUint8Array(encoder))
  }

  #sendUpdate = (update: Uint8Array, source: unknown): void => {
    if (source === this || this.#socket.readyState !== WebSocket.OPEN) return
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, 0)
    sync.writeUpdate(encoder, update)
    this.sent += 1
    this.#socket.send(encoding.toUint8Array(encoder))
  }

  #receive(frame: Uint8Array): void {
    const decoder = decoding.createDecoder(frame)
    const type = decoding.readVarUint(decoder)
    if (type === 0) this.#receiveSync(decoder)
    if (type === 100) {
      this.acknowledged = decoding.readVarUint(decoder)
      this.#onAcknowledged()
    }
    if (type === 101) this.#synced.reject(new Error('the server refused an update'))
  }

  #receiveSync(decoder: decoding.Decoder): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, 0)
    const kind = sync.readSyncMessage(decoder, encoder, this.doc, this)
    if (kind === sync.messageYjsSyncStep1) this.sent += 1
    if (encoding.length(encoder) > 1) this.#socket.send(encoding.toUint8Array(encoder))
    if (kind === sync.messageYjsSyncStep2) this.#synced.resolve()
  }
}

type SessionEvent = { readonly type: string } & Record<string, unknown>

/** One connection to a notebook's session. */
export class SessionPeer {
  readonly #socket: WebSocket
  readonly events: SessionEvent[] = []
  readonly #waiting = new Set<() => void>()
  #next = 0

  constructor(origin: string, cookie: string, opened: Opened) {
    this.#socket = new WebSocket(
      `${origin.replace('http', 'ws')}/api/notebooks/${opened.documentId}/session`,
      {
        headers: { cookie, origin },
      },
    )
    this.#socket.on('message', (data) => {
      this.events.push(JSON.parse(String(data)) as SessionEvent)
      for (const look of this.#waiting) look()
    })
    this.#socket.on('error', () => {})
  }

  /** Sends a command and waits until the server accepted it; throws with the reason when it is refused. */
  async command(body: Record<string, unknown>): Promise<void> {
    if (this.#socket.readyState === WebSocket.CONNECTING)
      await new Promise((done) => this.#socket.once('open', done))
    this.#next += 1
    const id = String(this.#next)
    this.#socket.send(JSON.stringify({ id, ...body }))
    const answer = await this.until(
      (event) => event.id === id && (event.type === 'accepted' || event.type === 'refused'),
    )
    if (answer.type === 'refused') throw new Error(`${body.type}: ${answer.reason}`)
  }

  /** The first event, past or to come, that fits. */
  async until(fits: (event: SessionEvent) => boolean): Promise<SessionEvent> {
    const seen = this.events.find(fits)
    if (seen) return seen
    return new Promise((resolve) => {
      const look = () => {
        const found = this.events.find(fits)
        if (!found) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
    })
  }

  close(): void {
    this.#socket.terminate()
  }
}

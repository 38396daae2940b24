/** Documents and rooms on the real store, behind a real socket server; and a browser that counts what is acknowledged. */
import { once } from 'node:events'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket, WebSocketServer } from 'ws'
import * as awarenessProtocol from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { mayActAs, Role } from '../../contract/route.ts'
import { frame } from '../../contract/sync.ts'
import { createDocuments, type DocumentRooms, type DocumentsInit } from '../../src/document/documents.ts'
import { createRooms, type Rooms } from '../../src/document/rooms.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'

export interface House {
  readonly store: Store
  readonly documents: DocumentRooms
  readonly rooms: Rooms
  readonly sockets: WebSocketServer
}

/** `change` puts other parts in place of the real ones, for failures. Who comes is named by `actor` in the address. */
export async function openHouse(
  root: string,
  change: (store: Store) => Partial<DocumentsInit> = () => ({}),
): Promise<House> {
  const store = await openStore({ root })
  const documents = createDocuments({
    root,
    updates: store.updates,
    objects: store.objects,
    ...change(store),
  })
  const rooms = createRooms(documents)
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  sockets.on('connection', (socket, request) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const id = url.searchParams.get('actor') ?? 'someone'
    void rooms.handleConnection(socket, {
      documentId: url.pathname.slice(1),
      epoch: url.searchParams.get('epoch'),
      acks: true,
      connection: null,
      actor: { id, name: id.toUpperCase() },
      may: (required) => mayActAs(Role.parse(url.searchParams.get('role') ?? 'owner'), required),
    })
  })
  await once(sockets, 'listening')
  return { store, documents, rooms, sockets }
}

export async function closeHouse({ store, documents, rooms, sockets }: House): Promise<void> {
  rooms.close()
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  await documents.close()
  await store.close()
}

/** A browser: its document outlives its sockets, as a page's does. */
export class Browser {
  readonly doc = new Y.Doc()
  readonly awareness = new awarenessProtocol.Awareness(this.doc)
  readonly refusals: string[] = []
  /** Called with the count of settled messages of this connection. */
  onSettled: (count: number) => void = () => undefined
  sent = 0
  acknowledged = 0
  synced = false
  /** Whether the server has all that this copy holds; until then an edit travels with the answer to its step 1. */
  #isKnown = false
  #socket: WebSocket | null = null

  constructor() {
    this.doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from !== this && this.#isKnown) this.send(update)
    })
  }

  connect(house: House, { id, epoch }: { id: string; epoch: string }, actor = 'someone'): void {
    const address = house.sockets.address()
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}/${id}?epoch=${epoch}&actor=${actor}`)
    this.#socket = socket
    this.sent = 0
    this.acknowledged = 0
    this.synced = false
    this.#isKnown = false
    socket.binaryType = 'arraybuffer'
    socket.on('error', () => undefined)
    socket.on('open', () => this.#push(frame.sync, (encoder) => sync.writeSyncStep1(encoder, this.doc)))
    socket.on('message', (data: ArrayBuffer) => {
      if (this.#socket === socket) this.#receive(new Uint8Array(data))
    })
  }

  disconnect(): void {
    this.#socket?.terminate()
    this.#socket = null
  }

  /** From now on this client reads nothing. */
  pause(): void {
    this.#socket?.pause()
  }

  /** From now on this client answers no close frame, and goes on sending. */
  ignoreClose(): void {
    if (this.#socket !== null) this.#socket.close = () => undefined
  }

  /** Settles with code and reason when the connection is gone. */
  get gone(): Promise<readonly [number, Buffer]> {
    const gone = Promise.withResolvers<readonly [number, Buffer]>()
    this.#socket?.once('close', (code, reason) => gone.resolve([code, reason]))
    return gone.promise
  }

  /** Both sides know all that the other held, and the log has it. */
  get isSettled(): boolean {
    return this.synced && this.#isKnown && this.acknowledged === this.sent
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  send(update: Uint8Array): void {
    if (!this.isOpen) return
    this.sent++
    this.#push(frame.sync, (encoder) => sync.writeUpdate(encoder, update))
  }

  sendAwareness(update: Uint8Array): void {
    this.#push(frame.awareness, (encoder) => encoding.writeVarUint8Array(encoder, update))
  }

  #receive(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes)
    const type = decoding.readVarUint(decoder)
    if (type === frame.acknowledged) {
      this.acknowledged = decoding.readVarUint(decoder)
      this.onSettled(this.acknowledged)
    }
    if (type === frame.refused) {
      decoding.readVarUint(decoder)
      this.refusals.push(decoding.readVarString(decoder))
    }
    if (type === frame.awareness) {
      awarenessProtocol.applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this)
    }
    if (type === frame.sync) this.#sync(decoder)
  }

  #sync(decoder: decoding.Decoder): void {
    const answer = encoding.createEncoder()
    encoding.writeVarUint(answer, frame.sync)
    const message = sync.readSyncMessage(decoder, answer, this.doc, this)
    if (message === sync.messageYjsSyncStep2) this.synced = true
    if (message !== sync.messageYjsSyncStep1) return
    this.sent++
    this.#isKnown = true
    this.#socket?.send(encoding.toUint8Array(answer))
  }

  #push(type: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, type)
    write(encoder)
    if (this.isOpen) this.#socket?.send(encoding.toUint8Array(encoder))
  }
}

/** Opens the notebook; throws what it is refused with. */
export async function openNotebook(
  house: House,
  path = 'a.ipynb',
): Promise<{ id: string; epoch: string; doc: Y.Doc }> {
  const opened = await house.documents.open(path)
  if (!opened.ok) throw new Error(opened.refusal.message)
  return opened.document
}

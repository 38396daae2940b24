/** The room protocol over a real socket, as small as can be, for tests of the page's side: one document, acks, an epoch. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { frame } from '@yesterday/server/contract/sync.ts'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { type WebSocket, WebSocketServer } from 'ws'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'

export class RoomServer {
  readonly doc = new Y.Doc()
  epoch = 'one'
  /** While false, nothing is called durable. */
  acknowledges = true
  /** While true, pages wait for what they lack: the answers to their step 1 are held. */
  isSlow = false
  #held: (() => void)[] = []
  /** While false, connections are turned away, as by a server that stops. */
  accepts = true
  readonly http: Server
  readonly #sockets = new Map<WebSocket, number>()

  constructor(http: Server = createServer()) {
    this.http = http
    const sockets = new WebSocketServer({ noServer: true })
    http.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '', 'http://localhost')
      if (!url.pathname.startsWith('/api/rooms/')) return
      sockets.handleUpgrade(request, socket, head, (ws) => this.#join(ws, url.searchParams.get('epoch')))
    })
    this.doc.on('update', (update: Uint8Array, from: unknown) => {
      for (const ws of this.#sockets.keys()) if (ws !== from) ws.send(sync((to) => writeUpdate(to, update)))
    })
  }

  async listen(): Promise<string> {
    this.http.listen(0, '127.0.0.1')
    await once(this.http, 'listening')
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}`
  }

  /** Sends the answers that are held. */
  hurry(): void {
    this.isSlow = false
    for (const send of this.#held.splice(0)) send()
  }

  drop(): void {
    for (const ws of this.#sockets.keys()) ws.terminate()
  }

  /** Closes every connection with a code of the protocol. */
  closeWith(code: number): void {
    for (const ws of this.#sockets.keys()) ws.close(code)
  }

  close(): void {
    this.drop()
    this.http.close()
  }

  #join(ws: WebSocket, epoch: string | null): void {
    if (!this.accepts) {
      ws.terminate()
      return
    }
    if (epoch !== this.epoch) {
      ws.close(4409)
      return
    }
    this.#sockets.set(ws, 0)
    ws.on('close', () => this.#sockets.delete(ws))
    ws.on('message', (data: Buffer) => this.#read(ws, new Uint8Array(data)))
    ws.send(sync((to) => writeSyncStep1(to, this.doc)))
  }

  #read(ws: WebSocket, data: Uint8Array): void {
    const decoder = decoding.createDecoder(data)
    if (decoding.readVarUint(decoder) !== frame.sync) return
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.sync)
    const kind = readSyncMessage(decoder, encoder, this.doc, ws)
    if (kind === 0) this.#answer(() => ws.send(encoding.toUint8Array(encoder)))
    else this.#acknowledge(ws)
  }

  #answer(send: () => void): void {
    if (this.isSlow) this.#held.push(send)
    else send()
  }

  #acknowledge(ws: WebSocket): void {
    const count = (this.#sockets.get(ws) ?? 0) + 1
    this.#sockets.set(ws, count)
    if (!this.acknowledges) return
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.acknowledged)
    encoding.writeVarUint(encoder, count)
    ws.send(encoding.toUint8Array(encoder))
  }
}

function sync(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.sync)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

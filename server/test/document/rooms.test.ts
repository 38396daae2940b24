/** A notebook opened, edited by two browsers over real sockets, acknowledged, saved, and found again after a restart. */
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as sync from 'y-protocols/sync'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell, origin } from '../../contract/document.ts'
import { mayActAs } from '../../contract/route.ts'
import { close, frame } from '../../contract/sync.ts'
import { createDocuments, type DocumentRooms } from '../../src/document/documents.ts'
import { createRooms, type Rooms } from '../../src/document/rooms.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'

const notebook = `{
  "metadata": {"b": 1.0, "a": 12345678901234567890},
  "cells": [
    {"cell_type": "code", "id": "one", "source": ["x = 1\\n", "y = 2"], "metadata": {}, "outputs": [], "execution_count": null},
    {"cell_type": "markdown", "id": "two", "source": "# \\u00e9t\\u00e9", "metadata": {"n": 1e400}}
  ],
  "nbformat": 4,
  "nbformat_minor": 5
}
`

interface Server {
  readonly store: Store
  readonly documents: DocumentRooms
  readonly rooms: Rooms
  readonly sockets: WebSocketServer
}

let root = ''
let server: Server
const clients: Client[] = []
const providers: WebsocketProvider[] = []

async function start(): Promise<Server> {
  const store = await openStore({ root })
  const documents = createDocuments({ root, updates: store.updates, objects: store.objects })
  const rooms = createRooms(documents)
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  sockets.on('connection', (socket, request) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    void rooms.handleConnection(socket, {
      documentId: url.pathname.slice(1),
      epoch: url.searchParams.get('epoch'),
      acks: url.searchParams.has('acks'),
      connection: url.searchParams.get('connection'),
      actor: { id: 'someone', name: 'Someone' },
      may: (required) => mayActAs(url.searchParams.has('viewer') ? 'viewer' : 'editor', required),
    })
  })
  await once(sockets, 'listening')
  return { store, documents, rooms, sockets }
}

async function stop({ store, documents, rooms, sockets }: Server): Promise<void> {
  rooms.close()
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  await documents.close()
  await store.close()
}

class Client {
  readonly doc = new Y.Doc()
  readonly socket: WebSocket
  readonly refusals: string[] = []
  sent = 0
  acknowledged = 0
  synced = false

  constructor(path: string) {
    const address = server.sockets.address()
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
    this.socket = new WebSocket(`ws://127.0.0.1:${address.port}/${path}`)
    this.socket.binaryType = 'arraybuffer'
    this.socket.on('open', () => this.#push((encoder) => sync.writeSyncStep1(encoder, this.doc)))
    this.socket.on('message', (data: ArrayBuffer) => this.#receive(new Uint8Array(data)))
    this.doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from === this) return
      this.sent++
      this.#push((encoder) => sync.writeUpdate(encoder, update))
    })
    clients.push(this)
  }

  #receive(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes)
    const type = decoding.readVarUint(decoder)
    if (type === frame.acknowledged) this.acknowledged = decoding.readVarUint(decoder)
    if (type === frame.refused) {
      decoding.readVarUint(decoder)
      this.refusals.push(decoding.readVarString(decoder))
    }
    if (type !== frame.sync) return
    const answer = encoding.createEncoder()
    encoding.writeVarUint(answer, frame.sync)
    const message = sync.readSyncMessage(decoder, answer, this.doc, this)
    if (message === sync.messageYjsSyncStep2) this.synced = true
    if (message !== sync.messageYjsSyncStep1) return
    this.sent++
    this.socket.send(encoding.toUint8Array(answer))
  }

  #push(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.sync)
    write(encoder)
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(encoding.toUint8Array(encoder))
  }
}

async function openNotebook(path = 'a.ipynb'): Promise<{ id: string; epoch: string }> {
  const opened = await server.documents.open(path)
  if (!opened.ok) throw new Error(opened.refusal.message)
  return opened.document
}

const synced = (client: Client): Promise<void> => vi.waitFor(() => expect(client.synced).toBe(true))
const saved = (client: Client): Promise<void> =>
  vi.waitFor(() => expect(client.acknowledged).toBe(client.sent))
const sourceOf = (doc: Y.Doc, index: number): Y.Text => cellSource(cellsOf(doc).get(index))
const file = (): Promise<string> => readFile(join(root, 'a.ipynb'), 'utf8')

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-rooms-'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  server = await start()
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate()
  for (const provider of providers.splice(0)) provider.destroy()
  await stop(server)
  await rm(root, { recursive: true, maxRetries: 5 })
})

test('an edit reaches the other browser, is acknowledged, and changes only its own part of the file', async () => {
  const { id, epoch } = await openNotebook()
  const [ann, bob] = [new Client(`${id}?epoch=${epoch}&acks=1`), new Client(`${id}?epoch=${epoch}&acks=1`)]
  await synced(ann)
  await synced(bob)
  sourceOf(ann.doc, 0).insert(0, 'z')
  await saved(ann)
  await vi.waitFor(() => expect(sourceOf(bob.doc, 0).toString()).toBe('zx = 1\ny = 2'))
  await server.documents.save(id)
  expect(await file()).toBe(notebook.replace('"x = 1', '"zx = 1'))
})

test('a command can wait for the edits of a connection, also where they only delete', async () => {
  const { id, epoch } = await openNotebook()
  const live = await server.documents.openById(id)
  const ann = new Client(`${id}?epoch=${epoch}&acks=1&connection=ann`)
  await synced(ann)
  sourceOf(ann.doc, 0).delete(0, 2)
  expect(await live?.arrivals.until('ann', ann.sent, 10_000)).toBe(true)
  expect(sourceOf(live?.doc ?? ann.doc, 0).toString()).toBe(sourceOf(ann.doc, 0).toString())
  const waiting = live?.arrivals.until('ann', ann.sent + 1, 60_000)
  ann.socket.close()
  expect(await waiting).toBe(false)
})

test('a restart keeps what was acknowledged, the epoch, and every cell once', async () => {
  const { id, epoch } = await openNotebook()
  const ann = new Client(`${id}?epoch=${epoch}&acks=1`)
  await synced(ann)
  cellsOf(ann.doc).push([makeCell({ id: 'three', type: 'code', source: 'new' })])
  await saved(ann)
  await stop(server)
  server = await start()
  const bob = new Client(`${id}?epoch=${epoch}&acks=1`)
  await synced(bob)
  expect(cellsOf(bob.doc).map((cell) => cell.get('id'))).toEqual(['one', 'two', 'three'])
})

test('a plain client of the protocol works, another epoch does not', async () => {
  const { id, epoch } = await openNotebook()
  const plain = new Client(`${id}?epoch=${epoch}`)
  await synced(plain)
  sourceOf(plain.doc, 1).insert(0, '!')
  await vi.waitFor(() =>
    expect(sourceOf(server.documents.get(id)?.doc ?? new Y.Doc(), 1).toString()).toBe('!# été'),
  )
  const foreign = new Client(`${id}?epoch=other`)
  const [code] = await once(foreign.socket, 'close')
  expect(code).toBe(close.wrongEpoch)
  expect(foreign.synced).toBe(false)
})

test("y-websocket's own client joins, edits, sees the others, and comes back with what it wrote meanwhile", async () => {
  const { id, epoch } = await openNotebook()
  const { port } = server.sockets.address() as AddressInfo
  const [ann, bob] = [enter(), enter()]
  const source = (provider: WebsocketProvider) => sourceOf(provider.doc, 1).toString()
  await vi.waitFor(() => expect([ann.synced, bob.synced]).toEqual([true, true]))
  sourceOf(ann.doc, 1).insert(0, '1')
  ann.awareness.setLocalStateField('cursors', [])
  await vi.waitFor(() => expect(source(bob)).toBe('1# été'))
  await vi.waitFor(() => expect(bob.awareness.getStates().has(ann.doc.clientID)).toBe(true))
  const ended = vi.fn()
  ann.on('closed', ended)
  // An edit that the server is sent before it has those that were made offline.
  ann.on('status', ({ status }) => {
    if (status === 'connected') sourceOf(ann.doc, 1).insert(0, '3')
  })
  ann.disconnect()
  sourceOf(ann.doc, 1).insert(0, '2')
  ann.connect()
  await vi.waitFor(() => expect(source(bob)).toBe('321# été'))
  expect(source(ann)).toBe('321# été')
  expect(ended).not.toHaveBeenCalled()

  function enter(): WebsocketProvider {
    const options = { params: { epoch }, disableBc: true, WebSocketPolyfill: WebSocket as never }
    const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, id, new Y.Doc(), options)
    providers.push(provider)
    return provider
  }
})

test('outputs are the server’s: a browser that writes them is refused, and nothing changes', async () => {
  const { id, epoch } = await openNotebook()
  const ann = new Client(`${id}?epoch=${epoch}&acks=1`)
  await synced(ann)
  await saved(ann)
  cellsOf(ann.doc).get(0).set('execution_count', 7)
  await vi.waitFor(() => expect(ann.refusals).toHaveLength(1))
  const live = server.documents.get(id)
  if (live === null) throw new Error('the document is open')
  expect(cellsOf(live.doc).get(0).get('execution_count')).toBe(null)
  live.doc.transact(() => cellsOf(live.doc).get(0).set('execution_count', 3), origin.server)
  await vi.waitFor(() => expect(cellsOf(ann.doc).get(1)).toBeDefined())
})

test('a change of the file from outside is merged as an edit, beside edits made here', async () => {
  const { id, epoch } = await openNotebook()
  const ann = new Client(`${id}?epoch=${epoch}&acks=1`)
  await synced(ann)
  sourceOf(ann.doc, 0).insert(0, 'z')
  await saved(ann)
  await writeFile(join(root, 'a.ipynb'), notebook.replace('# \\u00e9t\\u00e9', '# autumn'))
  await server.documents.save(id)
  await vi.waitFor(() => expect(sourceOf(ann.doc, 1).toString()).toBe('# autumn'))
  expect(sourceOf(ann.doc, 0).toString()).toBe('zx = 1\ny = 2')
  expect(await file()).toContain('"zx = 1')
})

/** Opens, stops, changes things while no server runs, and opens again: the sources then, and the notices. */
async function reopened(whileDown: () => Promise<void>): Promise<{ sources: string[]; notices: string[] }> {
  const { id } = await openNotebook()
  await stop(server)
  await whileDown()
  server = await start()
  const notices: string[] = []
  server.documents.onNotice((_, __, text) => notices.push(text))
  expect((await openNotebook()).id).toBe(id)
  const live = server.documents.get(id)
  if (live === null) throw new Error('the document is open')
  return { sources: cellsOf(live.doc).map((cell) => cellSource(cell).toString()), notices }
}

const rewrite = (text: string): Promise<void> => writeFile(join(root, 'a.ipynb'), text)

test('a file that alone changed while no server ran is simply what the notebook says then', async () => {
  const changed = notebook.replace('"y = 2"', '"y = 3"')
  expect(await reopened(() => rewrite(changed))).toEqual({ sources: ['x = 1\ny = 3', '# été'], notices: [] })
  expect(await file()).toBe(changed)
  const fewer = JSON.stringify({ ...JSON.parse(notebook), cells: JSON.parse(notebook).cells.slice(1) })
  expect(await reopened(() => rewrite(fewer))).toEqual({ sources: ['# été'], notices: [] })
})

test('where it is not known what both last agreed on, the cell that differs is kept twice, between markers, with a notice', async () => {
  const { sources, notices } = await reopened(async () => {
    await rm(join(root, '.yesterday', 'agreed'), { recursive: true, maxRetries: 5 })
    await rewrite(notebook.replace('"y = 2"', '"y = 3"'))
  })
  expect(sources).toEqual([
    '**`<<<<<<< ours`**',
    'x = 1\ny = 2',
    '**`=======`**',
    'x = 1\ny = 3',
    '**`>>>>>>> theirs`**',
    '# été',
  ])
  expect(notices).toHaveLength(1)
})

test('both sides changed one cell: other lines are merged, the same line is kept from both', async () => {
  const longer = notebook.replace('"y = 2"', '"y = 2\\n", "z = 3"')
  await rewrite(longer)
  const { id, epoch } = await openNotebook()
  const ann = new Client(`${id}?epoch=${epoch}&acks=1`)
  await synced(ann)
  sourceOf(ann.doc, 0).insert(0, 'a')
  await saved(ann)
  await rewrite(longer.replace('z = 3', 'z = 4'))
  await server.documents.save(id)
  await vi.waitFor(() => expect(sourceOf(ann.doc, 0).toString()).toBe('ax = 1\ny = 2\nz = 4'))
  expect(cellsOf(ann.doc).length).toBe(2)
  sourceOf(ann.doc, 0).insert(0, 'b')
  await saved(ann)
  await rewrite((await file()).replace('"ax', '"cx'))
  await server.documents.save(id)
  await vi.waitFor(() => expect(cellsOf(ann.doc).length).toBe(6))
  expect(sourceOf(ann.doc, 1).toString()).toBe('bax = 1\ny = 2\nz = 4')
  expect(sourceOf(ann.doc, 3).toString()).toBe('cx = 1\ny = 2\nz = 4')
})

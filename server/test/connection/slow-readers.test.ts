/** Clients that do not read, by kind of socket: what waits for each is bounded, and the others go on. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KnownSecrets, Masker } from '@yesterday/kernel-bridge'
import { expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as Y from 'yjs'
import { cellSource, cellsOf, makeCell, origin } from '../../contract/document.ts'
import { Clients } from '../../src/jupyter-api/clients.ts'
import { MAX_HELD } from '../../src/jupyter-api/mailbox.ts'
import { ownMessage } from '../../src/jupyter-api/message.ts'
import { SessionOutputs } from '../../src/session/session-outputs.ts'
import { Browser, closeHouse, openHouse, openNotebook } from '../document/house.ts'

const MB = 1024 * 1024
const text = 'x'.repeat(MB)

/** A client and the server's end of its socket. */
async function pair(server: WebSocketServer) {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const accepted = once(server, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`)
  client.on('error', () => undefined)
  const [socket]: WebSocket[] = await accepted
  await once(client, 'open')
  if (socket === undefined) throw new Error('no socket')
  return { client, socket }
}

test('a client of a kernel misses outputs and gets a note; one that misses replies is disconnected', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const clients = new Clients()
  const [slow, quick] = [await pair(server), await pair(server)]
  const received = { slow: '', quick: 0 }
  slow.client.on('message', (data) => {
    received.slow += String(data)
  })
  quick.client.on('message', () => received.quick++)
  const key = clients.connect('slow', slow.socket, '')
  clients.connect('quick', quick.socket, '')
  slow.client.pause()
  for (let n = 1; n <= 60; n++) {
    clients.toAll(ownMessage('iopub', 'stream', { name: 'stdout', text }))
    await vi.waitFor(() => expect(received.quick).toBe(n))
  }
  expect(slow.socket.bufferedAmount).toBeLessThan(3 * MB)
  slow.client.resume()
  await vi.waitFor(() => expect(received.slow).toContain('output messages were not delivered'))
  expect(received.slow.length).toBeLessThan(MAX_HELD + 10 * MB)
  slow.client.pause()
  for (let n = 0; slow.socket.readyState === WebSocket.OPEN; n++) {
    clients.toOne(key, ownMessage('shell', 'execute_reply', { text }))
    expect(n).toBeLessThan(2 * (MAX_HELD / MB) + 10)
  }
  expect(quick.socket.readyState).toBe(WebSocket.OPEN)
  for (const { client } of [slow, quick]) client.terminate()
  server.close()
})

test('a client of a room is disconnected, and the others have all edits', async () => {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-slow-'))
  await writeFile(
    join(root, 'a.ipynb'),
    JSON.stringify({
      cells: [{ cell_type: 'markdown', id: 'a', source: '', metadata: {} }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    }),
  )
  const house = await openHouse(root)
  const opened = await openNotebook(house)
  const [slow, quick] = [new Browser(), new Browser()]
  slow.connect(house, opened, 'slow')
  await vi.waitFor(() => expect(slow.isSettled).toBe(true))
  const [socket] = [...house.sockets.clients]
  if (socket === undefined) throw new Error('no socket')
  quick.connect(house, opened, 'quick')
  await vi.waitFor(() => expect(quick.isSettled).toBe(true))
  slow.pause()
  const source = cellSource(cellsOf(opened.doc).get(0))
  let most = 0
  for (let n = 1; n <= 60 && socket.readyState === WebSocket.OPEN; n++) {
    opened.doc.transact(() => source.insert(0, text), origin.server)
    await vi.waitFor(() => expect(cellSource(cellsOf(quick.doc).get(0)).length).toBe(n * MB))
    most = Math.max(most, socket.bufferedAmount)
  }
  expect(socket.readyState).not.toBe(WebSocket.OPEN)
  expect(most).toBeLessThan(18 * MB)
  expect(quick.isOpen).toBe(true)
  for (const browser of [slow, quick]) {
    browser.awareness.destroy()
    browser.disconnect()
  }
  await closeHouse(house)
  await rm(root, { recursive: true, maxRetries: 5 })
})

test('outputs that come faster than they are written make the kernel wait, and no longer than that', async () => {
  const doc = new Y.Doc()
  cellsOf(doc).push([makeCell({ id: 'a', type: 'code' })])
  const reports: boolean[] = []
  const objects = { put: async () => `sha256:${'0'.repeat(64)}`, has: async () => true }
  const outputs = new SessionOutputs(
    doc,
    { ...noObjects, ...objects },
    new Masker(new KnownSecrets(), Buffer.alloc(32)),
    { onCrowded: (isCrowded) => reports.push(isCrowded) },
  )
  outputs.begin('r', 'a')
  const header = { msg_id: 'm', msg_type: 'stream', session: 's', username: '', date: '', version: '5.3' }
  for (let n = 0; n < 6; n++) outputs.accept('r', { header, content: { name: 'stdout', text: `${text}\n` } })
  expect(reports).toEqual([true])
  await outputs.end('r')
  expect(reports).toEqual([true, false])
})

const noObjects = {
  putPages: async () => ({ digest: `sha256:${'0'.repeat(64)}`, size: 0 }),
  get: async () => null,
  size: async () => null,
  remove: async () => undefined,
  list: async function* () {},
}

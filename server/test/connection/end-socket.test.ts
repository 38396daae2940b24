/** Clients that ignore the close frame: nothing that they send is handled, and their sockets end all the same. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { endSocket, isEnded } from '../../src/connection/end-socket.ts'

let server: WebSocketServer
let accepted: Promise<WebSocket>

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  accepted = once(server, 'connection').then(([socket]) => socket)
  await once(server, 'listening')
})

afterEach(() => {
  for (const socket of server.clients) socket.terminate()
  server.close()
})

/** A WebSocket client without a WebSocket library: it answers no close frame and no ping. */
async function rudeClient(): Promise<Socket> {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const socket = connect(address.port, '127.0.0.1')
  socket.on('error', () => undefined)
  const head = ['GET / HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade']
  const key = ['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`]
  socket.write(`${[...head, ...key].join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  return socket
}

/** A masked text frame of up to 125 bytes (RFC 6455, 5.2), its mask zero. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

test('what a client sends after the close frame is not handled, and the connection ends without its answer', async () => {
  const client = await rudeClient()
  const socket = await accepted
  const handled: string[] = []
  socket.on('message', (data) => handled.push(String(data)))
  client.write(textFrame('before'))
  await once(socket, 'message')
  const received: Buffer[] = []
  client.on('data', (chunk) => received.push(chunk))
  const gone = once(client, 'close')
  endSocket(socket, 4403, 'Your access was revoked.')
  for (let n = 0; n < 20; n++) client.write(textFrame(`after ${n}`))
  expect(isEnded(socket)).toBe(true)
  await gone
  expect(handled).toEqual(['before'])
  const frame = Buffer.concat(received)
  expect(frame[0]).toBe(0x88)
  expect(frame.readUInt16BE(2)).toBe(4403)
})

test('what waits for a client that does not read is dropped at once', async () => {
  const client = await rudeClient()
  client.pause()
  const socket = await accepted
  const chunk = Buffer.alloc(1024 * 1024)
  while (socket.bufferedAmount < 4 * chunk.length) socket.send(chunk)
  const gone = once(socket, 'close')
  endSocket(socket, 4403, 'Your access was revoked.')
  await gone
  expect(socket.bufferedAmount).toBe(0)
  client.destroy()
})

test('a reason too long for a close frame is cut at a whole character', async () => {
  const client = await rudeClient()
  const socket = await accepted
  const received: Buffer[] = []
  client.on('data', (data) => received.push(data))
  const gone = once(client, 'close')
  endSocket(socket, 4400, 'é'.repeat(100))
  await gone
  expect(Buffer.concat(received).subarray(4).toString('utf8')).toBe('é'.repeat(61))
})

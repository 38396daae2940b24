/** A client that does not read for a while: what waits for it is bounded, in order, and of views only the newest. */
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { BACKLOG, MAX_HELD, MAX_KEYS, Outbox } from '../../src/connection/outbox.ts'
import { Quota } from '../../src/connection/quota.ts'

let server: WebSocketServer
let client: WebSocket
let socket: WebSocket
let received: string[] = []

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const accepted = once(server, 'connection')
  client = new WebSocket(`ws://127.0.0.1:${address.port}`)
  received = []
  client.on('message', (data) => received.push(String(data)))
  const [first] = await accepted
  socket = first
  await once(client, 'open')
})

afterEach(() => {
  client.terminate()
  socket.terminate()
  server.close()
})

/** A message of 256 KiB that begins with its number. */
const large = (n: number): string => `${n} `.padEnd(256 * 1024, '.')
/** Enough of them to fill the buffers of the system and of the socket. */
const fill = (outbox: Outbox): number => {
  let n = 0
  while (socket.bufferedAmount <= BACKLOG) outbox.send(large(n++))
  return n
}

test('a client that pauses gets everything in order, and of what is replaceable only the newest', async () => {
  const outbox = new Outbox(socket, () => expect.unreachable())
  client.pause()
  const filled = fill(outbox)
  const made: number[] = []
  for (let view = 0; view < 1000; view++) {
    outbox.replace('view', () => {
      made.push(view)
      return `view ${view}`
    })
  }
  outbox.send('last')
  client.resume()
  await vi.waitFor(() => expect(received.at(-1)).toBe('view 999'))
  expect(made).toEqual([999])
  expect(received.slice(0, -1).map((text) => text.split(' ')[0])).toEqual([
    ...Array.from({ length: filled }, (_, n) => String(n)),
    'last',
  ])
})

test('what waits for a client that never reads is bounded, and then dropped', () => {
  let overflows = 0
  const outbox = new Outbox(socket, () => {
    overflows++
    socket.terminate()
  })
  client.pause()
  fill(outbox)
  let sent = 0
  while (overflows === 0) {
    outbox.send(large(0))
    sent += large(0).length
  }
  expect(sent).toBeLessThanOrEqual(MAX_HELD + large(0).length)
  expect(overflows).toBe(1)
})

test('a client that never reads is given up when too many replaceable messages wait', () => {
  let overflows = 0
  const outbox = new Outbox(socket, () => overflows++)
  client.pause()
  fill(outbox)
  for (let n = 0; n < MAX_KEYS; n++) outbox.replace(`key ${n}`, () => '')
  expect(overflows).toBe(0)
  outbox.replace('one more', () => '')
  expect(overflows).toBe(1)
})

test('a message that cannot be made is left out, and what follows is sent', async () => {
  const outbox = new Outbox(socket, () => expect.unreachable())
  const fail = (): string => {
    throw new Error('no such state')
  }
  outbox.replace('at once', fail)
  client.pause()
  fill(outbox)
  outbox.replace('later', fail)
  outbox.replace('view', () => 'sound')
  client.resume()
  await vi.waitFor(() => expect(received.at(-1)).toBe('sound'))
})

test('a quota allows a burst, then so much a second, and takes nothing when it refuses', () => {
  let now = 0
  const quota = new Quota({ burst: 10, perSecond: 2 }, () => now)
  expect(quota.take(10)).toBe(true)
  expect(quota.take(1)).toBe(false)
  now = 1000
  expect(quota.take(3)).toBe(false)
  expect(quota.take(2)).toBe(true)
  now = 60_000
  expect(quota.take(11)).toBe(false)
  expect(quota.take(10)).toBe(true)
})

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { LOST, SessionSocket } from '../src/session/session-socket.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A server that accepts each command, and what it was asked. */
async function accepting() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const asked: string[] = []
  server.on('connection', (socket: WebSocket) =>
    socket.on('message', (data) => {
      const { id, type } = JSON.parse(String(data))
      asked.push(type)
      socket.send(JSON.stringify({ type: 'accepted', id }))
    }),
  )
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const close = () => {
    for (const client of server.clients) client.terminate()
    server.close()
  }
  ends.push(close)
  const closeWith = (code: number) => {
    for (const client of server.clients) client.close(code)
  }
  return { url: `ws://127.0.0.1:${address.port}`, asked, close, closeWith }
}

function connect(url: string): SessionSocket {
  const session = new SessionSocket(url)
  ends.push(() => session.close())
  return session
}

test('what is asked before the first socket is open is sent once it is, in order', async () => {
  const { url, asked } = await accepting()
  const session = connect(url)
  expect(session.connected.get()).toBe(false)
  const answers = [session.send({ type: 'run', cells: ['a'] }), session.send({ type: 'interrupt' })]
  expect(await Promise.all(answers)).toEqual([
    { ok: true, content: null },
    { ok: true, content: null },
  ])
  expect(asked).toEqual(['run', 'interrupt'])
})

test('without a server, commands are reported as lost', async () => {
  const { url, close } = await accepting()
  close()
  expect(await connect(url).send({ type: 'interrupt' })).toEqual({ ok: false, reason: LOST })
})

test('once there was a socket, nothing waits for the next: a cell does not run long after it was asked', async () => {
  const { url, close } = await accepting()
  const session = connect(url)
  expect(await session.send({ type: 'interrupt' })).toMatchObject({ ok: true })
  close()
  await expect.poll(() => session.connected.get()).toBe(false)
  expect(await session.send({ type: 'run', cells: ['a'] })).toEqual({ ok: false, reason: LOST })
})

test('a page that sent too many commands gets a notice, and connects again', async () => {
  const { url, closeWith } = await accepting()
  const session = connect(url)
  expect(await session.send({ type: 'interrupt' })).toMatchObject({ ok: true })
  let notices = 0
  session.sentTooMuch.listen(() => notices++)
  closeWith(4429)
  await expect.poll(() => notices).toBe(1)
  await expect.poll(() => session.connected.get()).toBe(true)
  expect(await session.send({ type: 'interrupt' })).toMatchObject({ ok: true })
})

/** Each message of a terminal and of a Jupyter client × each role, on their real sockets: one without the right does nothing. */
import { once } from 'node:events'
import { afterAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { CHANNEL_ROLES, TERMINAL_ROLES } from '../../contract/message-roles.ts'
import { mayActAs, ROLES, Role } from '../../contract/route.ts'
import { close } from '../../contract/sync.ts'
import { TerminalInput } from '../../contract/terminals.ts'
import { endSocket } from '../../src/connection/end-socket.ts'
import type { SocketRoute } from '../../src/http/sockets.ts'
import { channelsRoute } from '../../src/jupyter-api/channels-socket.ts'
import { Clients } from '../../src/jupyter-api/clients.ts'
import { ClientMessage } from '../../src/jupyter-api/message.ts'
import { terminalRoute } from '../../src/jupyter-api/terminal-socket.ts'

const servers: WebSocketServer[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

const person = { id: 'ada', name: 'Ada', color: '#000' }

/** Opens sockets for the role that their address names. */
async function serving(route: SocketRoute): Promise<(role: Role) => WebSocket> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  servers.push(server)
  server.on('connection', (socket, { url }) => {
    const role = Role.parse(url?.slice(1))
    const may = (required: Role): boolean => mayActAs(role, required)
    route.take(socket, { documentId: 'one', query: new URLSearchParams('acks=1'), person, may })
  })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return (role) => new WebSocket(`ws://127.0.0.1:${address.port}/${role}`)
}

/** Sends the message; the code with which the server closes, or null if it had the effect first. */
async function sent(socket: WebSocket, message: object, effect: Promise<unknown>): Promise<number | null> {
  await once(socket, 'open')
  const closed = once(socket, 'close').then(([code]): number => code)
  socket.send(JSON.stringify(message))
  const outcome = await Promise.race([closed, effect.then(() => null)])
  socket.terminate()
  return outcome
}

describe('messages of a terminal', () => {
  let happened = Promise.withResolvers<void>()
  const happen = (): true => {
    happened.resolve()
    return true
  }
  const none = (): void => undefined
  const terminal = { attach: none, detach: none, type: happen, resize: happen, drained: happen }
  const messages: Readonly<Record<TerminalInput[0], TerminalInput>> = {
    stdin: ['stdin', 'ls\n'],
    set_size: ['set_size', 24, 80],
    ack: ['ack', 1],
  }
  const terminals = { has: () => true, get: () => terminal }
  test('the list is that of the contract', () => {
    const known = TerminalInput.options.map((option) => option.def.items[0].value)
    expect(Object.keys(messages)).toEqual(Object.keys(TERMINAL_ROLES))
    expect(known.toSorted()).toEqual(Object.keys(TERMINAL_ROLES).toSorted())
  })
  test.each(ROLES)('%s', async (role) => {
    const open = await serving(terminalRoute(terminals as never))
    for (const [name, required] of Object.entries(TERMINAL_ROLES)) {
      happened = Promise.withResolvers()
      const message = messages[name as TerminalInput[0]]
      const code = await sent(open(role), message, happened.promise)
      expect([name, code]).toEqual([name, mayActAs(role, required) ? null : close.forbidden])
    }
  })
})

const executeRequest = {
  msg_id: 'm',
  msg_type: 'execute_request',
  session: 's',
  username: '',
  date: '',
  version: '5.4',
}

describe('messages of a Jupyter client', () => {
  let happened = Promise.withResolvers<void>()
  const kernel = { clients: new Clients(), path: 'a.ipynb', receive: () => happened.resolve() }
  const kernels = { has: () => true, get: async () => kernel }
  test('the list is that of the contract', () => {
    const channel = ClientMessage.shape.channel.unwrap()
    expect(channel.options.toSorted()).toEqual(Object.keys(CHANNEL_ROLES).toSorted())
  })
  test.each(ROLES)('%s', async (role) => {
    const open = await serving(channelsRoute(kernels as never, () => undefined))
    for (const [channel, required] of Object.entries(CHANNEL_ROLES)) {
      happened = Promise.withResolvers()
      const code = await sent(
        open(role),
        { channel, header: executeRequest, content: { code: '1' } },
        happened.promise,
      )
      expect([channel, code]).toEqual([channel, mayActAs(role, required) ? null : close.forbidden])
    }
  })
  test('one whose connection was not taken is not read', async () => {
    let received = 0
    const connect: Clients['connect'] = (_, socket) => {
      endSocket(socket, 1013, 'This kernel has too many connections.')
      return 'client'
    }
    const full = { clients: { connect }, path: 'a.ipynb', receive: () => received++ }
    const open = await serving(
      channelsRoute({ has: () => true, get: async () => full } as never, () => undefined),
    )
    const socket = open('owner')
    socket.on('open', () => socket.send(JSON.stringify({ header: executeRequest })))
    const [code] = await once(socket, 'close')
    expect([code, received]).toEqual([1013, 0])
  })
})

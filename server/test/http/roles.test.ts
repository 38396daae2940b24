/** Every route, socket and socket message by every role and by a stranger: all of them, from the lists of the contract. */
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { CHANNEL_ROLES, COMMAND_ROLES, ROOM_MESSAGE_ROLES } from '../../contract/message-roles.ts'
import { mayActAs, ROLES, type Role, STANDINGS, type Standing } from '../../contract/route.ts'
import { routes, sockets } from '../../contract/routes.ts'
import { seconds } from '../../setup/patience.js'
import { Access } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { on } from '../../src/http/route.ts'
import { onSocket, Sockets } from '../../src/http/sockets.ts'
import { StaticFiles } from '../../src/http/static.ts'
import { People } from '../../src/people/people.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-roles-')))
const people = new People(folder)
const access = new Access({
  people,
  reach: { hosts: new Set(loopbackHosts), secureHosts: new Set(), publicOrigin: null },
  root: folder,
})
const anything = z.any()
/** A request that passed the check of roles comes this far, whatever it asks. */
const reached = { kind: 'refused', refusal: { code: 'reached', status: 418, message: 'reached' } } as const
const app = makeApp({
  access,
  routes: routes.map((spec) => {
    const lenient = { ...spec, params: anything, query: anything, body: anything }
    return { ...on(lenient, async () => reached), spec }
  }),
  client: new StaticFiles(join(folder, 'none')),
  logError: () => undefined,
})
const server = createServer(app)
const gate = new Sockets(
  access,
  sockets.map((spec) => onSocket({ ...spec, query: anything }, (socket) => socket.send('reached'))),
)
gate.listen(server)

const cookies = new Map<Standing, string>()
let host = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const role of ROLES) {
    const { cookie } = people.admit(role, role)
    cookies.set(role, access.setCookie(cookie).split(';')[0] ?? '')
  }
})
afterAll(() => {
  gate.close()
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

const concrete = (path: string): string => path.replace(/\{?\/?\*path\}?/, '/a').replace(/:\w+/g, 'abcd')
const headersOf = (standing: Standing): Record<string, string> => ({
  origin: `http://${host}`,
  ...(cookies.has(standing) ? { cookie: cookies.get(standing) ?? '' } : {}),
})

function statusOf(method: string, path: string, standing: Standing): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = send(
    `http://${host}${concrete(path)}`,
    { method, headers: headersOf(standing) },
    (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    },
  )
  asked.on('error', reject).end()
  return promise
}

function openedBy(path: string, standing: Standing): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const socket = new WebSocket(`ws://${host}${concrete(path)}`, { headers: headersOf(standing) })
  socket.on('message', () => {
    resolve(418)
    socket.terminate()
  })
  socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
  return promise
}

/** What a sender of this standing gets where `required` is needed. */
function expected(standing: Standing, required: Standing): number {
  if (STANDINGS.indexOf(standing) >= STANDINGS.indexOf(required)) return 418
  return standing === 'anyone' ? 401 : 403
}

describe.each(STANDINGS)('%s', (standing) => {
  test.each(routes.map(({ method, path, role }) => [method.toUpperCase(), path, role] as const))(
    '%s %s needs %s',
    async (method, path, role) => {
      expect(await statusOf(method, path, standing)).toBe(expected(standing, role))
    },
  )
  test.each(sockets.map(({ path, role }) => [path, role] as const))('WS %s needs %s', async (path, role) => {
    expect(await openedBy(path, standing)).toBe(expected(standing, role))
  })
})

const tables: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  room: ROOM_MESSAGE_ROLES,
  session: COMMAND_ROLES,
  channels: CHANNEL_ROLES,
}
test.each(Object.entries(tables))(
  'messages of the socket %s: each role may do what those below may',
  (_, table) => {
    for (const required of Object.values(table))
      for (const role of ROLES)
        expect(mayActAs(role, required)).toBe(ROLES.indexOf(role) >= ROLES.indexOf(required))
  },
)

test('only runners may make code run, answer its input, or touch the kernel', () => {
  for (const command of [
    'run',
    'interrupt',
    'input',
    'restart',
    'start',
    'shutdown',
    'comm',
    'cancel',
    'computeValue',
  ] as const)
    expect([command, COMMAND_ROLES[command]]).toEqual([command, 'runner'])
  for (const { method, path, role } of [...routes, ...sockets.map((one) => ({ ...one, method: 'ws' }))])
    if (
      /kernels|sessions|replay\/(?:jobs|apply)|channels/.test(path) &&
      !/me\/sessions|past/.test(path) &&
      method !== 'get'
    )
      expect([path, role]).toEqual([path, 'runner'])
})

describe('what changes while sockets are open', () => {
  const openSocket = async (cookie: string): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://${host}/api/rooms/abcd`, {
      headers: { origin: `http://${host}`, cookie },
    })
    await once(socket, 'message')
    return socket
  }
  const member = (name: string) => {
    const { person, cookie } = people.admit(name, 'editor')
    return { person, value: cookie, line: access.setCookie(cookie).split(';')[0] ?? '' }
  }

  test.each([
    ['removal', (id: string) => people.remove(id)],
    ['another role', (id: string) => people.changeRole(id, 'viewer')],
    ['a sign-out', (id: string) => people.endSessions(id, () => true)],
  ])('%s ends them within a second, whatever the client does', async (_, change) => {
    const { person, line } = member('Eve')
    const socket = await openSocket(line)
    // A client that reads nothing does not answer the close frame.
    socket.pause()
    const before = performance.now()
    change(person.id)
    const closed = Promise.withResolvers<number>()
    const look = setInterval(() => {
      if (gate.openCount === 0) closed.resolve(performance.now() - before)
    }, 5)
    const took = await closed.promise
    clearInterval(look)
    socket.terminate()
    expect(took).toBeLessThan(seconds(1))
  })
})

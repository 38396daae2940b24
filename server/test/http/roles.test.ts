/** Every route, socket and socket message by every role and by a stranger: all of them, from the lists of the contract. */
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import {
  CHANNEL_ROLES,
  COMMAND_ROLES,
  ROOM_MESSAGE_ROLES,
  TERMINAL_ROLES,
} from '../../contract/message-roles.ts'
import { mayActAs, ROLES, type Role, type RouteSpec, STANDINGS, type Standing } from '../../contract/route.ts'
import { routes, sockets } from '../../contract/routes.ts'
import { SUBJECT_FIELDS } from '../../contract/subjects.ts'
import { seconds } from '../../setup/patience.js'
import { Access } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { Places } from '../../src/http/places.ts'
import { on } from '../../src/http/route.ts'
import { Scopes } from '../../src/http/scope.ts'
import { onSocket, Sockets } from '../../src/http/sockets.ts'
import { StaticFiles } from '../../src/http/static.ts'
import { Grants } from '../../src/people/grants.ts'
import { People } from '../../src/people/people.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-roles-')))
const people = new People(folder)
const grants = new Grants(folder)
const access = new Access({
  people,
  grants,
  reach: { hosts: new Set(loopbackHosts), secureHosts: new Set(), publicOrigin: null },
  root: folder,
})
const anything = z.any()
/** Everything that a request names is at `abcd`, whatever it is. */
const there = { path: 'abcd', document: null }
const checkpoint = {
  checkpoint: 'abcd',
  name: 'before',
  notebook: 'abcd',
  at: '2026-01-01T00:00:00.000Z',
  actor: { id: 'ada', name: 'Ada' },
  run: null,
  state: `sha256:${'0'.repeat(64)}`,
}
const places = new Places({
  root: folder,
  index: {
    resolve: async (run) => ({ kind: 'found', run }),
    resolveSession: async (session) => [session],
    notebookOf: async () => 'path:abcd',
    notebook: async () => null,
    checkpoints: async () => [checkpoint],
  },
  live: () => null,
  open: async () => ({ ok: false, refusal: { code: 'missing', status: 404, message: 'none' } }),
  shows: () => true,
  openDocuments: async () => ['path:abcd'],
  documentOfKernel: () => 'path:abcd',
  kernelOfSession: async () => 'abcd',
  jobOf: () => ({ kind: 'since', run: 'abcd', prove: false }),
})
places.ofDocument = async () => there
const scopes = new Scopes(grants, places, people)
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
  scopes,
})
const server = createServer(app)
const gate = new Sockets(
  access,
  sockets.map((spec) =>
    onSocket({ ...spec, query: anything }, (socket, { may }) =>
      socket.send(ROLES.findLast((role) => may(role)) ?? 'none'),
    ),
  ),
  scopes,
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

const concrete = (path: string): string => path.replace(/\{?\/?\*path\}?/, '/abcd').replace(/:\w+/g, 'abcd')
const headersOf = (standing: Standing): Record<string, string> => ({
  origin: `http://${host}`,
  ...(cookies.has(standing) ? { cookie: cookies.get(standing) ?? '' } : {}),
})

interface Sent {
  readonly headers: Record<string, string>
  readonly query?: string
  readonly body?: string
}

function statusOf(method: string, path: string, { headers, query = '', body = '' }: Sent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const json = body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length }
  const asked = send(
    `http://${host}${concrete(path)}${query}`,
    { method, headers: { ...headers, ...json } },
    (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    },
  )
  asked.on('error', reject).end(body)
  return promise
}

/** The status of a refusal, or the role that the messages of the open socket have. */
function openedBy(path: string, headers: Record<string, string>): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>()
  const socket = new WebSocket(`ws://${host}${concrete(path)}`, { headers })
  socket.on('message', (data) => {
    resolve(String(data))
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
      expect(await statusOf(method, path, { headers: headersOf(standing) })).toBe(expected(standing, role))
    },
  )
  test.each(sockets.map(({ path, role }) => [path, role] as const))('WS %s needs %s', async (path, role) => {
    const wanted = mayActAs(standing, role) ? standing : expected(standing, role)
    expect(await openedBy(path, headersOf(standing))).toBe(wanted)
  })
})

/** A request that names something in each field that a route has for it. */
function naming({ path, query, body }: RouteSpec): {
  readonly names: boolean
  readonly sent: Omit<Sent, 'headers'>
} {
  const inQuery = fieldsOf(query).filter((name) => name in SUBJECT_FIELDS)
  const inBody = fieldsOf(body).filter((name) => name in SUBJECT_FIELDS && name !== 'kernel')
  const named = (fields: readonly string[]) => Object.fromEntries(fields.map((name) => [name, 'abcd']))
  const inPath = [...path.matchAll(/[:*](\w+)/g)].some(([, name = '']) => name in SUBJECT_FIELDS)
  const search = inQuery.length === 0 ? '' : `?${new URLSearchParams(named(inQuery))}`
  return {
    names: inPath || inQuery.length > 0 || inBody.length > 0,
    sent: { query: search, body: inBody.length === 0 ? '' : JSON.stringify(named(inBody)) },
  }
}

/** The fields of a schema, at any depth. */
function fieldsOf(schema: z.ZodType): readonly string[] {
  const found = new Set<string>()
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties' && typeof inner === 'object' && inner !== null)
        for (const name of Object.keys(inner)) found.add(name)
      collect(inner)
    }
  }
  collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  return [...found]
}

test('a field that names a place, a record or an object is known as one', () => {
  const inPaths = routes.flatMap(({ path }) => [...path.matchAll(/[:*](\w+)/g)].map(([, name = '']) => name))
  const fields = routes.flatMap(({ query, body }) => [...fieldsOf(query), ...fieldsOf(body)])
  const suspicious = /path|file|folder|notebook|document|session|checkpoint|digest|kernel|run|job/i
  const unknown = [...inPaths, ...fields].filter((name) => suspicious.test(name) && !(name in SUBJECT_FIELDS))
  // The logo of a kernelspec; files of a replay, which its session names; the wish for the id of a new kernel.
  expect([...new Set(unknown)].toSorted()).toEqual(['file', 'files', 'kernel_id'])
})

describe.each(['none', ...ROLES.filter((role) => role !== 'owner')] as const)('a grant of %s', (granted) => {
  describe.each(ROLES)('to a %s', (inProject) => {
    const headers: Record<string, string> = {}
    beforeAll(() => {
      const { person, cookie } = people.admit(inProject, inProject)
      grants.put(person.id, { kind: 'folder', path: 'abcd' }, granted, 'Ada')
      headers.origin = `http://${host}`
      headers.cookie = access.setCookie(cookie).split(';')[0] ?? ''
    })
    const here = inProject === 'owner' ? 'owner' : granted
    const expectedHere = (required: Standing): number => {
      if (here !== 'none') return expected(here, required)
      return mayActAs(inProject, required) ? 404 : 403
    }

    test('counts for each route that names something there, and for no other', async () => {
      for (const spec of routes) {
        const { names, sent } = naming(spec)
        const status = await statusOf(spec.method.toUpperCase(), spec.path, { headers, ...sent })
        const wanted = names ? expectedHere(spec.role) : expected(inProject, spec.role)
        expect([spec.method, spec.path, status]).toEqual([spec.method, spec.path, wanted])
      }
    })
    test('counts for each socket and its messages', async () => {
      for (const { path, role } of sockets) {
        const isNamed = (/:(\w+)/.exec(path)?.[1] ?? '') in SUBJECT_FIELDS
        const effective = isNamed ? here : inProject
        const refused = effective === 'none' ? 404 : mayActAs(effective, role) ? null : 403
        expect([path, await openedBy(path, headers)]).toEqual([path, refused ?? effective])
      }
    })
  })
})

test('a page for everyone does not look at its reader', async () => {
  const recognise = vi.spyOn(people, 'recognise')
  const open = routes.filter(({ ignoresSender }) => ignoresSender === true)
  for (const { method, path } of open)
    expect(await statusOf(method.toUpperCase(), path, { headers: headersOf('owner') })).toBe(418)
  expect(open).not.toHaveLength(0)
  for (const [cookie] of recognise.mock.calls) expect(cookie).toBeUndefined()
  recognise.mockRestore()
})

const tables: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  room: ROOM_MESSAGE_ROLES,
  session: COMMAND_ROLES,
  channels: CHANNEL_ROLES,
  terminal: TERMINAL_ROLES,
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

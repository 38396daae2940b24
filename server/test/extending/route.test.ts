/** docs/extending/route.md: a route is a file of the contract with its line, and a handler with its line. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apis, routes } from '../../contract/routes.ts'
import { httpApiPage } from '../../setup/http-api.ts'
import { Access } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { inListedOrder } from '../../src/http/mounted.ts'
import { on, type Route } from '../../src/http/route.ts'
import { People } from '../../src/people/people.ts'
import { callRoute } from '../http/call-route.ts'
import { greetingApi } from './route/greeting-api.ts'
import { greetingRoutes } from './route/greetings.ts'

// The lines.
const listed = [...routes, ...Object.values(greetingApi)]
const others = routes.map((spec): Route => on(spec, () => Promise.reject(new Error('another route'))))
const handlers = [...others, ...greetingRoutes()]

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-route-')))
const access = new Access({
  people: new People(folder),
  reach: { hosts: new Set(loopbackHosts), secureHosts: new Set(), publicOrigin: null },
  root: folder,
})
const logError = (what: string, error: unknown) => {
  throw new Error(what, { cause: error })
}
const server = createServer(makeApp({ access, listed, routes: handlers, client: null, logError }))
let address = ''

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  address = `http://127.0.0.1:${bound.port}`
})
afterAll(async () => {
  await new Promise((done) => server.close(done))
  rmSync(folder, { recursive: true })
})

const greet = (call: Parameters<typeof callRoute>[2]) =>
  callRoute(handlers, greetingApi.greet, { params: { name: 'Ada' }, body: {}, ...call })

test('the handler gets what the contract says', async () => {
  expect(await greet({ body: { loud: true } })).toMatchObject({ body: { text: 'HELLO ADA' } })
  expect(await greet({ body: { loud: 'very' } })).toMatchObject({ refusal: { status: 400 } })
})

test('the role of the contract decides', async () => {
  expect(await greet({ role: 'commenter' })).toMatchObject({ body: { text: 'Hello Ada' } })
  expect(await greet({ role: 'viewer' })).toMatchObject({ refusal: { status: 403 } })
})

test('the server serves it behind the gate', async () => {
  const { status } = await fetch(`${address}/api/greetings/Ada`, {
    method: 'POST',
    headers: { origin: address },
  })
  expect(status).toBe(401)
})

test('a route without a handler, or a handler without a route, does not start', () => {
  expect(() => inListedOrder(listed, others)).toThrow(
    'POST /api/greetings/:name is listed and has no handler',
  )
  expect(() => inListedOrder(routes, handlers)).toThrow('has a handler and is not listed')
})

test('its docs are written from the contract', async () => {
  const page = await httpApiPage({ ...apis, Greetings: greetingApi })
  expect(page).toContain('### `POST /api/greetings/:name`\n\nGreets a person.\n\n- Role: `commenter`')
})

import { expect, test } from 'vitest'
import { connectionApi, HIDDEN } from '../../contract/connections.ts'
import { connectionRoutes } from '../../src/http/routes/connections.ts'
import { callRoute } from './call-route.ts'

const learned: string[] = []
const routes = connectionRoutes({ learn: (values) => void learned.push(...values) })

test('the page saves, lists and removes connections, and never gets a password', async () => {
  const params = { name: 'shop' }
  const body = { url: 'postgresql://ann:sekret-word@db.example/shop' }
  const saved = await callRoute(routes, connectionApi.saveConnection, { params, body })
  expect(saved).toMatchObject({
    kind: 'json',
    body: { connections: [{ name: 'shop', url: `postgresql://ann:${HIDDEN}@db.example/shop` }] },
  })
  expect(JSON.stringify(await callRoute(routes, connectionApi.connections))).not.toContain('sekret')
  expect(learned).toEqual(['sekret-word'])
  const moved = { url: `postgresql://ann:${HIDDEN}@evil.example/shop` }
  expect(await callRoute(routes, connectionApi.saveConnection, { params, body: moved })).toMatchObject({
    refusal: { code: 'passwordNeeded', status: 409 },
  })
  expect(await callRoute(routes, connectionApi.removeConnection, { params })).toMatchObject({
    body: { connections: [] },
  })
  expect(await callRoute(routes, connectionApi.removeConnection, { params })).toMatchObject({
    refusal: { status: 404 },
  })
})

test.each([
  [{ name: '../x' }, { url: 'sqlite://' }],
  [{ name: 'a' }, { url: 'no url' }],
  [{ name: 'a' }, { url: `sqlite:///${'x'.repeat(3000)}` }],
  [{ name: 'a' }, { url: 'sqlite:///a\nb' }],
  [{ name: 'a' }, {}],
])('hostile input is refused: %j', async (params, body) => {
  expect(await callRoute(routes, connectionApi.saveConnection, { params, body })).toMatchObject({
    refusal: { status: 400 },
  })
})

test('only the owner sees where databases are', async () => {
  expect(await callRoute(routes, connectionApi.connections, { role: 'runner' })).toMatchObject({
    refusal: { status: 403 },
  })
})

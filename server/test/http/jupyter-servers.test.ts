import { expect, test } from 'vitest'
import { jupyterServerApi } from '../../contract/jupyter-servers.ts'
import { jupyterServerRoutes } from '../../src/http/routes/jupyter-servers.ts'
import { callRoute } from './call-route.ts'

const learned: string[] = []
const routes = jupyterServerRoutes({ learn: (values) => void learned.push(...values) })
const params = { id: 'lab' }
const body = { title: 'Lab', url: 'http://127.0.0.1:9/lab', token: 'sekret-token', timeoutMs: 500 }

test('the page saves, tests, lists and removes servers, and never gets a token', async () => {
  const saved = await callRoute(routes, jupyterServerApi.saveJupyterServer, { params, body })
  expect(saved).toMatchObject({
    kind: 'json',
    body: { servers: [{ id: 'lab', url: 'http://127.0.0.1:9/', hasToken: true, hasCa: false }] },
  })
  const listed = await callRoute(routes, jupyterServerApi.jupyterServers)
  expect(JSON.stringify([saved, listed])).not.toContain('sekret')
  expect(learned).toEqual(['sekret-token'])
  const { token: _, ...again } = body
  expect(await callRoute(routes, jupyterServerApi.testJupyterServer, { params, body: again })).toMatchObject({
    body: { kernels: [], problem: 'Lab cannot be reached: nothing listens at its address.' },
  })
  expect(await callRoute(routes, jupyterServerApi.removeJupyterServer, { params })).toMatchObject({
    body: { servers: [] },
  })
  expect(await callRoute(routes, jupyterServerApi.removeJupyterServer, { params })).toMatchObject({
    refusal: { status: 404 },
  })
})

test.each([
  [{ id: '../x' }, body],
  [params, { ...body, url: 'http://ann:word@host/' }],
  [params, { ...body, token: 'a\nb' }],
  [params, { ...body, ca: 'no certificate' }],
  [params, { ...body, timeoutMs: 1 }],
  [params, {}],
])('hostile input is refused: %j', async (id, draft) => {
  expect(
    await callRoute(routes, jupyterServerApi.saveJupyterServer, { params: id, body: draft }),
  ).toMatchObject({ refusal: { status: 400 } })
})

test('only the owner sees where the servers are', async () => {
  expect(await callRoute(routes, jupyterServerApi.jupyterServers, { role: 'runner' })).toMatchObject({
    refusal: { status: 403 },
  })
})

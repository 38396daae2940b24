/** Health, readiness and metrics. */
import { expect, test } from 'vitest'
import { operationsApi } from '../../contract/operations-api.ts'
import { Metrics } from '../../src/http/metrics.ts'
import { operationsRoutes } from '../../src/http/routes/operations.ts'
import { callRoute } from './call-route.ts'

const sound = { kind: 'sound', message: null } as const
const measured = {
  version: '1.2.3',
  sockets: () => 7,
  kernels: () => new Map([['idle', 2]]),
  queued: () => 3,
}

test('it is alive, and ready while the history is sound', async () => {
  const routes = operationsRoutes({ state: sound }, new Metrics(measured), () => false)
  expect(await callRoute(routes, operationsApi.live, { role: 'anyone' })).toMatchObject({
    body: { status: 'ok' },
  })
  expect(await callRoute(routes, operationsApi.ready, { role: 'anyone' })).toMatchObject({
    body: { status: 'ready', reasons: [] },
  })
})

test.each([
  [{ kind: 'gone', message: 'its folder was removed' } as const, false, 'the history is gone'],
  [sound, true, 'the server is stopping'],
])('it is not ready (%#)', async (state, isStopping, reason) => {
  const routes = operationsRoutes({ state }, new Metrics(measured), () => isStopping)
  expect(await callRoute(routes, operationsApi.ready, { role: 'anyone' })).toMatchObject({
    status: 503,
    body: { status: 'not ready', reasons: [reason] },
  })
})

test('metrics need a token, and are in the text format of Prometheus', async () => {
  const metrics = new Metrics(measured)
  metrics.answered({ method: 'get', route: '/api/runs/:run', status: 200, ms: 15 })
  const routes = operationsRoutes({ state: sound }, metrics, () => false)
  expect(await callRoute(routes, operationsApi.metrics, { role: 'anyone' })).toMatchObject({
    refusal: { status: 401 },
  })
  const reply = await callRoute(routes, operationsApi.metrics)
  if (reply.kind !== 'bytes') throw new Error('no text')
  const text = String(reply.body)
  expect(text).toContain('yesterday_info{version="1.2.3"} 1')
  expect(text).toContain('yesterday_open_sockets 7')
  expect(text).toContain('yesterday_kernels{state="idle"} 2')
  expect(text).toContain('yesterday_queued_runs 3')
  expect(text).toMatch(
    /yesterday_http_request_duration_seconds_bucket\{le="0\.02",method="get",route="\/api\/runs\/:run",status="200"\} 1/,
  )
  for (const line of text.split('\n')) expect(line).toMatch(/^(#.*|[a-z0-9_]+(\{.*\})? \S+|)$/i)
})

/** Jobs by themselves, with work that the test ends: looking, waiting, stopping, failing, too many. */
import { expect, test } from 'vitest'
import type { JobRequest } from '../../contract/replay.ts'
import { replayApi } from '../../contract/replay-api.ts'
import type { RouteSpec } from '../../contract/route.ts'
import type { RawCall } from '../../src/http/route.ts'
import { replayRoutes } from '../../src/http/routes/replay.ts'
import { Jobs, type PerformJob } from '../../src/replay/jobs.ts'
import { refused } from '../../src/replay/targets.ts'
import { callRoute } from '../http/call-route.ts'

const request: JobRequest = { kind: 'since', run: 'abcd', prove: false }
const noPlan = async () => refused('no-run', 'there is no run', 'See the log.')

/** Work that goes on until it is aborted. */
function work() {
  const ended = Promise.withResolvers<Awaited<ReturnType<PerformJob>>>()
  const signals: AbortSignal[] = []
  const reports: Parameters<PerformJob>[1]['onProgress'][] = []
  const jobs = new Jobs((_, { signal, onProgress }) => {
    signals.push(signal)
    reports.push(onProgress)
    signal.addEventListener('abort', () => ended.resolve({}))
    return ended.promise
  })
  return {
    jobs,
    ended,
    signals,
    report: (now: string) => reports[0]?.({ done: 1, total: 2, now, verdicts: [] }),
  }
}

test('a look waits for news, and for no longer than its limit', async () => {
  const { jobs, report, ended } = work()
  const job = jobs.start(request)
  expect(job).toMatchObject({ state: 'running', revision: 1 })
  const looking = jobs.look(job?.id ?? '', 1, 60_000)
  report('cell 1')
  expect(await looking).toMatchObject({ revision: 2, progress: { now: 'cell 1' } })
  expect(await jobs.look(job?.id ?? '', 2, 1)).toMatchObject({ revision: 2, state: 'running' })
  ended.resolve({})
  expect(await jobs.look(job?.id ?? '', 2, 60_000)).toMatchObject({ state: 'done' })
  expect(await jobs.look('unknown', null, 0)).toBeNull()
})

test('stopped, refused and thrown are distinguished', async () => {
  const { jobs, signals } = work()
  const { id = '' } = jobs.start(request) ?? {}
  jobs.stop(id)
  expect(signals[0]?.aborted).toBe(true)
  expect(await jobs.look(id, 1, 60_000)).toMatchObject({ state: 'stopped' })
  const refusing = new Jobs(async () => refused('no-run', 'there is no run', 'See the log.'))
  const started = refusing.start(request)
  expect(await refusing.look(started?.id ?? '', 1, 60_000)).toMatchObject({
    state: 'failed',
    problem: { code: 'no-run', hint: 'See the log.' },
  })
  const broken = new Jobs(() => Promise.reject(new Error('a disk is full')))
  const failed = broken.start(request)
  expect(await broken.look(failed?.id ?? '', 1, 60_000)).toMatchObject({
    state: 'failed',
    problem: { message: 'a disk is full' },
  })
})

test('few run at a time, and closing ends them', async () => {
  const { jobs } = work()
  for (let count = 0; count < 4; count++) expect(jobs.start(request)).not.toBeNull()
  expect(jobs.start(request)).toBeNull()
  await jobs.close()
  expect(jobs.list().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped', 'stopped'])
})

test('the routes take what the contract says, and no more', async () => {
  const { jobs } = work()
  const routes = replayRoutes(jobs, noPlan, {
    apply: async () => [],
    diff: async () => ({ parts: [], rest: 0, why: null }),
  })
  const ask = (spec: RouteSpec, call: Partial<RawCall>) => callRoute(routes, spec, call)
  expect(await ask(replayApi.start, { body: request })).toMatchObject({
    kind: 'json',
    status: 202,
  })
  expect(await ask(replayApi.start, { body: { kind: 'rewrite' } })).toMatchObject({
    refusal: { status: 400 },
  })
  expect(await ask(replayApi.start, { body: request, role: 'viewer' })).toMatchObject({
    refusal: { status: 403 },
  })
  expect(await ask(replayApi.look, { params: { job: 'none' } })).toMatchObject({
    refusal: { status: 404 },
  })
  const target = { kind: 'run', run: 'ffff' }
  expect(await ask(replayApi.plan, { body: { target } })).toMatchObject({
    refusal: { status: 404, code: 'no-run' },
  })
  await jobs.close()
})

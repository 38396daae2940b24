import { expect, test } from 'vitest'
import type { Actor } from '../../contract/actor.ts'
import { Machines, machineApi } from '../../contract/machines.ts'
import type { MachineParts } from '../../src/http/routes/machines.ts'
import { machineRoutes } from '../../src/http/routes/machines.ts'
import { Meter } from '../../src/machines/meter.ts'
import { callRoute } from './call-route.ts'

const ada = { id: 'user:ada', name: 'Ada' }
const host = { kernel: { state: 'idle', displayName: 'Python' }, session: 's' }

/** `starter`: as the log has it; null as in a history of earlier versions. */
function parts(starter: Actor | null = null): {
  readonly parts: MachineParts
  readonly stopped: unknown[]
  readonly asked: string[]
} {
  const [stopped, asked] = [[] as unknown[], [] as string[]]
  const session = {
    view: () => host,
    kernel: { here: { pid: process.pid }, address: { startedAt: '2026-01-01T00:00:00.000Z' } },
    shutdown: (actor: unknown) => {
      stopped.push(actor)
      return null
    },
  }
  const made: unknown = {
    meter: new Meter('.'),
    sessions: { withKernel: () => ['doc'], of: () => session },
    index: {
      sessionStarted: async (id: string) => {
        asked.push(id)
        return { actor: starter }
      },
      timeline: async () => ({ runs: [{ run: 'r1' }] }),
      summaries: async () => [{ run: 'r1', actor: ada }],
    },
    pathOf: () => 'a.ipynb',
  }
  // Only these members are used.
  return { parts: made as MachineParts, stopped, asked }
}

test('kernels are listed with who started them and what they use; a person stops one', async () => {
  const { parts: given, stopped, asked } = parts()
  const routes = machineRoutes(given)
  const reply = await callRoute(routes, machineApi.machines, { role: 'viewer' })
  const { kernels } = Machines.parse(reply.kind === 'json' ? reply.body : null)
  expect(kernels).toMatchObject([
    { document: 'doc', path: 'a.ipynb', state: 'idle', startedBy: ada, displayName: 'Python' },
  ])
  if (process.platform !== 'win32') expect(kernels[0]?.use?.memory).toBeGreaterThan(0)
  await callRoute(routes, machineApi.machines)
  expect(asked).toEqual(['s'])
  const params = { document: 'doc' }
  expect(await callRoute(routes, machineApi.stopKernel, { params })).toMatchObject({ kind: 'empty' })
  expect(stopped).toEqual([{ id: 'user:ada', name: 'Ada' }])
  expect(await callRoute(routes, machineApi.stopKernel, { params: { document: 'other' } })).toMatchObject({
    refusal: { status: 409 },
  })
  expect(await callRoute(routes, machineApi.stopKernel, { params, role: 'editor' })).toMatchObject({
    refusal: { status: 403 },
  })
})

test('who started a kernel is not who ran its first cell', async () => {
  const bob = { id: 'user:bob', name: 'Bob' }
  const reply = await callRoute(machineRoutes(parts(bob).parts), machineApi.machines)
  const { kernels } = Machines.parse(reply.kind === 'json' ? reply.body : null)
  expect(kernels[0]?.startedBy).toEqual(bob)
})

/** A new provider is one file and one line (docs/extending/kernel-providers.md). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createKernels, type Kernels } from '../../src/index.ts'
import { run } from '../real-kernels.ts'
import { signer } from '../signer.ts'
import { withEcho } from './provider/list.ts'

let dir: string
let kernels: Kernels

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'yk-'))
  kernels = createKernels({ runtimeDir: dir, signer }, withEcho)
})
afterEach(async () => {
  await kernels.close()
  await rm(dir, { recursive: true, force: true })
})

const startEcho = () => kernels.start({ specName: 'echo@cave', cwd: dir })

it('offers its kernels and its places next to the others', async () => {
  expect(await kernels.places()).toEqual([{ provider: 'echo', id: 'cave', title: 'The cave', problem: null }])
  expect((await kernels.specs()).at(-1)).toMatchObject({ name: 'echo@cave', where: { id: 'cave' } })
})

it('starts a kernel that runs, and finds it again by its address', async () => {
  const kernel = await startEcho()
  const heard: unknown[] = []
  kernel.on('message', ({ content }) => heard.push(content))
  expect(await run(kernel, 'hello')).toMatchObject({ status: 'ok' })
  expect(heard).toEqual([{ name: 'stdout', text: 'hello' }])
  const found = await kernels.find(JSON.parse(JSON.stringify(kernel.address)))
  expect(found?.kernel).toBe(kernel)
  expect(await kernels.ownership(kernel.address)).toBe('free')
  expect(await kernels.end(kernel.address)).toBe(true)
  expect(await kernels.find(kernel.address)).toBeNull()
})

it('is refused for a replay, since its kernels have no sandbox', async () => {
  const start = kernels.start({ specName: 'echo@cave', cwd: dir, wrap: async ({ argv }) => argv })
  await expect(start).rejects.toMatchObject({ reason: 'no-sandbox' })
})

it('knows no kernel of a provider that is not here', async () => {
  const { address } = await startEcho()
  const strange = { ...address, provider: 'teleport' }
  expect(await kernels.find(strange)).toBeNull()
  expect(await kernels.salvage(strange)).toEqual([])
  expect(await kernels.ownership(strange)).toBe('unknown')
  expect(await kernels.end(strange)).toBe(false)
  await kernels.forget(strange)
  await expect(kernels.start({ specName: 'echo@moon', cwd: dir })).rejects.toMatchObject({
    reason: 'unknown-spec',
    message: expect.stringContaining('echo@cave'),
  })
})

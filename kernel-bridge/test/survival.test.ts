/** A server is killed while a cell runs; the next one finds the kernel and misses nothing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  AgentRecord,
  createKernels,
  type KernelAddress,
  type KernelHereProcess,
  type Kernels,
} from '../src/index.ts'
import { isRunning } from '../src/process-identity.ts'
import { listenTo, python, run, shownValue, textOf, whySkipped } from './real-kernels.ts'
import { signer } from './signer.ts'

const program = new URL('server-process.ts', import.meta.url).pathname

describe.skipIf(python === null)(`a kernel whose server was killed${whySkipped}`, () => {
  let dir: string
  let signalFile: string
  let server: ChildProcess
  let address: KernelAddress
  let pid: number
  let spoolDir: string
  let kernels: Kernels

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    signalFile = join(dir, 'go')
    const runtimeDir = join(dir, 'run')
    server = spawn(process.execPath, [program, python ?? '', runtimeDir, dir, signalFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const started = await firstLine(server)
    address = started.address
    pid = started.here.pid
    spoolDir = join(started.here.folder, 'spool')
    kernels = createKernels({
      runtimeDir,
      signer,
      interpreters: [{ name: 'tested', displayName: 'Tested Python', python: python ?? '' }],
    })
  })
  afterEach(async () => {
    await killServer(server)
    await kernels.close({ shutdown: true })
    // A test may have left it without an owner.
    if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })

  it('goes on, emits missed messages once, and its running execution settles', async () => {
    await killServer(server)
    const found = await kernels.find(address)
    if (found === null) throw new Error('The kernel was not found')
    const { kernel, spooled, running } = found
    expect(kernel.id).toBe(address.kernelId)
    expect(kernel.here?.pid).toBe(pid)
    expect(kernel.status).toBe('busy')
    expect(spooled.map(({ runId, finished }) => [runId, finished])).toEqual([
      ['first', true],
      ['second', false],
    ])
    expect(running?.runId).toBe('second')
    const records: unknown[] = []
    kernel.on('record', (record) => records.push(record))
    const heard = listenTo(kernel)
    await writeFile(signalFile, '')
    expect(await running?.execution.done).toMatchObject({ status: 'ok', executionCount: 2 })
    const all = [...(spooled[1]?.messages ?? []), ...heard.messages]
    expectWhole(textOf(all, running?.execution.msgId))
    const ids = all.filter(({ channel }) => channel === 'iopub').map(({ header }) => header.msg_id)
    expect(new Set(ids).size).toBe(ids.length)
    await vi.waitFor(() => expect(records.map((record) => AgentRecord.parse(record).run)).toEqual(['second']))
    expect(await shownValue(kernel, '(x, y)')).toBe('(41, 42)')
    expect(kernel.status).toBe('idle')
  })

  it('keeps the outputs, record and outcome of a run that ended while no server listened', async () => {
    await killServer(server)
    await writeFile(signalFile, '')
    await vi.waitFor(() => stat(join(spoolDir, 'second.record.json')))
    const found = await kernels.find(address)
    const [, second] = found?.spooled ?? []
    expect(second).toMatchObject({ runId: 'second', finished: true, outcome: { status: 'ok' } })
    expect(AgentRecord.parse(second?.record)).toMatchObject({ run: 'second', cell: 'c2', outcome: 'ok' })
    expect(found?.running).toBeNull()
    if (found === null) throw new Error('The kernel was not found')
    const heard = listenTo(found.kernel)
    expect(await shownValue(found.kernel, 'y')).toBe('42')
    const said = [...(second?.messages ?? []), ...heard.messages]
    expectWhole(textOf(said, 'execute-second'))
  })

  it('is forgotten run by run as they are acknowledged', async () => {
    await killServer(server)
    await writeFile(signalFile, '')
    const found = await kernels.find(address)
    if (found === null) throw new Error('The kernel was not found')
    await found.running?.execution.done
    found.kernel.acknowledge('first')
    found.kernel.acknowledge('second')
    // The objects of the runs stay for the next server; of the runs themselves nothing is left.
    const left = () => readdirSync(spoolDir).filter((name) => name !== 'objects')
    await vi.waitFor(() => expect(left()).toEqual([]))
  })

  it('is interrupted, restarted and shut down by the server that found it', async () => {
    await killServer(server)
    const found = await kernels.find(address)
    if (found === null) throw new Error('The kernel was not found')
    const { kernel, running } = found
    await kernel.interrupt()
    expect(await running?.execution.done).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
    expect(await shownValue(kernel, 'x')).toBe('41')
    await kernel.restart()
    expect(await run(kernel, 'x')).toMatchObject({ status: 'error', ename: 'NameError' })
    await kernel.shutdown()
    expect(existsSync(join(dir, 'run', kernel.id))).toBe(false)
  })

  it('is gone when it was killed too: its open run is salvaged as died, with what it said', async () => {
    await killServer(server)
    const said = () => readFile(join(spoolDir, 'second.frames'), 'utf8')
    await vi.waitFor(async () => expect(await said()).toContain(JSON.stringify('0\n').slice(1, -1)))
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => expect(await kernels.find(address)).toBeNull())
    const spooled = await kernels.salvage(address)
    expect(spooled).toMatchObject([
      { runId: 'first', finished: true, outcome: { status: 'ok' } },
      { runId: 'second', cellId: 'c2', finished: true, outcome: { status: 'died' } },
    ])
    expect(textOf(spooled[1]?.messages ?? [])).toMatch(/^0\n/)
  })

  it('ends the kernels that waited for that server, and no other', async () => {
    server.stdin?.write('ready one\n')
    const other = async () => {
      const found = (await kernels.list()).find(({ kernelId }) => kernelId !== address.kernelId)
      if (found?.pid == null) throw new Error('It does not run yet')
      return found
    }
    const waiting = await vi.waitFor(other)
    expect(waiting.ownership).toBe('owned')
    await killServer(server)
    expect(await kernels.ownership(waiting)).toBe('orphaned')
    expect(await kernels.ownership(address)).toBe('free')
    expect(await kernels.endOrphans()).toBe(1)
    expect(existsSync(join(dir, 'run', waiting.kernelId))).toBe(false)
    expect(isRunning(waiting.pid ?? 0)).toBe(false)
    expect(isRunning(pid)).toBe(true)
    expect(await kernels.find(address)).not.toBeNull()
  })
})

/** It counted from 0 without a gap or a repetition, and said `end`. */
function expectWhole(text: string): void {
  const lines = text.trimEnd().split('\n')
  expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).map((_, index) => String(index)))
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.at(-1)).toBe('end')
}

async function killServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
}

async function firstLine(server: ChildProcess): Promise<{ address: KernelAddress; here: KernelHereProcess }> {
  if (server.stdout === null) throw new Error('The server has no standard output')
  for await (const line of createInterface({ input: server.stdout })) return JSON.parse(line)
  throw new Error('The server ended before it printed its kernel')
}

/** Programs that are killed leave kernels, open runs and scratch copies: the next one in the folder ends them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning } from '@yesterday/kernel-bridge/process-identity'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openKernels } from '../../src/setup/open-kernels.ts'
import { openStoreToRead } from '../../src/store/open-store.ts'
import { yesterday } from '../cli/program.ts'
import { makeProject, python, whySkipped } from './house.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const cells = {
  a: 'x = 41',
  b: 'open("begun", "w").close()\nimport time\nprint("said", flush=True)\ntime.sleep(600)',
}

describe.skipIf(python === null)(`a killed program${whySkipped}`, () => {
  let root = ''
  let child: ChildProcess | null = null
  beforeEach(async () => {
    root = await makeProject(cells)
  })
  afterEach(async () => {
    child?.kill('SIGKILL')
    await yesterday(root, 'kernels', '--stop', '--all')
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  const begin = (...words: readonly string[]): ChildProcess => {
    child = spawn(process.execPath, [program, ...words], { cwd: root, stdio: 'ignore' })
    return child
  }
  const kill = async (begun: ChildProcess): Promise<void> => {
    const ended = once(begun, 'exit')
    begun.kill('SIGKILL')
    await ended
  }
  const list = () => openKernels(root, { interpreters: [] }).list()
  const files = (...below: readonly string[]) => readdir(join(root, ...below)).catch((): string[] => [])
  async function openSessions() {
    const store = openStoreToRead({ root })
    const open = await store.index.openSessions()
    await store.close()
    return open
  }
  async function outcomes(): Promise<readonly string[]> {
    const store = openStoreToRead({ root })
    const { runs } = await store.index.page({ replays: true })
    const open = await store.index.openSessions()
    await store.close()
    expect(open).toEqual([])
    return runs.map(({ cellId, outcome }) => `${cellId} ${outcome}`).reverse()
  }
  /** `yesterday run`, killed while its second cell runs; the kernel's process. */
  async function killedRun(): Promise<number> {
    const begun = begin('run', 'a.ipynb')
    await vi.waitFor(async () => expect(await files()).toContain('begun'), { interval: 100 })
    const [kernel] = await list()
    expect(kernel?.ownership).toBe('owned')
    await kill(begun)
    const [left] = await list()
    expect(left?.ownership).toBe('orphaned')
    expect(isRunning(left?.pid ?? 0)).toBe(true)
    return left?.pid ?? 0
  }

  async function expectNothingLeft(pid: number): Promise<void> {
    expect(isRunning(pid)).toBe(false)
    expect(await outcomes()).toEqual(['a ok', 'b died'])
    expect(await files('.yesterday', 'kernels')).toEqual([])
    expect(await files('.yesterday', 'scratch')).toEqual([])
  }

  test('whatever command comes next ends what it left, with its runs', async () => {
    const pid = await killedRun()
    const { code, out } = await yesterday(root, 'log', '--json')
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(2)
    await expectNothingLeft(pid)
  })

  test('"kernels --stop" ends what it left, and says so', async () => {
    const pid = await killedRun()
    const { code, out } = await yesterday(root, 'kernels', '--stop', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ sessions: [], orphans: { sessions: 1, kernels: 1, scratch: 0 } })
    await expectNothingLeft(pid)
  })

  test('a kernel that a program has at work is left alone, and can be stopped by its session', async () => {
    const begun = begin('run', 'a.ipynb')
    await vi.waitFor(async () => expect(await files()).toContain('begun'), { interval: 100 })
    const listed = await yesterday(root, 'kernels', '--json')
    const [open] = JSON.parse(listed.out).kernels
    expect(open).toMatchObject({ alive: true, runs: [expect.any(String)] })
    expect((await yesterday(root, 'kernels', '--stop')).out).toContain('No killed program left anything')
    expect(isRunning(open.pid)).toBe(true)
    expect((await yesterday(root, 'kernels', '--stop', 'ffff')).code).toBe(2)
    const ended = once(begun, 'exit')
    const stopped = await yesterday(root, 'kernels', '--stop', open.session, '--json')
    expect(JSON.parse(stopped.out).sessions).toMatchObject([{ session: open.session, ran: true }])
    expect(await ended).toEqual([1, null])
    await expectNothingLeft(open.pid)
  })

  test('a replay that is killed leaves no kernel, no open session and no copy', async () => {
    const quick = await makeProject({ a: 'x = 41', b: 'import time\ntime.sleep(float(open("long").read()))' })
    await rm(root, { recursive: true })
    root = quick
    const { writeFile } = await import('node:fs/promises')
    await writeFile(join(root, 'long'), '0.3')
    expect((await yesterday(root, 'run', 'a.ipynb')).code).toBe(0)
    const begun = begin('replay', 'a.ipynb')
    await vi.waitFor(
      async () => {
        expect(await files('.yesterday', 'scratch')).not.toEqual([])
        expect(await openSessions()).toHaveLength(1)
      },
      { interval: 5 },
    )
    const pid = (await list())[0]?.pid ?? 0
    await kill(begun)
    const fsck = await yesterday(root, 'fsck', '--json')
    expect(JSON.parse(fsck.out)).toMatchObject({
      problems: [],
      // An isolated kernel ends with the program that started it, at times before the test looks.
      ended: { sessions: 1, scratch: 1 },
    })
    expect(isRunning(pid)).toBe(false)
    expect(await files('.yesterday', 'kernels')).toEqual([])
    expect(await files('.yesterday', 'scratch')).toEqual([])
    await outcomes()
  })
})

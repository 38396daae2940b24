/** The entry point to kernels: who gets which process, what is on disk, who finds it again. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agentFolder } from '../src/agent-code.ts'
import { createKernels, type Kernel, type KernelsOptions } from '../src/index.ts'
import { readFacts } from '../src/kernel-facts.ts'
import { kernelFolder } from '../src/kernel-folder.ts'
import { isRunning } from '../src/process-identity.ts'
import {
  listenTo,
  python,
  realKernels,
  run,
  shownValue,
  specName,
  textOf,
  whySkipped,
} from './real-kernels.ts'
import { signer } from './signer.ts'

/** A kernel that runs nothing and answers that all went well. */
const PARROT = `from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Parrot(Kernel):
    implementation = language = banner = "parrot"
    implementation_version = language_version = "1"
    language_info = {"name": "parrot", "mimetype": "text/plain", "file_extension": ".txt"}

    def do_execute(self, code, silent, *args, **kwargs):
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

IPKernelApp.launch_instance(kernel_class=Parrot)
`

describe.skipIf(python === null)(`the door to kernels${whySkipped}`, () => {
  let bridge: Awaited<ReturnType<typeof realKernels>>

  beforeEach(async () => {
    bridge = await realKernels()
  })
  afterEach(() => bridge.end())

  /** Another server over the same folder. */
  const another = (options: Partial<KernelsOptions> = {}) =>
    createKernels({
      runtimeDir: join(bridge.dir, 'run'),
      signer,
      interpreters: [{ name: specName, displayName: 'Tested Python', python: python ?? '' }],
      ...options,
    })
  const folderOf = (kernel: Kernel): string => join(bridge.dir, 'run', kernel.id)

  it('hands a waiting kernel out once', async () => {
    const options = { specName, cwd: bridge.dir, prewarm: false }
    bridge.kernels.prewarm(options)
    const [one, other] = await Promise.all([bridge.kernels.start(options), bridge.kernels.start(options)])
    expect(one.id).not.toBe(other.id)
    await run(one, 'mine = 1')
    expect(await run(other, 'mine')).toMatchObject({ status: 'error', ename: 'NameError' })
  })

  it('does not hand out a waiting kernel that died', async () => {
    const options = { specName, cwd: bridge.dir }
    const first = await bridge.kernels.start(options)
    const waiting = await vi.waitFor(async () => {
      const ready = (id: string): boolean => existsSync(join(bridge.dir, 'run', id, 'kernel.json'))
      const others = (await bridge.kernels.list()).filter(({ kernelId }) => kernelId !== first.id)
      const pid = others.find(({ kernelId }) => ready(kernelId))?.pid
      if (pid == null) throw new Error('None waits yet')
      return pid
    })
    process.kill(waiting, 'SIGKILL')
    const second = await bridge.kernels.start({ ...options, prewarm: false })
    expect(second.here?.pid).not.toBe(waiting)
    expect(await shownValue(second, '1')).toBe('1')
  })

  it('ends a kernel whose folder was removed when it closes, and leaves the others', async () => {
    const options = { specName, cwd: bridge.dir, prewarm: false }
    const kernels = another()
    const [lost, left] = [await kernels.start(options), await kernels.start(options)]
    lost.outlive()
    left.outlive()
    await rm(folderOf(lost), { recursive: true })
    await kernels.close()
    expect(isRunning(lost.here?.pid ?? 0)).toBe(false)
    const found = await bridge.kernels.find(left.address)
    expect(found?.kernel.id).toBe(left.id)
  })

  it('ends a kernel that is still starting when the door is closed', async () => {
    const starting = bridge.kernels.start({ specName, cwd: bridge.dir, prewarm: false })
    const refused = expect(starting).rejects.toThrow('the server is stopping')
    const pid = await vi.waitFor(async () => {
      const [only] = await bridge.kernels.list()
      if (only?.pid == null) throw new Error('It does not run yet')
      return only.pid
    })
    await bridge.kernels.close()
    await refused
    expect(isRunning(pid)).toBe(false)
    expect(await readdir(join(bridge.dir, 'run'))).toEqual([])
  })

  it.skipIf(process.platform === 'win32')(
    'keeps its folder from others, and its key out of the address',
    async () => {
      const kernel = await bridge.start()
      const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777
      expect(await mode(folderOf(kernel))).toBe(0o700)
      for (const file of ['connection.json', 'kernel.json', 'stdout.log', 'stderr.log']) {
        expect([file, await mode(join(folderOf(kernel), file))]).toEqual([file, 0o600])
      }
      await run(kernel, 'print("spooled")', 'spooled')
      const spooled = await vi.waitFor(async () => {
        const names = await readdir(join(folderOf(kernel), 'spool'))
        expect(names).toEqual(expect.arrayContaining(['spooled.frames', 'spooled.record.json']))
        return names
      })
      for (const name of spooled) {
        const isFolder = (await stat(join(folderOf(kernel), 'spool', name))).isDirectory()
        expect([name, await mode(join(folderOf(kernel), 'spool', name))]).toEqual([
          name,
          isFolder ? 0o700 : 0o600,
        ])
      }
      const { key } = JSON.parse(await readFile(join(folderOf(kernel), 'connection.json'), 'utf8'))
      expect(JSON.stringify(kernel.address)).not.toContain(key)
    },
  )

  it('hides the variables of a kernel from readers of its folder, and gives them to the next server', async () => {
    const kernel = await bridge.start({ SHOP_PASSWORD: 'correct-horse-9' })
    const folder = folderOf(kernel)
    for (const file of await readdir(folder)) {
      const bytes = await readFile(join(folder, file)).catch(() => Buffer.alloc(0))
      expect([file, bytes.includes('correct-horse-9')]).toEqual([file, false])
      const decoded = Buffer.from(bytes.toString().replaceAll('"', ''), 'base64')
      expect([file, decoded.includes('correct-horse-9')]).toEqual([file, false])
    }
    const facts = await readFacts(kernelFolder(dirname(folder), kernel.id), signer)
    expect(facts?.env).toEqual({ SHOP_PASSWORD: 'correct-horse-9' })
    await writeFile(
      join(folder, 'kernel.json'),
      JSON.stringify(Buffer.from(JSON.stringify(facts)).toString('base64')),
    )
    expect(await readFacts(kernelFolder(dirname(folder), kernel.id), signer)).toBeNull()
  })

  it('sends no agent to a kernel of another language, which may take it for its own code', async () => {
    const folder = join(bridge.dir, 'jupyter', 'kernels', 'parrot')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'parrot.py'), PARROT)
    const argv = [python, join(folder, 'parrot.py'), '-f', '{connection_file}']
    await writeFile(
      join(folder, 'kernel.json'),
      JSON.stringify({ argv, display_name: 'Parrot', language: 'x' }),
    )
    const kernels = another({ environment: { ...process.env, JUPYTER_PATH: join(bridge.dir, 'jupyter') } })
    const kernel = await kernels.start({ specName: 'parrot', cwd: bridge.dir, prewarm: false })
    expect([kernel.recording, kernel.agentProblem]).toEqual([false, expect.stringContaining('parrot')])
    expect(await run(kernel, 'anything')).toMatchObject({ status: 'ok' })
    await kernels.close({ shutdown: true })
  })

  it('leaves nothing of a kernel that was shut down', async () => {
    const kernel = await bridge.start()
    const pid = kernel.here?.pid ?? 0
    await kernel.shutdown()
    expect(existsSync(folderOf(kernel))).toBe(false)
    expect(isRunning(pid)).toBe(false)
  })

  it('reattaches a detached kernel, with its variables', async () => {
    const kernel = await bridge.start()
    await run(kernel, 'x = 1')
    kernel.detach()
    const kernels = another()
    const found = await kernels.find(kernel.address)
    if (found === null) throw new Error('The kernel was not found')
    expect(found.running).toBeNull()
    expect(found.kernel.spec).toEqual(kernel.spec)
    expect(found.kernel.recording).toBe(true)
    expect(await shownValue(found.kernel, 'x')).toBe('1')
    await kernels.close({ shutdown: true })
    expect(isRunning(kernel.here?.pid ?? 0)).toBe(false)
  })

  it('keeps a run inside of its folder whatever its id', async () => {
    const kernel = await bridge.start()
    await writeFile(join(bridge.dir, 'precious.record.json'), '{}')
    const runId = '../../../precious'
    const recorded = new Promise((resolve) => kernel.on('record', resolve))
    expect(await run(kernel, '1', runId)).toMatchObject({ status: 'ok' })
    await recorded
    kernel.acknowledge(runId)
    // Objects wait until a server stores them.
    const kept = async () =>
      (await readdir(join(folderOf(kernel), 'spool'))).filter((name) => name !== 'objects')
    await vi.waitFor(async () => expect(await kept()).toEqual([]))
    expect(existsSync(join(bridge.dir, 'precious.record.json'))).toBe(true)
  })

  it('finds nothing where the process is gone, or is not the one that was meant', async () => {
    const kernel = await bridge.start()
    const { address } = kernel
    const kernels = another()
    const stranger = { ...address, pid: process.pid, kernelId: 'never-was' }
    expect(await kernels.find(stranger)).toBeNull()
    await kernel.shutdown()
    expect(await kernels.find(address)).toBeNull()
  })

  it('settles a run that it finds where recording is off', async () => {
    const quiet = another({ agentOptions: null })
    const kernel = await quiet.start({ specName, cwd: bridge.dir, prewarm: false })
    expect(kernel.recording).toBe(false)
    const go = join(bridge.dir, 'go')
    const heard = listenTo(kernel)
    const code = `import os, time\nprint("in")\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)\nz = 3`
    kernel.execute({ code, runId: 'unrecorded', cellId: null })
    await heard.until(({ header }) => header.msg_type === 'stream')
    await quiet.close()
    const kernels = another({ agentOptions: null })
    const found = await kernels.find(kernel.address)
    if (found === null) throw new Error('The kernel was not found')
    expect(found.running?.runId).toBe('unrecorded')
    await writeFile(go, '')
    const outcome = await found.running?.execution.done
    expect(['ok', 'error']).toContain(outcome?.status)
    if (outcome?.status === 'error') expect(outcome.ename).toBe('OutcomeUnknown')
    expect(await shownValue(found.kernel, 'z')).toBe('3')
    expect(textOf(heard.messages)).toBe('in\n')
    await kernels.close({ shutdown: true })
  })

  it('starts a kernel without recording where the agent fails, and says why', async () => {
    const lame = another({ agentFolder: join(bridge.dir, 'nowhere') })
    const kernel = await lame.start({ specName, cwd: bridge.dir, prewarm: false })
    expect(kernel.recording).toBe(false)
    expect(kernel.agentProblem).toContain('missing')
    expect(await shownValue(kernel, '2')).toBe('2')
    await lame.close({ shutdown: true })
  })

  it('sends the agent to a kernel that does not see its folder', async () => {
    // Relative to this process; the kernel's working folder is elsewhere.
    const far = another({ agentFolder: relative(process.cwd(), agentFolder) })
    const kernel = await far.start({ specName, cwd: bridge.dir, prewarm: false })
    expect(kernel.agentProblem).toBeNull()
    expect(kernel.recording).toBe(true)
    expect(await shownValue(kernel, '2')).toBe('2')
    await far.close({ shutdown: true })
  })

  it('gives a kernel the environment and folder that were asked for', async () => {
    const kernel = await bridge.start({ ASKED_FOR: 'this' })
    expect(await shownValue(kernel, '__import__("os").environ["ASKED_FOR"]')).toBe("'this'")
    const cwd = await shownValue(kernel, `__import__("os").path.samefile(".", r"${bridge.dir}")`)
    expect(cwd).toBe('True')
  })
})

/** Kernels of a real Jupyter Server, through a connection that is cut. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  AgentRecord,
  createKernels,
  type Kernel,
  type Kernels,
  nameElsewhere,
  type Problem,
} from '../src/index.ts'
import { cuttingProxy, jupyterPython, startJupyterServer, TOKEN, whyNoJupyter } from './jupyter-server.ts'
import { listenTo, run, shownValue, textOf } from './real-kernels.ts'
import { signer } from './signer.ts'

/** `npm run proof jupyter cuts` cuts 100 times. */
const CUTS = Number(process.env.YESTERDAY_CUTS ?? 5)

/** One server, of no other provider: each would look for machines of its own under that name. */
const ofJupyter = (server: object) => ({ list: (id: string) => (id === 'jupyter' ? [server] : []) })

describe.skipIf(jupyterPython === null)(`kernels of a Jupyter server${whyNoJupyter}`, () => {
  let server: Awaited<ReturnType<typeof startJupyterServer>>
  let proxy: Awaited<ReturnType<typeof cuttingProxy>>
  let dir: string
  let kernels: Kernels
  let problems: Problem[]

  beforeAll(async () => {
    server = await startJupyterServer()
    proxy = await cuttingProxy(server.port)
  })
  afterAll(async () => {
    await proxy?.end()
    await server?.end()
  })
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    problems = []
    kernels = open()
  })
  afterEach(async () => {
    proxy.setDown(false)
    await kernels.close({ shutdown: true })
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })

  const open = (more: object = {}): Kernels =>
    createKernels({
      runtimeDir: join(dir, 'run'),
      signer,
      connections: ofJupyter({ id: 'lab', title: 'Lab', url: proxy.url, token: TOKEN, ...more }),
      onProblem: (problem) => problems.push(problem),
    })
  const start = (from = kernels): Promise<Kernel> => from.start({ specName: 'python3@lab', cwd: dir })

  it('lists the kernels with their place; what is wrong with a place is said', async () => {
    const where = { provider: 'jupyter', id: 'lab', title: 'Lab', problem: null }
    await vi.waitFor(async () => {
      const specs = await kernels.specs()
      expect(specs.find(({ name }) => name === 'python3@lab')).toMatchObject({ language: 'python', where })
    })
    const strange = open({ token: 'wrong' })
    await vi.waitFor(async () =>
      expect(await strange.places()).toMatchObject([
        { problem: expect.stringContaining('refuses the token') },
      ]),
    )
    await expect(start(strange)).rejects.toMatchObject({ reason: 'unreachable' })
    const nowhere = open({ url: 'http://127.0.0.1:9/' })
    await expect(start(nowhere)).rejects.toThrow('nothing listens at its address')
  })

  it('runs code, records it, and gives its values by digest', async () => {
    const kernel = await start()
    expect(kernel.agentProblem).toBeNull()
    expect(kernel.here).toBeNull()
    const { messages } = listenTo(kernel)
    const records: unknown[] = []
    kernel.on('record', (record) => records.push(record))
    await run(kernel, 'print("hello")\nx = list(range(2000))\nopen("out.txt", "w").write("hi")', 'one')
    await vi.waitFor(() => expect(records).toHaveLength(1))
    expect(textOf(messages)).toBe('hello\n')
    const record = AgentRecord.parse(records[0])
    expect(record.generated.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      expect.arrayContaining(['variable x', `file ${nameElsewhere('out.txt', 'Lab')}`]),
    )
    const [object] = record.objects
    const bytes = await kernel.objects.read(object?.digest ?? '')
    expect(bytes?.byteLength).toBe(object?.size)
    kernel.acknowledge('one')
    await kernel.objects.remove([object?.digest ?? ''])
    expect(await kernel.objects.read(object?.digest ?? '')).toBeNull()
    expect(problems).toEqual([])
  })

  it('is interrupted, restarted and shut down', async () => {
    const kernel = await start()
    const { until } = listenTo(kernel)
    const running = kernel.execute({
      code: 'print(1)\nimport time\ntime.sleep(600)',
      runId: 'long',
      cellId: 'c',
    })
    await until(({ header }) => header.msg_type === 'stream')
    await kernel.interrupt()
    expect(await running.done).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
    await run(kernel, 'y = 1')
    await kernel.restart()
    expect(await run(kernel, 'y')).toMatchObject({ ename: 'NameError' })
    expect(await server.kernels()).toHaveLength(1)
    await kernel.shutdown()
    expect(await server.kernels()).toEqual([])
  })

  it('wakes a call that an interrupt met as it began to wait: the kernel signals itself', async () => {
    const kernel = await start()
    const { until } = listenTo(kernel)
    const running = kernel.execute({
      code: 'import signal, time\nwoken = []\nbefore = signal.signal(signal.SIGURG, lambda *_: woken.append(1))\nprint(1)\nwhile not woken:\n    time.sleep(0.01)\nsignal.signal(signal.SIGURG, before)',
      runId: 'wakes',
      cellId: 'c',
    })
    await until(({ header }) => header.msg_type === 'stream')
    expect(await kernel.request('control', 'yesterday_wake_request', {})).toEqual({ status: 'ok' })
    expect(await running.done).toMatchObject({ status: 'ok' })
  })

  it(`loses and doubles no output over ${CUTS} cuts`, async () => {
    const kernel = await start()
    const { messages } = listenTo(kernel)
    const records: unknown[] = []
    kernel.on('record', (record) => records.push(record))
    const code = (n: number) =>
      `import time\ncount = globals().get("count", 0) + 1\nfor i in range(40):\n    print("${n}:", i, flush=True)\n    time.sleep(0.004)\ncount`
    for (let n = 1; n <= CUTS; n++) {
      const cutAt = (n * 37) % 41
      const { msgId, done } = kernel.execute({ code: code(n), runId: `run-${n}`, cellId: 'c' })
      if (cutAt > 0) await vi.waitFor(() => expect(textOf(messages, msgId)).toContain(`: ${cutAt - 1}\n`))
      proxy.cut()
      expect(await done).toMatchObject({ status: 'ok' })
      const lines = Array.from({ length: 40 }, (_, i) => `${n}: ${i}\n`).join('')
      expect(textOf(messages, msgId)).toBe(lines)
      const result = messages.filter(
        ({ header, parent }) => parent.msg_id === msgId && header.msg_type === 'execute_result',
      )
      expect(result.map(({ content }) => content.data)).toEqual([{ 'text/plain': String(n) }])
      await vi.waitFor(() => expect(records).toHaveLength(n))
      kernel.acknowledge(`run-${n}`)
    }
    expect(problems).toEqual([])
  })

  it('says in the output what a cut may have cost a kernel that does not record', async () => {
    const plain = createKernels({
      runtimeDir: join(dir, 'plain'),
      signer,
      agentOptions: null,
      connections: ofJupyter({ id: 'lab', title: 'Lab', url: proxy.url, token: TOKEN }),
    })
    const kernel = await start(plain)
    expect(kernel.agentProblem).toBe('recording is switched off')
    const { messages, until } = listenTo(kernel)
    const code = 'import time\nfor i in range(40):\n    print(i, flush=True)\n    time.sleep(0.02)'
    const { msgId, done } = kernel.execute({ code, runId: 'plain', cellId: 'c' })
    await until(({ header }) => header.msg_type === 'stream')
    proxy.cut()
    expect(await done).toMatchObject({ status: 'ok' })
    expect(textOf(messages, msgId)).toMatch(/The connection to Lab was lost at \d{4}-\S+Z\. Output/)
    await plain.close({ shutdown: true })
  })

  it('is found again by another server, with what it said meanwhile', async () => {
    const kernel = await start()
    kernel.outlive()
    await run(kernel, 'x = 41', 'first')
    const { until } = listenTo(kernel)
    const code = 'import time\nfor i in range(60):\n    print(i, flush=True)\n    time.sleep(0.02)\nx += 1\nx'
    kernel.execute({ code, runId: 'second', cellId: 'c2' })
    await until(({ header }) => header.msg_type === 'stream')
    kernel.detach()
    const next = open()
    const found = await next.find(JSON.parse(JSON.stringify(kernel.address)))
    if (found === null) throw new Error('The kernel was not found')
    expect(found.kernel.spec.where).toEqual(kernel.spec.where)
    expect(found.running?.runId).toBe('second')
    const spooled = found.spooled.at(-1)?.messages ?? []
    const heard = listenTo(found.kernel)
    expect(await found.running?.execution.done).toMatchObject({ status: 'ok' })
    const lines = Array.from({ length: 60 }, (_, i) => `${i}\n`).join('')
    await vi.waitFor(() => expect(textOf([...spooled, ...heard.messages])).toBe(lines))
    expect(await shownValue(found.kernel, 'x')).toBe('42')
    await next.close({ shutdown: true })
    expect(await server.kernels()).toEqual([])
  })

  it('ends the kernel of a program that was killed before it handed it over, and no strange one', async () => {
    const kernel = await start()
    const key = { provider: 'jupyter', kernelId: kernel.id }
    expect(await kernels.ownership(key)).toBe('owned')
    expect(await kernels.end({ provider: 'jupyter', kernelId: '../../x' })).toBe(false)
    expect(await kernels.end(key)).toBe(true)
    expect(await server.kernels()).toEqual([])
  })
})

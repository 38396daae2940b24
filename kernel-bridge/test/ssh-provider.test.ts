/** Kernels of a machine that is reached by SSH: a real sshd, and connections that are cut. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  AgentRecord,
  createKernels,
  type Kernel,
  type Kernels,
  lookAtHost,
  nameElsewhere,
  type Problem,
} from '../src/index.ts'
import { launchBySsh } from '../src/providers/ssh/command.ts'
import { SshHost } from '../src/providers/ssh/host.ts'
import { keyOf } from '../src/providers/ssh/link.ts'
import { jupyterPython, whyNoJupyter } from './jupyter-server.ts'
import { listenTo, run, shownValue, textOf } from './real-kernels.ts'
import { signer } from './signer.ts'
import { startSshd, whyNoSshd } from './sshd.ts'

const CUTS = Number(process.env.YESTERDAY_CUTS ?? 20)

describe.skipIf(whyNoSshd + whyNoJupyter !== '')(`kernels by SSH${whyNoSshd}${whyNoJupyter}`, () => {
  let sshd: Awaited<ReturnType<typeof startSshd>>
  let dir: string
  let host: SshHost
  let kernels: Kernels
  let problems: Problem[]

  beforeAll(async () => {
    sshd = await startSshd()
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    host = SshHost.parse({
      id: 'gpu1',
      title: 'gpu1',
      target: 'gpu1',
      python: jupyterPython,
      folder: dir,
      config: sshd.config,
    })
  })
  afterAll(async () => {
    await launchBySsh(host, { action: 'stop', key: keyOf(host, signer) }, process.env).catch(() => null)
    await sshd?.end()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  beforeEach(() => {
    problems = []
    kernels = open()
  })
  afterEach(async () => {
    sshd.proxy.setDown(false)
    await kernels.close({ shutdown: true })
  })

  const open = (more: object = {}): Kernels =>
    createKernels({
      runtimeDir: join(dir, 'run'),
      signer,
      connections: { list: (provider) => (provider === 'ssh' ? [{ ...host, ...more }] : []) },
      onProblem: (problem) => problems.push(problem),
    })
  const start = (from = kernels): Promise<Kernel> => from.start({ specName: 'python3@gpu1', cwd: dir })

  it('starts a server there, runs code, records it, and gives its values by digest', async () => {
    const kernel = await start()
    expect(kernel.agentProblem).toBeNull()
    expect(kernel.here).toBeNull()
    const { messages, until } = listenTo(kernel)
    const records: unknown[] = []
    kernel.on('record', (record) => records.push(record))
    await run(kernel, 'print("hello")\nx = list(range(2000))\nopen("out.txt", "w").write("hi")', 'one')
    await vi.waitFor(() => expect(records).toHaveLength(1))
    expect(textOf(messages)).toBe('hello\n')
    const record = AgentRecord.parse(records[0])
    expect(record.generated.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      expect.arrayContaining(['variable x', `file ${nameElsewhere('out.txt', 'gpu1')}`]),
    )
    // The agent over there says what it runs on.
    expect(JSON.stringify(records[0])).toMatch(/"cpus":\s*\d+/)
    const [object] = record.objects
    expect((await kernel.objects.read(object?.digest ?? ''))?.byteLength).toBe(object?.size)
    kernel.acknowledge('one')
    const where = { provider: 'ssh', id: 'gpu1', title: 'gpu1', problem: null }
    expect(await kernels.specs()).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'python3@gpu1', where })]),
    )
    const code = 'print(1)\nimport time\ntime.sleep(600)'
    const running = kernel.execute({ code, runId: 'long', cellId: 'c' })
    await until(({ header, parent }) => parent.msg_id === running.msgId && header.msg_type === 'stream')
    await kernel.interrupt()
    expect(await running.done).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
    expect(problems).toEqual([])
  })

  it(`loses and doubles no output over ${CUTS} cuts of the tunnel`, async () => {
    const kernel = await start()
    const { messages } = listenTo(kernel)
    const code = (n: number) =>
      `import time\ncount = globals().get("count", 0) + 1\nfor i in range(40):\n    print("${n}:", i, flush=True)\n    time.sleep(0.004)\ncount`
    for (let n = 1; n <= CUTS; n++) {
      const cutAt = (n * 37) % 41
      const { msgId, done } = kernel.execute({ code: code(n), runId: `run-${n}`, cellId: 'c' })
      if (cutAt > 0) await vi.waitFor(() => expect(textOf(messages, msgId)).toContain(`: ${cutAt - 1}\n`))
      sshd.proxy.cut()
      expect(await done).toMatchObject({ status: 'ok' })
      expect(textOf(messages, msgId)).toBe(Array.from({ length: 40 }, (_, i) => `${n}: ${i}\n`).join(''))
      const results = messages.filter(
        ({ header, parent }) => parent.msg_id === msgId && header.msg_type === 'execute_result',
      )
      expect(results.map(({ content }) => content.data)).toEqual([{ 'text/plain': String(n) }])
      kernel.acknowledge(`run-${n}`)
    }
    expect(problems).toEqual([])
  })

  it('says since when a host is not reachable, and goes on when it is again', async () => {
    const kernel = await start()
    const said: (string | null)[] = []
    kernel.on('reach', (lostAt) => said.push(lostAt))
    sshd.proxy.setDown(true)
    sshd.proxy.cut()
    await vi.waitFor(async () =>
      expect(await kernels.places()).toMatchObject([
        { id: 'gpu1', problem: expect.stringMatching(/^gpu1 is not reachable: .*Trying again since \d{4}/) },
      ]),
    )
    const { done } = kernel.execute({ code: 'y = 1', runId: 'while-down', cellId: 'c' })
    await vi.waitFor(() => expect(said).toEqual([expect.stringMatching(/^\d{4}-.*Z$/)]))
    sshd.proxy.setDown(false)
    expect(await done).toMatchObject({ status: 'ok' })
    expect(await kernels.places()).toMatchObject([{ id: 'gpu1', problem: null }])
    expect(said.at(-1)).toBeNull()
  })

  it('is found again by another program, with what it said meanwhile', async () => {
    const kernel = await start()
    kernel.outlive()
    await run(kernel, 'x = 41', 'first')
    const { until } = listenTo(kernel)
    const signal = join(dir, 'go-on')
    const wait = `while not os.path.exists(${JSON.stringify(signal)}):\n    time.sleep(0.02)`
    const code = `import os, time\nfor i in range(60):\n    print(i, flush=True)\n${wait}\nx += 1\nx`
    kernel.execute({ code, runId: 'second', cellId: 'c2' })
    await until(({ header }) => header.msg_type === 'stream')
    await kernels.close()
    const next = open()
    const found = await next.find(JSON.parse(JSON.stringify(kernel.address)))
    if (found === null) throw new Error('The kernel was not found')
    expect(found.running?.runId).toBe('second')
    const spooled = found.spooled.at(-1)?.messages ?? []
    const heard = listenTo(found.kernel)
    await writeFile(signal, '')
    expect(await found.running?.execution.done).toMatchObject({ status: 'ok' })
    const lines = Array.from({ length: 60 }, (_, i) => `${i}\n`).join('')
    await vi.waitFor(() => expect(textOf([...spooled, ...heard.messages])).toBe(lines))
    expect(await shownValue(found.kernel, 'x')).toBe('42')
    await next.close({ shutdown: true })
  })

  it('outlives a program that is killed, whose ssh ends with it', async () => {
    const owned = [join(dir, 'run'), 'python3@gpu1', JSON.stringify({ ssh: [host] })]
    const words = [join(import.meta.dirname, 'kernel-owner.ts'), ...owned]
    const owner = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    expect(sshd.proxy.connections()).toBeGreaterThan(0)
    owner.kill('SIGKILL')
    await vi.waitFor(() => expect(sshd.proxy.connections()).toBe(0))
    const found = await kernels.find(JSON.parse(line.toString()))
    expect(found && (await shownValue(found.kernel, 'x'))).toBe('41')
  })

  it('dies with the server, which was ended over there', async () => {
    const kernel = await start()
    const died = new Promise((resolve) => kernel.on('dead', resolve))
    const stopped = await launchBySsh(host, { action: 'stop', key: keyOf(host, signer) }, process.env)
    expect(stopped).toEqual({ status: 'stopped' })
    sshd.proxy.cut()
    expect(await died).toMatchObject({ likely: expect.stringContaining('it ended on gpu1') })
  })

  it('says what is wrong with a host', async () => {
    const look = async (more: object) => (await lookAtHost({ ...host, ...more }, process.env)).problem
    expect(await look({ target: 'stranger' })).toBe(
      'gpu1 is not reachable: the host key is unknown. Connect once in a terminal.',
    )
    expect(await look({ target: 'keyless' })).toBe(
      'gpu1 is not reachable: ssh asks for a password. Add a key to the agent.',
    )
    const bare = process.env.YESTERDAY_TEST_PYTHON ?? ''
    expect(await look({ python: bare })).toContain(`${bare} -m pip install jupyter-server ipykernel`)
    expect(await look({ python: '/no/such/python3' })).toContain(
      'There is no program /no/such/python3 on gpu1',
    )
    expect(await look({})).toBeNull()
    sshd.proxy.setDown(true)
    expect(await look({})).toMatch(/^gpu1 is not reachable: /)
  })

  it('refuses output that is garbage, huge or never ends', async () => {
    const fake = join(dir, 'python3')
    const launch = (script: string, limitMs?: number) => {
      const python = { ...host, python: fake }
      const settings = { action: 'look', key: 'x' } as const
      return writeFile(fake, `#!/bin/sh\n${script}\n`, { mode: 0o755 }).then(() =>
        launchBySsh(python, settings, process.env, limitMs === undefined ? {} : { limitMs }),
      )
    }
    await expect(launch('echo yesterday {}; echo oops >&2')).rejects.toThrow(
      'something else than was asked: oops',
    )
    await expect(launch('yes')).rejects.toThrow('it is too long')
    await expect(launch('sleep 600', 1_500)).rejects.toThrow('did not answer in time')
  })
})

describe('names of hosts', () => {
  const isHost = (more: object) => SshHost.safeParse({ id: 'a', title: 'A', target: 'gpu1', ...more }).success

  it('are no options, and hold nothing that a shell reads', () => {
    for (const target of ['gpu1', 'ada@gpu1.example.org', 'a.b+c@10.0.0.1', 'under_score'])
      expect(isHost({ target })).toBe(true)
    const bad = [
      '-oProxyCommand=x',
      'a@-x',
      '',
      'a b',
      'a;b',
      '$(a)',
      'a`b`',
      "a'b",
      'a\nb',
      'a@b@c',
      'ssh://a',
      'é',
    ]
    for (const target of bad) expect(isHost({ target })).toBe(false)
  })

  it('and paths of them stay inside quotes', () => {
    for (const python of ['/usr/bin/python3', '~/venv', '/opt/my env/bin/python', '~'])
      expect(isHost({ python })).toBe(true)
    for (const python of [
      'python3',
      "/a'b",
      '/a"b',
      '/a$b',
      '/a\nb',
      '/a`b',
      '/a;b',
      '-x',
      '~ada/x',
      '/a!b',
      '/a\\b',
    ])
      expect(isHost({ python })).toBe(false)
  })
})

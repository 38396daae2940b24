/** Kernels in jobs of a real Slurm cluster, which the test starts. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  AgentRecord,
  createKernels,
  type Kernel,
  type Kernels,
  type Problem,
  type StartNotice,
} from '../src/index.ts'
import { jupyterPython, whyNoJupyter } from './jupyter-server.ts'
import { listenTo, run, shownValue, textOf } from './real-kernels.ts'
import { signer } from './signer.ts'
import { slurmSkipped, startSlurm, whyNoSlurm } from './slurm-cluster.ts'

const isSkipped = jupyterPython === null || whyNoSlurm !== null

describe.skipIf(isSkipped)(`kernels of a Slurm cluster${slurmSkipped || whyNoJupyter}`, () => {
  let cluster: Awaited<ReturnType<typeof startSlurm>>
  let dir: string
  let kernels: Kernels
  let problems: Problem[]

  beforeAll(async () => {
    cluster = await startSlurm()
  })
  afterAll(async () => {
    await cluster?.end()
  })
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    problems = []
    kernels = open()
  })
  afterEach(async () => {
    await kernels.close({ shutdown: true })
    await cluster.run('scancel', '--me')
    await vi.waitFor(async () => expect(await jobs()).toEqual([]))
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })

  const open = (more: object = {}): Kernels =>
    createKernels({
      runtimeDir: join(dir, 'run'),
      signer,
      environment: cluster.env,
      connections: {
        list: (provider) =>
          provider === 'slurm'
            ? [{ id: 'hpc', title: 'HPC', python: jupyterPython, partition: 'debug', pollMs: 300, ...more }]
            : [],
      },
      onProblem: (problem) => problems.push(problem),
    })
  const start = (from = kernels, more: object = {}): Promise<Kernel> =>
    from.start({ specName: 'python3@hpc', cwd: dir, ...more })
  const jobs = async (): Promise<string[]> =>
    (await cluster.run('squeue', '--noheader', '--format=%i %T %j')).split('\n').filter((line) => line !== '')
  /** All processors of both nodes. */
  const fill = async (): Promise<string> =>
    (await cluster.run('sbatch', '--parsable', '-N2', '-n8', '--output=/dev/null', '--wrap=sleep 600')).trim()

  it('runs code in a job, records it, and gives its values by digest', async () => {
    const kernel = await start()
    expect(kernel.agentProblem).toBeNull()
    expect(kernel.allocation).toMatchObject({ node: 'a', partition: 'debug', limits: 'debug' })
    expect(kernel.spec.where).toMatchObject({ provider: 'slurm', title: 'HPC' })
    const left = Date.parse(kernel.allocation?.endsAt ?? '') - Date.now()
    expect(left).toBeGreaterThan(3_400_000)
    expect(kernel.address.place).toMatchObject({ place: 'HPC', node: 'a', job: kernel.allocation?.job })
    const { messages } = listenTo(kernel)
    const records: unknown[] = []
    kernel.on('record', (record) => records.push(record))
    await run(kernel, 'print("hello")\nx = list(range(2000))', 'one')
    await vi.waitFor(() => expect(records).toHaveLength(1))
    expect(textOf(messages)).toBe('hello\n')
    const [object] = AgentRecord.parse(records[0]).objects
    expect((await kernel.objects.read(object?.digest ?? ''))?.byteLength).toBe(object?.size)
    // More than the window of the relay, in both directions.
    await run(kernel, `big = "${'x'.repeat(3_000_000)}"\nprint(big)`, 'big')
    expect(textOf(messages)).toBe(`hello\n${'x'.repeat(3_000_000)}\n`)
    // The environment of the job has no token, and the folder of its notes is closed to others.
    expect(await shownValue(kernel, '[n for n in __import__("os").environ if "TOKEN" in n]')).toBe('[]')
    expect(problems).toEqual([])
  })

  it('stays in its job over a restart, and cancels a job that no kernel uses', async () => {
    const [kernel, other] = await Promise.all([start(), start()])
    const { job } = kernel.allocation ?? {}
    expect(other.allocation?.job).not.toBe(job)
    await run(kernel, 'y = 1')
    const ended = kernel.shutdown()
    const next = await start()
    await ended
    expect(next.allocation?.job).toBe(job)
    expect(await run(next, 'y')).toMatchObject({ ename: 'NameError' })
    await kernels.close({ shutdown: true })
    await vi.waitFor(async () => expect(await jobs()).toEqual([]))
  })

  it('shows the queue while it waits, and is cancelled there', async () => {
    const filler = await fill()
    const giveUp = new AbortController()
    const notices: StartNotice[] = []
    const starting = start(kernels, {
      signal: giveUp.signal,
      onNotice: (notice: StartNotice) => notices.push(notice),
    })
    const failed = expect(starting).rejects.toThrow('was cancelled, and its job with it')
    await vi.waitFor(() =>
      expect(notices.at(-1)).toMatchObject({
        code: 'slurm.queued',
        values: { position: '1', count: '1', reason: expect.any(String) },
      }),
    )
    giveUp.abort()
    await failed
    await vi.waitFor(async () => expect(await jobs()).toEqual([expect.stringContaining(filler)]))
    expect(await readdir(join(dir, 'run', '.slurm'))).toEqual([])
  })

  it('is found again by the next server, with the run that went on', async () => {
    const kernel = await start()
    await run(kernel, 'z = 41')
    const going = kernel.execute({
      code: 'import time\nprint("begun", flush=True)\ntime.sleep(3)\nprint("over")',
      runId: 'going',
      cellId: 'c',
    })
    const { until } = listenTo(kernel)
    await until(({ header }) => header.msg_type === 'stream')
    const { address } = kernel
    kernel.outlive()
    await kernels.close()
    kernels = open()
    const found = await kernels.find(address)
    expect(found?.running?.runId).toBe('going')
    if (found === null) throw new Error('it was not found')
    const { messages } = listenTo(found.kernel)
    expect(await found.running?.execution.done).toMatchObject({ status: 'ok' })
    expect(textOf(messages)).toContain('over')
    expect(await shownValue(found.kernel, 'z + 1')).toBe('42')
    const { job, node } = kernel.allocation ?? {}
    expect(found.kernel.allocation).toMatchObject({ job, node })
    expect(found.kernel.spec.where).toEqual(kernel.spec.where)
    expect(going).toBeDefined()
  })

  it('names what ended the job', async () => {
    const kernel = await start()
    const died = new Promise((resolve) => kernel.on('dead', resolve))
    await cluster.run('scancel', kernel.allocation?.job ?? '')
    expect(await died).toMatchObject({ sentence: `Job ${kernel.allocation?.job} was cancelled.` })
  })

  it('names a node that is set down', async () => {
    const kernel = await start()
    const { node = '', job } = kernel.allocation ?? {}
    const died = new Promise((resolve) => kernel.on('dead', resolve))
    await cluster.run('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=test')
    expect(await died).toMatchObject({ sentence: `The node of job ${job} failed (${node}).` })
    // The next start takes the other node.
    const next = await start()
    expect(next.allocation?.node).not.toBe(node)
    await cluster.run('scontrol', 'update', `nodename=${node}`, 'state=resume')
  })

  it.skipIf(process.env.YESTERDAY_SLURM_LONG === undefined)('names the time limit that struck', async () => {
    const short = open({ time: '1' })
    const kernel = await start(short)
    const died = new Promise((resolve) => kernel.on('dead', resolve))
    const running = kernel.execute({ code: 'import time\ntime.sleep(600)', runId: 'long', cellId: 'c' })
    const sentence = `The time limit (1 min) of job ${kernel.allocation?.job} ended the kernel.`
    expect(await died).toMatchObject({ sentence })
    expect(await running.done).toMatchObject({ status: 'died', death: { sentence } })
    await short.close()
  })

  it('says why a job has no kernel', async () => {
    const bare = open({ python: '/usr/bin/python3' })
    await expect(start(bare)).rejects.toThrow(/no Jupyter server on|Python of .* is/)
    await bare.close()
    const none = open({ python: '/no/such/python' })
    await expect(start(none)).rejects.toThrow('/no/such/python')
    await none.close()
    const strange = open({ partition: 'nowhere' })
    await expect(start(strange)).rejects.toThrow('invalid partition specified: nowhere')
    expect(await strange.places()).toMatchObject([
      { problem: 'There is no partition nowhere. Choose one of these: debug, long.' },
    ])
    await strange.close()
  })

  it('cancels the job of a server that was killed while it waited', async () => {
    await fill()
    const starting = start()
    starting.catch(() => undefined)
    await vi.waitFor(async () => expect(await jobs()).toHaveLength(2))
    // A server that is killed leaves its folder, whose owner is then gone.
    const other = open()
    const [here] = await other.list()
    expect(here).toMatchObject({ provider: 'slurm', ownership: 'owned' })
    expect(await other.end({ provider: 'slurm', kernelId: here?.kernelId ?? '' })).toBe(true)
    await expect(starting).rejects.toThrow('was cancelled before its kernel ran')
    await other.close()
  })
})

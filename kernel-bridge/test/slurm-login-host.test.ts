/** Kernels in jobs of a real Slurm cluster behind a login host: a real sshd, and connections that are cut. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKernels, type Kernel, type Kernels, type Problem, type StartNotice } from '../src/index.ts'
import { jupyterPython, whyNoJupyter } from './jupyter-server.ts'
import { listenTo, shownValue, textOf } from './real-kernels.ts'
import { signer } from './signer.ts'
import { slurmSkipped, startSlurm, whyNoSlurm } from './slurm-cluster.ts'
import { startSshd, whyNoSshd } from './sshd.ts'

const CUTS = Number(process.env.YESTERDAY_CUTS ?? 5)
const isSkipped = jupyterPython === null || whyNoSlurm !== null || whyNoSshd !== ''

describe.skipIf(isSkipped)(
  `a cluster behind a login host${slurmSkipped || whyNoSshd || whyNoJupyter}`,
  () => {
    let cluster: Awaited<ReturnType<typeof startSlurm>>
    let sshd: Awaited<ReturnType<typeof startSshd>>
    let dir: string
    let kernels: Kernels
    let problems: Problem[]

    beforeAll(async () => {
      cluster = await startSlurm()
      // This side knows no cluster.
      sshd = await startSshd({ SLURM_CONF: cluster.env.SLURM_CONF ?? '' })
    })
    afterAll(async () => {
      await sshd?.end()
      await cluster?.end()
    })
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'yk-'))
      problems = []
      kernels = open()
    })
    afterEach(async () => {
      sshd.proxy.setDown(false)
      await kernels.close({ shutdown: true })
      await cluster.run('scancel', '--me')
      await vi.waitFor(async () => expect(await jobs()).toEqual([]))
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    })

    const connections = (more: object = {}): Readonly<Record<string, readonly unknown[]>> => ({
      slurm: [{ id: 'hpc', title: 'HPC', host: 'login', python: jupyterPython, pollMs: 300, ...more }],
      ssh: [{ id: 'login', title: 'Login', target: 'login', config: sshd.config }],
    })
    const open = (more: object = {}): Kernels =>
      createKernels({
        runtimeDir: join(dir, 'run'),
        signer,
        connections: { list: (provider) => connections(more)[provider] ?? [] },
        onProblem: (problem) => problems.push(problem),
      })
    const start = (from = kernels, more: object = {}): Promise<Kernel> =>
      from.start({ specName: 'python3@hpc', cwd: dir, ...more })
    const jobs = async (): Promise<string[]> =>
      (await cluster.run('squeue', '--noheader', '--format=%i')).split('\n').filter((line) => line !== '')
    const slurmPlaces = async (of: Kernels) =>
      (await of.places()).filter(({ provider }) => provider === 'slurm')
    const outputs = async (): Promise<string[]> =>
      (await readdir(userInfo().homedir)).filter((name) => /^\.yesterday-.*\.out$/.test(name))

    it(`submits, runs, and loses and doubles no output over ${CUTS} cuts`, async () => {
      const before = await outputs()
      const kernel = await start()
      expect(kernel.allocation).toMatchObject({ job: expect.stringMatching(/^\d+$/), node: 'a' })
      expect(kernel.address.place).toMatchObject({ place: 'HPC', node: 'a' })
      const { messages } = listenTo(kernel)
      for (let n = 1; n <= CUTS; n++) {
        const cutAt = (n * 17) % 40
        const code = `import time\nfor i in range(40):\n    print("${n}:", i, flush=True)\n    time.sleep(0.004)`
        const { msgId, done } = kernel.execute({ code, runId: `run-${n}`, cellId: 'c' })
        await vi.waitFor(() => expect(textOf(messages, msgId)).toContain(`${n}: ${cutAt}\n`))
        sshd.proxy.cut()
        expect(await done).toMatchObject({ status: 'ok' })
        expect(textOf(messages, msgId)).toBe(Array.from({ length: 40 }, (_, i) => `${n}: ${i}\n`).join(''))
      }
      await kernels.close({ shutdown: true })
      await vi.waitFor(async () => expect(await jobs()).toEqual([]))
      await vi.waitFor(async () => expect(await outputs()).toEqual(before))
      expect(problems).toEqual([])
    })

    it('goes on where the host was away, and says so of a job that waits', async () => {
      const kernel = await start()
      const filler = await cluster.run(
        'sbatch',
        '--parsable',
        '-n7',
        '--output=/dev/null',
        '--wrap=sleep 600',
      )
      const notices: StartNotice[] = []
      const starting = start(kernels, { onNotice: (notice: StartNotice) => notices.push(notice) })
      starting.catch(() => undefined)
      await vi.waitFor(() => expect(notices.at(-1)).toMatchObject({ code: 'slurm.queued' }))
      sshd.proxy.setDown(true)
      sshd.proxy.cut()
      const { done } = kernel.execute({ code: 'y = 40 + 2', runId: 'while-away', cellId: 'c' })
      await vi.waitFor(() =>
        expect(notices.at(-1)?.values).toMatchObject({
          problem: expect.stringContaining('Login is not reachable'),
        }),
      )
      sshd.proxy.setDown(false)
      await cluster.run('scancel', filler.trim())
      expect(await done).toMatchObject({ status: 'ok' })
      expect(await shownValue(kernel, 'y')).toBe('42')
      expect((await starting).allocation?.job).not.toBe(kernel.allocation?.job)
    })

    it('is offered and found again where its server was killed, and ended by its id', async () => {
      const words = [join(dir, 'run'), 'python3@hpc', JSON.stringify(connections())]
      const owner = spawn(process.execPath, [join(import.meta.dirname, 'kernel-owner.ts'), ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(owner.stdout, 'data')) as [Buffer]
      const exited = once(owner, 'exit')
      owner.kill('SIGKILL')
      await exited
      const [job = ''] = await jobs()
      expect(await kernels.list()).toMatchObject([
        { provider: 'slurm', ownership: 'free', where: expect.stringContaining(`job ${job} on a (HPC)`) },
      ])
      const found = await kernels.find(JSON.parse(line.toString()))
      expect(found && (await shownValue(found.kernel, 'x'))).toBe('41')
      found?.kernel.outlive()
      await kernels.close()
      expect(await jobs()).toEqual([job])
      kernels = open()
      expect(await kernels.end({ provider: 'slurm', kernelId: found?.kernel.address.kernelId ?? '' })).toBe(
        true,
      )
      await vi.waitFor(async () => expect(await jobs()).toEqual([]))
    })

    it('says why there is no kernel', async () => {
      const before = await outputs()
      const none = open({ python: '/no/such/python' })
      await expect(start(none)).rejects.toThrow('/no/such/python')
      await none.close()
      const strange = open({ partition: 'nowhere' })
      await expect(start(strange)).rejects.toThrow('sbatch on Login: ')
      expect(await slurmPlaces(strange)).toMatchObject([
        { problem: 'There is no partition nowhere. Choose one of these: debug, long.' },
      ])
      await strange.close()
      const removed = open({ host: 'gone' })
      expect(await slurmPlaces(removed)).toMatchObject([
        { problem: expect.stringContaining('There is no host gone.') },
      ])
      await removed.close()
      sshd.proxy.setDown(true)
      await expect(start(open())).rejects.toThrow('Login is not reachable')
      expect(await outputs()).toEqual(before)
    })
  },
)

/** Kernels on nodes of a real Slurm cluster that share neither network nor folders with each other and this machine. */
import { existsSync } from 'node:fs'
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
import { jupyterPython, whyNoJupyter } from './jupyter-server.ts'
import { run, shownValue } from './real-kernels.ts'
import { signer } from './signer.ts'
import { startSlurm, whyNoSlurm } from './slurm-cluster.ts'
import { type SeparateNodes, separateNodes, whyNoNamespaces } from './slurm-nodes.ts'

const why = whyNoSlurm ?? whyNoNamespaces
const skipped = why === null ? whyNoJupyter : ` (skipped: ${why})`

describe.skipIf(jupyterPython === null || why !== null)(`nodes without a shared folder${skipped}`, () => {
  let cluster: Awaited<ReturnType<typeof startSlurm>>
  let nodes: SeparateNodes
  let dir: string
  let kernels: Kernels
  let problems: Problem[]

  beforeAll(async () => {
    cluster = await startSlurm((at) => {
      nodes = separateNodes(at)
      return nodes
    })
  })
  afterAll(async () => {
    await cluster?.end()
    nodes?.end()
  })
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    problems = []
    kernels = open()
  })
  afterEach(async () => {
    await kernels.close({ shutdown: true })
    await cluster.run('scancel', '--me')
    await vi.waitFor(async () => expect(await cluster.run('squeue', '--noheader')).toBe(''))
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })

  const open = (more: object = {}): Kernels => {
    const { folder } = nodes
    const entry = { id: 'hpc', title: 'HPC', python: jupyterPython, partition: 'long', pollMs: 300, folder }
    return createKernels({
      runtimeDir: join(dir, 'run'),
      signer,
      environment: { ...cluster.env, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), TMPDIR: folder },
      connections: { list: (provider) => (provider === 'slurm' ? [{ ...entry, ...more }] : []) },
      onProblem: (problem) => problems.push(problem),
    })
  }
  const start = (from = kernels): Promise<Kernel> => from.start({ specName: 'python3@hpc', cwd: dir })

  it('submits, runs, and reads files of the node', async () => {
    const kernel = await start()
    expect(kernel.allocation).toMatchObject({ node: 'b' })
    expect(kernel.address.place).toMatchObject({ place: 'HPC', node: 'b' })
    const records: AgentRecord[] = []
    kernel.on('record', (record) => records.push(AgentRecord.parse(record)))
    await run(kernel, 'open("shard-2.bin", "wb").write(bytes(5000))', 'one')
    await run(kernel, 'size = len(open("shard-2.bin", "rb").read())', 'two')
    await vi.waitFor(() => expect(records).toHaveLength(2))
    expect(records[1]?.used).toContainEqual(
      expect.objectContaining({
        kind: 'file',
        name: nameElsewhere('shard-2.bin', 'HPC'),
        digest: expect.any(String),
      }),
    )
    expect(await shownValue(kernel, 'size')).toBe('5000')
    expect(existsSync(join(nodes.folder, 'shard-2.bin'))).toBe(false)
    expect(problems).toEqual([])
  })
})

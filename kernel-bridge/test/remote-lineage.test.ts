/** The battery of lineage through kernels of a Jupyter server and of a machine by SSH: the slices are those of a kernel here. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKernels, type Kernels } from '../src/index.ts'
import { jupyterPython, startJupyterServer, TOKEN, whyNoJupyter } from './jupyter-server.ts'
import { expectSame, type LineageCase, lineageCases, partOf, sliceOf } from './lineage-cases.ts'
import { signer } from './signer.ts'
import { endLaunched, startSshd, whyNoSshd } from './sshd.ts'

/** `npm run proof remote` runs many, others each day. */
const COUNT = Number(process.env.YESTERDAY_REMOTE_CASES ?? 3)
const TURN = Number(process.env.YESTERDAY_REMOTE_TURN ?? 0)

describe.skipIf(jupyterPython === null)(`lineage through kernels elsewhere${whyNoJupyter}`, () => {
  let dir: string
  let server: Awaited<ReturnType<typeof startJupyterServer>>
  let sshd: Awaited<ReturnType<typeof startSshd>> | null = null
  let host: object
  let kernels: Kernels

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yk-'))
    server = await startJupyterServer()
    sshd = whyNoSshd === '' ? await startSshd() : null
    const python = jupyterPython
    host = { id: 'gpu1', title: 'gpu1', target: 'gpu1', python, folder: dir, config: sshd?.config }
    const lab = { id: 'lab', title: 'Lab', url: `http://127.0.0.1:${server.port}/`, token: TOKEN }
    const all: Readonly<Record<string, readonly object[]>> = { jupyter: [lab], ssh: sshd ? [host] : [] }
    kernels = createKernels({
      runtimeDir: join(dir, 'run'),
      signer,
      connections: { list: (provider) => all[provider] ?? [] },
    })
  })
  afterAll(async () => {
    await kernels?.close({ shutdown: true })
    if (sshd !== null) await endLaunched(host, signer)
    await sshd?.end()
    await server?.end()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })

  const part = (): readonly LineageCase[] => {
    const all = lineageCases()
    const has = installed([...new Set(all.flatMap(({ needs }) => needs))])
    return partOf(
      all.filter(({ needs }) => needs.every((module) => has.has(module))),
      COUNT,
      TURN,
    )
  }
  const through = async (specName: string): Promise<void> => {
    let count = 0
    await expectSame(part(), async (one) => {
      const kernel = await kernels.start({ specName, cwd: dir })
      expect(kernel.agentProblem).toBeNull()
      count += 1
      const slice = await sliceOf(kernel, one, join(dir, specName, String(count)))
      await kernel.shutdown({ graceMs: 0 })
      return slice
    })
  }

  it('gives the slices of the battery through a Jupyter server', () => through('python3@lab'))

  it.skipIf(whyNoSshd !== '')(`gives them through a machine by SSH${whyNoSshd}`, () =>
    through('python3@gpu1'),
  )
})

/** Those of the modules that the Python of the tests has. */
function installed(modules: readonly string[]): ReadonlySet<string> {
  const code =
    'import sys; from importlib.util import find_spec; print(*[m for m in sys.argv[1:] if find_spec(m)])'
  const said = execFileSync(jupyterPython ?? '', ['-c', code, ...modules], { encoding: 'utf8' })
  return new Set(said.trim().split(/\s+/))
}

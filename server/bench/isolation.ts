/** How much longer a kernel takes to start in isolation, in pairs: `node bench/isolation.ts [PAIRS]`. Goal: 0.5 s. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseIsolation } from '../src/replay/isolation/members.ts'
import { isRefused } from '../src/replay/targets.ts'
import { openKernels } from '../src/setup/open-kernels.ts'
import { openStore } from '../src/store/open-store.ts'

const python = process.env.YESTERDAY_TEST_PYTHON ?? 'python3'
const pairs = Number(process.argv[2] ?? 5)

const root = await realpath(await mkdtemp(join(tmpdir(), 'ys-bench-isolation-')))
// Opening the storage makes the folder ours, which kernels need.
const store = await openStore({ root })
const kernels = openKernels(root, {
  interpreters: [{ name: 'tested', displayName: 'Tested', python }],
})

async function startMs(isolation: string): Promise<number> {
  const chosen = await chooseIsolation({ python, forced: isolation, network: false })
  if (isRefused(chosen)) throw new Error(chosen.refused.message)
  const place = { root, cwd: root, id: `${Date.now()}`, python, network: false }
  const began = performance.now()
  const none = new Set<string>()
  const sandbox = await chosen.member.open({ ...place, without: none, touched: none }, chosen.facts)
  const wrap = sandbox.wrap && { wrap: sandbox.wrap }
  const kernel = await kernels.start({ specName: 'tested', cwd: sandbox.cwd, prewarm: false, ...wrap })
  await sandbox.started()
  await sandbox.written()
  const took = performance.now() - began
  await kernel.shutdown({ graceMs: 0 })
  await sandbox.remove()
  return took
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

try {
  for (const member of ['namespaces', 'landlock']) {
    await startMs(member)
    const added: number[] = []
    for (let pair = 0; pair < pairs; pair++) added.push(-(await startMs('none')) + (await startMs(member)))
    const [least, most] = [Math.min(...added), Math.max(...added)].map(Math.round)
    say(`${member}: ${Math.round(median(added))} ms more than without (${least} to ${most})`)
  }
} finally {
  await kernels.close({ shutdown: true })
  await store.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * `node test/replay/restore-all.ts [NAME …]`: the twenty notebooks of the lineage tests, each restored to each of its
 * runs, by loading and by running all again: which variables are what they were, in a kernel of their own; and which way
 * is quicker in place, in a kernel that has imported what they import, as the median of three.
 */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { RestoreReport } from '../../contract/replay.ts'
import { median } from '../../src/prediction/fit.ts'
import { performActs, until } from '../../src/replay/perform.ts'
import { restore } from '../../src/replay/restore.ts'
import { isRefused } from '../../src/replay/targets.ts'
import type { ReplayWorld } from '../../src/replay/world.ts'
import { Session } from '../../src/session/session.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { ada, python } from '../session/house.ts'
import { kernelsOf } from './injected.ts'

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')
const interpreter = python
const file = join(import.meta.dirname, '../../../kernel-bridge/agent/tests/notebooks.txt')
const notebooks = (await readFile(file, 'utf8'))
  .split('\n## ')
  .slice(1)
  .map((block) => {
    const [head = '', ...lines] = block.split('\n')
    const name = head.split('|')[0]?.trim() ?? ''
    return { name, cells: lines.join('\n').split('\n--\n') }
  })
const wanted = process.argv.slice(2)
const results: Record<string, number> = {}
const count = (what: string): void => {
  results[what] = (results[what] ?? 0) + 1
}
for (const { name, cells } of notebooks)
  if (wanted.length === 0 || wanted.includes(name)) await restoreEach(name, cells)
process.stdout.write(`${JSON.stringify(results)}\n`)

async function restoreEach(name: string, cells: readonly string[]): Promise<void> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ys-restore-')))
  const store = await openStore({ root })
  const kernels = kernelsOf(interpreter, root, process.env)
  try {
    const runs = await record(store, kernels, root, cells)
    const world = { store, kernels, root, env: process.env }
    for (const [place, run] of runs.entries()) {
      for (const recompute of [false, true])
        printResults(name, place, recompute, await inKernelOfItsOwn(world, run, recompute))
    }
    await inPlace(name, world, runs)
  } finally {
    await kernels.close({ shutdown: true })
    await store.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

function printResults(name: string, place: number, recompute: boolean, report: RestoreReport): void {
  const [way, wanted] = recompute ? ['run again: ', 'recomputed'] : ['', 'restored']
  for (const { name: variable, result, why } of report.variables) {
    count(`${way}${result}`)
    if (result !== wanted && why !== null)
      process.stdout.write(`${name}, cell ${place + 1}: ${variable}: ${way}${result}: ${why}\n`)
  }
}

async function inPlace(name: string, world: ReplayWorld, runs: readonly string[]): Promise<void> {
  const last = runs.at(-1)
  if (last === undefined) return
  await inSession(world, last, async (session) => {
    await asked(world, session, last, true)
    for (const [place, run] of runs.entries()) {
      const [loading, running]: RestoreReport[][] = [[], []]
      for (let time = 0; time < 3; time++) {
        loading?.push(await asked(world, session, run, false))
        running?.push(await asked(world, session, run, true))
      }
      const loaded = loading?.[0]?.loaded.length ?? 0
      if (loaded === 0) continue
      const [quick, slow] = [loading, running].map((some) => median((some ?? []).map(({ tookMs }) => tookMs)))
      count((quick ?? 0) <= (slow ?? 0) ? 'quicker by loading' : 'slower by loading')
      process.stdout.write(
        `${name}, cell ${place + 1}: ${quick} ms with ${loaded} loaded, ${slow} ms by running\n`,
      )
    }
  })
}

async function record(store: Store, kernels: Kernels, root: string, cells: readonly string[]) {
  const { receipts } = await performActs({
    kernels,
    store,
    specName: 'python3',
    notebook: 'a.ipynb',
    cwd: root,
    acts: cells.map((source, place) => ({ run: `cell${place}`, cellId: `cell${place}`, source })),
    purpose: null,
    actor: ada,
    timeoutSeconds: 120,
    signal: new AbortController().signal,
    prepare: async () => undefined,
    before: async () => undefined,
    after: () => true,
  })
  return receipts.flatMap((receipt) => (receipt === null ? [] : [receipt.run]))
}

function inKernelOfItsOwn(world: ReplayWorld, run: string, recompute: boolean): Promise<RestoreReport> {
  return inSession(world, run, (session) => asked(world, session, run, recompute))
}

async function asked(
  world: ReplayWorld,
  session: Session,
  run: string,
  recompute: boolean,
): Promise<RestoreReport> {
  const report = await restore(world, session, run, { actor: ada, branch: false, recompute })
  if (isRefused(report)) throw new Error(report.refused.message)
  return report
}

async function inSession<T>(
  { store, kernels, root }: ReplayWorld,
  run: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session({
    kernels,
    store,
    doc: new Y.Doc(),
    documentId: null,
    path: () => 'a.ipynb',
    cwd: () => root,
    defaultSpec: async () => 'python3',
    allowStdin: false,
    prewarm: false,
    purpose: { kind: 'restore', of: run },
  })
  try {
    session.start(null, null)
    await until(session, () => session.view().kernel.state !== 'starting')
    return await work(session)
  } finally {
    session.shutdown(ada)
    await session.settled()
  }
}

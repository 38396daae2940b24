/**
 * `node test/replay/restore-all.ts [NAME …]`: the twenty notebooks of the lineage tests, each restored to each of its
 * runs, by loading and by running all again: which variables are what they were, and which way is quicker.
 */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { RestoreReport } from '../../contract/replay.ts'
import { performActs, until } from '../../src/replay/perform.ts'
import { restore } from '../../src/replay/restore.ts'
import { isRefused } from '../../src/replay/targets.ts'
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
const asked = process.argv.slice(2)
const results: Record<string, number> = {}
const count = (what: string): void => {
  results[what] = (results[what] ?? 0) + 1
}
for (const { name, cells } of notebooks)
  if (asked.length === 0 || asked.includes(name)) await restoreEach(name, cells)
process.stdout.write(`${JSON.stringify(results)}\n`)

async function restoreEach(name: string, cells: readonly string[]): Promise<void> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ys-restore-')))
  const store = await openStore({ root })
  const kernels = kernelsOf(interpreter, root, process.env)
  try {
    const runs = await record(store, kernels, root, cells)
    for (const [place, run] of runs.entries()) {
      const loading = await restored(store, kernels, root, run, false)
      const running = await restored(store, kernels, root, run, true)
      tell(name, place, loading, running)
    }
  } finally {
    await kernels.close({ shutdown: true })
    await store.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

function tell(name: string, place: number, loading: RestoreReport, running: RestoreReport): void {
  for (const { name: variable, result, why } of loading.variables) {
    count(result)
    if (result !== 'restored' && why !== null)
      process.stdout.write(`${name}, cell ${place + 1}: ${variable}: ${result}: ${why}\n`)
  }
  for (const { name: variable, result, why } of running.variables) {
    count(`run again: ${result}`)
    if (result !== 'recomputed')
      process.stdout.write(`${name}, cell ${place + 1}: ${variable}: run again: ${result}: ${why}\n`)
  }
  if (loading.loaded.length === 0) return
  count(loading.tookMs <= running.tookMs ? 'quicker by loading' : 'slower by loading')
  process.stdout.write(
    `${name}, cell ${place + 1}: ${loading.tookMs} ms with ${loading.loaded.length} loaded, ${running.tookMs} ms by running\n`,
  )
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

async function restored(store: Store, kernels: Kernels, root: string, run: string, recompute: boolean) {
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
    session.start(null)
    await until(session, () => session.view().kernel.state !== 'starting')
    const report = await restore({ store, kernels, root, env: process.env }, session, run, {
      actor: ada,
      branch: false,
      recompute,
    })
    if (isRefused(report)) throw new Error(report.refused.message)
    return report
  } finally {
    session.shutdown(ada)
    await session.settled()
  }
}

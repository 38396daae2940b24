/** `yesterday env [NOTEBOOK] [--since RUN]`: the packages, and what differs from an earlier run. */
import type { EnvironmentDifference } from '../../contract/replay.ts'
import { notebookIdAt } from '../document/identity/project-notebooks.ts'
import { differencesSince, lastGoodRun } from '../environments/since-good.ts'
import { StoreError } from '../store/errors.ts'
import type { ReadOnlyStore } from '../store/open-store.ts'
import { isRefusal, printJson, printLines, type Refusal } from './answer.ts'
import type { EnvOptions } from './env.ts'
import { type KernelPackages, kernelPackages } from './env-kernel.ts'
import { findRun } from './find-run.ts'
import { projectPath } from './project-root.ts'
import { counted, localTime, shortId, table } from './text.ts'

interface Since {
  readonly run: string
  readonly ended: string
  readonly differences: readonly EnvironmentDifference[]
}

export async function showEnvironment(
  notebook: string | undefined,
  options: EnvOptions,
): Promise<Refusal | null> {
  const found = await kernelPackages(notebook, options)
  if (isRefusal(found)) return found
  const since = await sinceRun(notebook, found, options)
  if (since !== null && isRefusal(since)) return since
  const { environment, kernel } = found
  const { python, version, packages } = environment
  const listed = packages.map(({ name, version: is, origin }) => ({ name, version: is, origin }))
  if (options.json) printJson({ kernel, python, version, packages: listed, since })
  else {
    const rows = packages.map(({ name, version: is, origin }) => [name, is, origin?.kind ?? ''])
    printLines([`${kernel}: Python ${version}, ${python}`, '', ...table(rows), ...sinceLines(since)])
  }
  return null
}

/** Null where nothing was recorded to compare with. */
async function sinceRun(
  notebook: string | undefined,
  found: KernelPackages,
  options: EnvOptions,
): Promise<Since | Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  let store: ReadOnlyStore
  try {
    store = openStoreToRead({ root: found.root })
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'no-store' && options.since === undefined) return null
    throw thrown
  }
  try {
    const run = await runToCompare(store.index, notebook, found.root, options.since)
    if (run === null || isRefusal(run)) return run
    const differences = await differencesSince(store.index, run.run, found.environment)
    const [summary] = await store.index.summaries([run.run])
    if (differences === null || summary === undefined) return notEnded(run.run)
    return { run: run.run, ended: summary.ended, differences }
  } finally {
    await store.close()
  }
}

async function runToCompare(
  index: ReadOnlyStore['index'],
  notebook: string | undefined,
  root: string,
  since: string | undefined,
): Promise<{ readonly run: string } | Refusal | null> {
  if (since !== undefined) return findRun(index, since)
  if (notebook === undefined) return null
  return lastGoodRun(index, await notebookIdAt(root, index, projectPath(root, notebook)), null)
}

const notEnded = (run: string): Refusal => ({
  code: 'not-ended',
  message: `run ${run} has not ended`,
  hint: 'Try again when it has.',
  exit: 1,
})

function sinceLines(since: Since | null): readonly string[] {
  if (since === null) return []
  const { run, ended, differences } = since
  const place = `run ${shortId(run)}, ${localTime(ended)}`
  if (differences.length === 0) return ['', `Nothing differs from what was imported in ${place}.`]
  const rows = differences.map(({ name, was, is }) => [name, was ?? '-', is ?? 'not installed'])
  return [
    '',
    `${counted(differences.length, 'difference')} from ${place}:`,
    ...table([['', 'then', 'now'], ...rows]),
  ]
}

/**
 * Restore: a kernel's variables as they were after a run, by running again what made them. Invariant: the person's
 * files are not touched, and of each variable it is told whether it is what it was, by digest.
 */
import { randomBytes } from 'node:crypto'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { JobProgress, RestoredVariable, RestoreReport } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import type { Session } from '../session/session.ts'
import { perform } from './kernel-talk.ts'
import { LaidFiles } from './laid-files.ts'
import { liveState } from './live-state.ts'
import { until } from './perform.ts'
import { restoreRandom } from './random-states.ts'
import { type ReadyReplay, readyRuns } from './replay.ts'
import { makeScratch } from './scratch.ts'
import { isRefused, type Refused, refused, runsOf, wholeRun } from './targets.ts'
import type { ReplayWorld } from './world.ts'

export interface RestoreOptions {
  readonly actor: Actor
  /** Into a new session; else into the kernel that is there. */
  readonly branch: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress) => void
}

const goCode = 'import os\nos.chdir(given)'
/** Names of the person's that were not there then. */
const leaveCode = `
import sys
shell = sys.modules["IPython"].get_ipython()
hidden = set(shell.user_ns_hidden)
for name in [name for name in shell.user_ns if not name.startswith("_") and name not in hidden and name not in given]:
    del shell.user_ns[name]
`

export async function restore(
  world: ReplayWorld,
  session: Session,
  prefix: string,
  options: RestoreOptions,
): Promise<RestoreReport | Refused> {
  const started = Date.now()
  const run = await wholeRun(world.store.index, prefix)
  if (typeof run !== 'string') return run
  const asked = await world.store.index.receipt(run)
  if (asked === null) return refused('not-ended', `run ${run} has not ended`, 'Ask again when it has.')
  const all = await runsOf(world.store.index, { kind: 'session', session: asked.session })
  if (isRefused(all)) return all
  const live = liveState(all.filter(({ order }) => order <= asked.order))
  const ready = await readyRuns(world, { kind: 'run', run }, live.runs.length > 0 ? live.runs : [asked])
  const kernel = await kernelFor(session, ready, options)
  if (isRefused(kernel)) return kernel
  const again = await runAgain(world, session, kernel, ready, options)
  await perform(kernel, leaveCode, [...live.variables.keys()])
  const random = await randomResults(world, kernel, asked, [...again.values()].at(-1) ?? null)
  return {
    run,
    session: session.view().session,
    variables: [...live.variables].map(([name, edge]) => resultOf(name, edge, ready, again)),
    random,
    loaded: [],
    recomputed: [...again.keys()],
    expectedMs: ready.plan.expectedMs,
    tookMs: Date.now() - started,
  }
}

async function kernelFor(
  session: Session,
  ready: ReadyReplay,
  { branch, actor }: RestoreOptions,
): Promise<Kernel | Refused> {
  const { running, queue } = session.view()
  if (running !== null || queue.length > 0)
    return refused('busy', 'the kernel is at work', 'Wait until it is idle, or interrupt it.')
  if (session.kernel === null) session.start(ready.spec.name)
  else if (branch) await session.restart(ready.spec.name, [], actor)
  await until(session, () => !['starting', 'restarting'].includes(session.view().kernel.state))
  const { kernel } = session
  if (kernel?.recording) return kernel
  const why = session.view().kernel.problem ?? 'there is no kernel that records'
  return refused('no-kernel', why, 'Start a kernel first.')
}

/** By recorded run: the run that repeats it. */
async function runAgain(
  world: ReplayWorld,
  session: Session,
  kernel: Kernel,
  ready: ReadyReplay,
  { actor, signal, onProgress }: RestoreOptions,
): Promise<ReadonlyMap<string, Receipt>> {
  const steps = ready.steps.filter(({ step }) => step.action === 're-run')
  const id = randomBytes(10).toString('hex')
  const scratch = await makeScratch({ root: world.root, cwd: ready.cwd, id, without: new Set() })
  const laid = new LaidFiles(world, ready.cwd, scratch)
  const again = new Map<string, Receipt>()
  const home = await perform(kernel, goCode, scratch.cwd)
  try {
    for (const { step, receipt, given, random } of home.ok ? steps : []) {
      if (signal?.aborted || session.kernel === null) break
      onProgress?.({ done: again.size, total: steps.length, now: step.title, verdicts: [] })
      for (const file of given) await laid.lay(file)
      await restoreRandom(kernel, world.store.objects, random)
      const repeated = await repeat(world, session, receipt, actor)
      if (repeated === null) break
      again.set(receipt.run, repeated)
      for (const { name } of repeated.generated) laid.forget(name)
    }
    return again
  } finally {
    await perform(kernel, goCode, ready.cwd)
    await scratch.remove()
  }
}

async function repeat(
  { store }: ReplayWorld,
  session: Session,
  { cellId, cell, run, source }: Receipt,
  actor: Actor,
): Promise<Receipt | null> {
  const ended = new Set<string>()
  const heard = ({ run: one }: { readonly run: string }): void => {
    ended.add(one)
    session.events.emit('changed')
  }
  session.events.on('recorded', heard)
  try {
    const queued = await session.runAgain({ cell: cellId ?? run, place: cell ?? 1, source }, actor)
    if ('refusal' in queued) return null
    await until(session, () => ended.has(queued.run))
    return await store.index.receipt(queued.run)
  } finally {
    session.events.off('recorded', heard)
  }
}

function resultOf(
  name: string,
  edge: Edge,
  ready: ReadyReplay,
  again: ReadonlyMap<string, Receipt>,
): RestoredVariable {
  const repeated = edge.by === null ? undefined : again.get(edge.by)
  if (repeated === undefined) {
    const step = ready.steps.find(({ receipt }) => receipt.run === edge.by)
    return { name, result: 'not restorable', why: step?.step.why ?? 'what made it could not be run' }
  }
  const now = repeated.generated.find((one) => one.kind === 'variable' && one.name === name)
  if (now === undefined)
    return { name, result: 'not restorable', why: repeated.error?.evalue ?? 'it was not made again' }
  if (edge.digest === null || now.digest === null)
    return { name, result: 'recomputed', why: 'its content has no digest to compare' }
  return edge.digest === now.digest
    ? { name, result: 'recomputed', why: null }
    : { name, result: 'differs', why: `made again, it is another ${now.type ?? 'value'}` }
}

/** States that the runs themselves did not bring back are set, where their bytes are kept. */
async function randomResults(
  { store }: ReplayWorld,
  kernel: Kernel,
  asked: Receipt,
  last: Receipt | null,
): Promise<RestoredVariable[]> {
  const results: RestoredVariable[] = []
  for (const [name, digest] of Object.entries(asked.state?.random ?? {})) {
    if (last?.state?.random[name] === digest) {
      results.push({ name, result: 'recomputed', why: null })
      continue
    }
    const problems = await restoreRandom(kernel, store.objects, { [name]: digest }, true)
    const why = problems[0] ?? null
    results.push({ name, result: why === null ? 'restored' : 'not restorable', why })
  }
  return results
}

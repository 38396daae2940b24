/**
 * Restore: a kernel's variables as they were after a run: stored values loaded, the rest made again, whichever is
 * quicker. Invariant: the person's files are not touched, and of each variable it is told whether it is what it was, by
 * digest; a value that does not load is made again.
 */
import { dirname, join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { RestoredVariable, RestoreReport } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Session } from '../session/session.ts'
import { type BringBackOptions, type BroughtBack, bringBack } from './bring-back.ts'
import { fileFacts } from './file-facts.ts'
import { loadableValues, settle } from './kept-values.ts'
import { perform } from './kernel-talk.ts'
import { type LiveState, liveState } from './live-state.ts'
import { until } from './perform.ts'
import { type FileSource, planReplay } from './plan.ts'
import { restoreRandom } from './random-states.ts'
import { specOf } from './ready-replay.ts'
import { type Loadable, makerOf, planRestore, versionKey } from './restore-plan.ts'
import { isRefused, type Refused, refused, runsOf, wholeRun } from './targets.ts'
import type { ReplayWorld } from './world.ts'

export interface RestoreOptions extends BringBackOptions {
  /** Into a new session; else into the kernel that is there. */
  readonly branch: boolean
  /** Loads nothing: all is made again. */
  readonly recompute?: boolean
}

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
  const cwd = dirname(join(world.root, asked.notebook))
  const { maySend = false } = world
  const files = { ...(await fileFacts(cwd, world.store, live.runs)), maySend }
  const kernel = await kernelFor(world, session, asked, options)
  if (isRefused(kernel)) return kernel
  const done = await attempt(world, { session, kernel, cwd }, { live, files }, options)
  await perform(kernel, leaveCode, [...live.variables.keys()])
  const whyNot = reasons(live, files)
  const random = await randomResults(world, kernel, asked, [...done.again.values()].at(-1) ?? null)
  await settle(kernel)
  return {
    run,
    session: session.view().session,
    variables: [...live.variables].map(([name, edge]) => resultOf(name, edge, whyNot, done)),
    random,
    loaded: [...new Set([...done.loaded].map(makerOf))],
    recomputed: [...done.again.keys()],
    expectedMs: done.expectedMs,
    tookMs: Date.now() - started,
  }
}

type Attempt = BroughtBack & { readonly expectedMs: number | null }

/** Plans and performs; what does not load is left out of the next plan, so that each one is shorter of loads. */
async function attempt(
  world: ReplayWorld,
  place: { readonly session: Session; readonly kernel: Kernel; readonly cwd: string },
  { live, files }: { readonly live: LiveState; readonly files: FileSource },
  options: RestoreOptions,
): Promise<Attempt> {
  const loadable = options.recompute ? new Map<string, Loadable>() : await loadableValues(world, live.runs)
  for (;;) {
    const { load, rerun } = planRestore({ live, loadable, ...files })
    const last = rerun.at(-1)
    const again = last && planReplay({ target: { kind: 'run', run: last.run }, runs: rerun, ...files })
    const steps = again?.steps.filter(({ step }) => step.action === 're-run') ?? []
    const done = await bringBack(world, place, { load, steps }, options)
    if (done.unloadable.size === 0 || options.signal?.aborted)
      return { ...done, expectedMs: again?.plan.expectedMs ?? null }
    for (const key of done.unloadable) loadable.delete(key)
  }
}

/** By run: why it cannot run again; null where it can. */
function reasons({ runs }: LiveState, files: FileSource): ReadonlyMap<string, string | null> {
  const last = runs.at(-1)
  if (last === undefined) return new Map()
  const { steps } = planReplay({ target: { kind: 'run', run: last.run }, runs, ...files })
  return new Map(steps.map(({ step }) => [step.run, step.why]))
}

async function kernelFor(
  world: ReplayWorld,
  session: Session,
  asked: Receipt,
  { branch, actor }: RestoreOptions,
): Promise<Kernel | Refused> {
  const { running, queue } = session.view()
  if (running !== null || queue.length > 0)
    return refused('busy', 'the kernel is at work', 'Wait until it is idle, or interrupt it.')
  const { name } = await specOf(world, asked)
  if (session.kernel === null) session.start(name)
  else if (branch) await session.restart(name, [], actor)
  await until(session, () => !['starting', 'restarting'].includes(session.view().kernel.state))
  const { kernel } = session
  if (kernel?.recording) return kernel
  const why = session.view().kernel.problem ?? 'there is no kernel that records'
  return refused('no-kernel', why, 'Start a kernel first.')
}

function resultOf(
  name: string,
  edge: Edge,
  whyNot: ReadonlyMap<string, string | null>,
  { again, loaded }: BroughtBack,
): RestoredVariable {
  if (edge.by !== null && loaded.has(versionKey(edge.by, name)))
    return { name, result: 'restored', why: null }
  const repeated = edge.by === null ? undefined : again.get(edge.by)
  if (repeated === undefined) {
    const why = whyNot.get(edge.by ?? '') ?? 'what made it could not be run'
    return { name, result: 'not restorable', why }
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

/**
 * Restore: a kernel's variables as they were after a run: stored values loaded, the rest made again, whichever is
 * quicker. What is made again runs in a sandbox first; the kernel loads its values, and runs only what was seen to have
 * no effects. Invariant: nothing outside of the kernel changes, and the report says of each variable whether it is what it
 * was, by digest; a value that does not load is made again.
 */
import { dirname, join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { RestoredVariable, RestoreReport } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import type { Session } from '../session/session.ts'
import type { BringBackOptions } from './bring-back.ts'
import { setStates } from './chance.ts'
import { withExpectedTimes } from './expected-times.ts'
import { fileFacts } from './file-facts.ts'
import { allowedEffects, isolationFor } from './isolation/members.ts'
import { loadableValues, settle } from './kept-values.ts'
import { callAgent, perform } from './kernel-talk.ts'
import { LateContents } from './late-contents.ts'
import { inLiveKernel } from './live-kernel.ts'
import { liveRuns } from './live-runs.ts'
import { type LiveState, liveState } from './live-state.ts'
import { until } from './perform.ts'
import { type FileSource, planReplay } from './plan.ts'
import { specOf } from './ready-replay.ts'
import { type Loadable, makerOf, planRestore, versionKey } from './restore-plan.ts'
import { keptOut, type RestoreFactsOf, rehearseRestore, stepsOf } from './restore-rehearsal.ts'
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
  const facts = await restoreFacts(world, prefix)
  if (isRefused(facts)) return facts
  const { asked, live, files, chosen, spec } = facts
  const kernel = await kernelFor(session, spec.name, options)
  if (isRefused(kernel)) return kernel
  const done = await attempt(world, { session, kernel }, facts, options)
  await perform(kernel, leaveCode, [...live.variables.keys()])
  const whyNot = reasons(live, files)
  const random = await randomResults(world, kernel, asked)
  await settle(kernel)
  return {
    run: asked.run,
    session: session.view().session,
    variables: [...live.variables].map(([name, edge]) => resultOf(name, edge, whyNot, done)),
    random,
    loaded: [...new Set([...done.loaded].map(makerOf))],
    recomputed: [...done.again.keys()],
    isolation: chosen.facts,
    problems: [...done.problems],
    expectedMs: done.expectedMs,
    tookMs: Date.now() - started,
  }
}

/** What is known of a restoration to the state after this run; nothing runs. */
export async function restoreFacts(world: ReplayWorld, prefix: string): Promise<RestoreFactsOf | Refused> {
  const run = await wholeRun(world.store.index, prefix)
  if (typeof run !== 'string') return run
  const asked = await world.store.index.receipt(run)
  if (asked === null) return refused('not-ended', `run ${run} has not ended`, 'Ask again when it has.')
  const all = await runsOf(world.store.index, { kind: 'session', session: asked.session })
  if (isRefused(all)) return all
  const recorded = all.filter(({ order }) => order <= asked.order)
  const { runs, withoutSecret } = await liveRuns(world, recorded)
  const live = await withExpectedTimes(world, liveState(runs))
  const cwd = dirname(join(world.root, asked.notebook))
  const spec = await specOf(world, asked)
  const chosen = await isolationFor(world, spec)
  if (isRefused(chosen)) return chosen
  const allowed = allowedEffects(world, chosen.facts, cwd)
  const files = { ...(await fileFacts(cwd, world.store, live.runs)), allowed, withoutSecret }
  return { asked, live, files, chosen, spec, cwd }
}

interface Attempt {
  /** Loaded from what was stored, by `versionKey`. */
  readonly loaded: ReadonlySet<string>
  /** Made again, in the rehearsal or in this kernel, and there now. */
  readonly made: ReadonlySet<string>
  /** By recorded run: the run that repeats it. */
  readonly again: ReadonlyMap<string, Receipt>
  readonly expectedMs: number | null
  /** By run: why it was kept out of this kernel. */
  readonly kept: ReadonlyMap<string, string>
  readonly problems: readonly string[]
}

/** What runs again is rehearsed; this kernel then loads what it can, and runs what was seen to have no effects. */
async function attempt(
  world: ReplayWorld,
  place: { readonly session: Session; readonly kernel: Kernel },
  facts: RestoreFactsOf,
  options: RestoreOptions,
): Promise<Attempt> {
  const { live, files } = facts
  const stored = options.recompute ? new Map<string, Loadable>() : await loadableValues(world, live.runs)
  const unmovable = new Set<string>()
  let rehearsal = await rehearseRestore(world, facts, stored, options)
  for (;;) {
    const values = [...rehearsal.values].filter(([key]) => !unmovable.has(key))
    const loadable = new Map([...values, ...stored])
    const kept = keptOut(live.runs, rehearsal, loadable, facts.chosen.facts, files.allowed)
    const plan = planRestore({ live, loadable, ...files, forbidden: new Set(kept.keys()) })
    // The plan does without what is kept out where it can; where it cannot, what is missing is reported.
    const { steps, expectedMs } = stepsOf(
      plan.rerun.filter(({ run }) => !kept.has(run)),
      files,
    )
    const late = new LateContents(place.kernel)
    const done = await inLiveKernel(world, place, facts.cwd, { load: plan.load, steps }, options)
    if (done.unloadable.size > 0 && options.signal?.aborted !== true) {
      const lost = [...done.unloadable].filter((key) => stored.delete(key))
      for (const key of done.unloadable) if (!lost.includes(key)) unmovable.add(key)
      // What was to be loaded is made again, which is rehearsed first.
      if (lost.length > 0) rehearsal = await rehearseRestore(world, facts, stored, options)
      continue
    }
    const moved = [...done.loaded].filter((key) => !stored.has(key))
    const again = await withLate(world, place.session, late, new Map([...rehearsal.again, ...done.again]))
    const instead = otherwise(live, stored, done.loaded, again)
    const reloaded =
      instead.length === 0
        ? done
        : await inLiveKernel(world, place, facts.cwd, { load: instead, steps: [] }, options)
    return {
      loaded: new Set([...done.loaded, ...reloaded.loaded].filter((key) => stored.has(key))),
      made: new Set([...moved, ...[...done.again].flatMap(([run, { generated }]) => keysOf(run, generated))]),
      again,
      expectedMs,
      kept,
      problems: rehearsal.problem === null ? [] : [rehearsal.problem],
    }
  }
}

/** Stored values of variables that came out different when their run was repeated. */
function otherwise(
  { variables }: LiveState,
  stored: ReadonlyMap<string, Loadable>,
  loaded: ReadonlySet<string>,
  again: ReadonlyMap<string, Receipt>,
): readonly Loadable[] {
  return [...variables].flatMap(([name, { by, digest }]) => {
    const key = versionKey(by ?? '', name)
    const one = stored.get(key)
    const repeated = again
      .get(by ?? '')
      ?.generated.find((edge) => edge.kind === 'variable' && edge.name === name)
    const differs = repeated != null && repeated.digest !== null && repeated.digest !== digest
    return one !== undefined && differs && !loaded.has(key) ? [one] : []
  })
}

/** The receipts with what was computed behind the replies, where something of them was. */
async function withLate(
  { store }: ReplayWorld,
  session: Session,
  late: LateContents,
  again: ReadonlyMap<string, Receipt>,
): Promise<ReadonlyMap<string, Receipt>> {
  const isOpen = ({ generated }: Receipt): boolean =>
    generated.some(({ kind, digest }) => kind === 'variable' && digest === null)
  if (![...again.values()].some(isOpen)) return again
  await late.finish()
  await session.settled()
  const read = async ([run, was]: readonly [string, Receipt]) =>
    [run, (await store.index.receipt(was.run)) ?? was] as const
  return new Map(await Promise.all([...again].map(read)))
}

const keysOf = (run: string, generated: readonly Edge[]): readonly string[] =>
  generated.flatMap(({ kind, name }) => (kind === 'variable' ? [versionKey(run, name)] : []))

/** By run: why it cannot run again; null where it can. */
function reasons({ runs }: LiveState, files: FileSource): ReadonlyMap<string, string | null> {
  const last = runs.at(-1)
  if (last === undefined) return new Map()
  const { steps } = planReplay({ target: { kind: 'run', run: last.run }, runs, ...files })
  return new Map(steps.map(({ step }) => [step.run, step.why]))
}

/** An idle kernel of the session that records; one is started where there is none. */
export async function kernelFor(
  session: Session,
  name: string,
  { branch, actor }: Pick<RestoreOptions, 'branch' | 'actor'>,
): Promise<Kernel | Refused> {
  const { running, queue } = session.view()
  if (running !== null || queue.length > 0)
    return refused('busy', 'the kernel is at work', 'Wait until it is idle, or interrupt it.')
  if (session.kernel === null) session.start(name, actor)
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
  { again, loaded, made, kept }: Attempt,
): RestoredVariable {
  const by = edge.by ?? ''
  if (loaded.has(versionKey(by, name))) return { name, result: 'restored', why: null }
  const repeated = again.get(by)
  if (repeated === undefined || !made.has(versionKey(by, name))) {
    const why = whyNot.get(by) ?? kept.get(by) ?? repeated?.error?.evalue ?? 'what made it could not be run'
    return { name, result: 'not restorable', why }
  }
  const now = repeated.generated.find((one) => one.kind === 'variable' && one.name === name)
  if (now === undefined)
    return { name, result: 'not restorable', why: repeated.error?.evalue ?? 'it was not made again' }
  if (edge.digest === null || now.digest === null)
    return { name, result: 'recomputed', why: 'its content has no digest to compare' }
  return edge.digest === now.digest
    ? { name, result: 'recomputed', why: null }
    : { name, result: 'differs', why: `re-created with a different ${now.type ?? 'value'}` }
}

/**
 * Sets every state of which the bytes are kept: runs that were repeated in a sandbox moved the states of another kernel.
 * Older records have no bytes of a state that a last run made; then it has to be what the kernel has.
 */
async function randomResults(
  { store }: ReplayWorld,
  kernel: Kernel,
  asked: Receipt,
): Promise<RestoredVariable[]> {
  const results: RestoredVariable[] = []
  for (const [name, digest] of Object.entries(asked.state?.random ?? {})) {
    const [why = null] = await setStates(kernel, store.objects, { [name]: digest }, true)
    if (why === null) results.push({ name, result: 'restored', why })
    else if ((await presentStates(kernel))[name] === digest)
      results.push({ name, result: 'recomputed', why: null })
    else results.push({ name, result: 'not restorable', why })
  }
  return results
}

const States = z.record(z.string(), z.string())

async function presentStates(kernel: Kernel): Promise<Readonly<Record<string, string>>> {
  const answer = await callAgent(kernel, 'state.random_states', [])
  return States.safeParse(answer.ok ? answer.value : null).data ?? {}
}

/**
 * Loads some variables of the past into a kernel, under names that a person chose. Invariant: all other variables of the
 * kernel stay as they are. No code of the past runs in it: what is not stored is computed again in a sandbox.
 */
import type { Kernel } from '@yesterday/kernel-bridge'
import type { RestoredVariable, RestoreReport, WantedVariable } from '../../contract/replay.ts'
import type { Session } from '../session/session.ts'
import { loadableValues, settle } from './kept-values.ts'
import { inLiveKernel } from './live-kernel.ts'
import { liveState } from './live-state.ts'
import type { Rehearsal } from './rehearsal.ts'
import { noRehearsal } from './rehearsal.ts'
import { kernelFor, type RestoreOptions, restoreFacts } from './restore.ts'
import { type Loadable, makerOf, versionKey } from './restore-plan.ts'
import { type RestoreFactsOf, rehearseRestore } from './restore-rehearsal.ts'
import { isRefused, type Refused, refused } from './targets.ts'
import type { ReplayWorld } from './world.ts'

/** `only`: the variables as they were after the run, and their names in the kernel. */
export async function loadValues(
  world: ReplayWorld,
  session: Session,
  prefix: string,
  options: RestoreOptions & { readonly only: readonly WantedVariable[] },
): Promise<RestoreReport | Refused> {
  const started = Date.now()
  const facts = await restoreFacts(world, prefix)
  if (isRefused(facts)) return facts
  const missing = options.only.find(({ name }) => !facts.live.variables.has(name))
  if (missing !== undefined) return noSuchVariable(missing.name, facts)
  const kernel = await kernelFor(session, facts.spec.name, options)
  if (isRefused(kernel)) return kernel
  const done = await bind(world, { session, kernel }, facts, options)
  await settle(kernel)
  return {
    run: facts.asked.run,
    session: session.view().session,
    variables: options.only.map((wanted) => resultOf(wanted, facts, done)),
    random: [],
    loaded: [...new Set([...done.stored].map(makerOf))],
    recomputed: [...done.rehearsal.again.keys()],
    isolation: facts.chosen.facts,
    problems: done.rehearsal.problem === null ? [] : [done.rehearsal.problem],
    expectedMs: null,
    tookMs: Date.now() - started,
  }
}

function noSuchVariable(name: string, { asked, live }: RestoreFactsOf): Refused {
  const known = [...live.variables.keys()].slice(0, 20).join(', ')
  return refused('missing', `there was no variable ${name} after run ${asked.run}`, `There were: ${known}.`)
}

interface Bound {
  /** Loaded from the store, and from the sandbox, by `versionKey`. */
  readonly stored: ReadonlySet<string>
  readonly computed: ReadonlySet<string>
  readonly rehearsal: Rehearsal
}

async function bind(
  world: ReplayWorld,
  place: { readonly session: Session; readonly kernel: Kernel },
  facts: RestoreFactsOf,
  options: RestoreOptions & { readonly only: readonly WantedVariable[] },
): Promise<Bound> {
  const all = options.recompute ? new Map<string, Loadable>() : await loadableValues(world, facts.live.runs)
  const load = async (from: ReadonlyMap<string, Loadable>, without: ReadonlySet<string>) => {
    const wanted = options.only.flatMap(({ name, as }): Loadable[] => {
      const key = keyOf(name, facts)
      const loadable = without.has(key) ? undefined : from.get(key)
      return loadable === undefined ? [] : [{ ...loadable, as }]
    })
    return (await inLiveKernel(world, place, facts.cwd, { load: wanted, steps: [] }, options)).loaded
  }
  const stored = await load(all, new Set())
  const rest = new Set(options.only.map(({ name }) => name).filter((name) => !stored.has(keyOf(name, facts))))
  if (rest.size === 0) return { stored, computed: new Set(), rehearsal: noRehearsal() }
  // What did not load is not offered to the sandbox either.
  const loadable = new Map([...all].filter(([key]) => ![...rest].some((name) => keyOf(name, facts) === key)))
  const narrowed = { ...facts, live: liveState(facts.live.runs, rest) }
  const rehearsal = await rehearseRestore(world, narrowed, loadable, options)
  return { stored, computed: await load(rehearsal.values, stored), rehearsal }
}

const keyOf = (name: string, { live }: RestoreFactsOf): string =>
  versionKey(live.variables.get(name)?.by ?? '', name)

function resultOf({ name, as }: WantedVariable, facts: RestoreFactsOf, done: Bound): RestoredVariable {
  const key = keyOf(name, facts)
  const shown = as === name ? { name } : { name, as }
  if (done.stored.has(key)) return { ...shown, result: 'restored', why: null }
  if (!done.computed.has(key)) return { ...shown, result: 'not restorable', why: whyNot(name, facts, done) }
  const was = facts.live.variables.get(name)
  const is = done.rehearsal.values.get(key)?.edge
  if (was?.digest === null)
    return { ...shown, result: 'recomputed', why: 'its content has no digest to compare' }
  if (was?.digest === is?.digest) return { ...shown, result: 'recomputed', why: null }
  return { ...shown, result: 'differs', why: `computed again, the ${is?.type ?? 'value'} differs` }
}

function whyNot(name: string, { live }: RestoreFactsOf, { rehearsal }: Bound): string {
  const by = live.variables.get(name)?.by ?? ''
  const failed = rehearsal.again.get(by)?.error?.evalue
  return failed ?? rehearsal.problem ?? 'it is not stored, and what computes it could not run in a sandbox'
}

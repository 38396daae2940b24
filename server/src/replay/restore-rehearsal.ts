/** What of a restoration is rehearsed, and what the live kernel may run after that. */
import type { KernelSpec } from '@yesterday/kernel-bridge'
import type { Isolation } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import type { BringBackOptions } from './bring-back.ts'
import { type AllowedEffects, isolatedEffects, refusedEffect } from './effects.ts'
import { isInert } from './inert.ts'
import type { Chosen } from './isolation/members.ts'
import type { LiveState } from './live-state.ts'
import { type FileSource, type PreparedStep, planReplay } from './plan.ts'
import { noRehearsal, type Rehearsal, rehearse } from './rehearsal.ts'
import { type Loadable, planRestore, versionKey } from './restore-plan.ts'
import type { ReplayWorld } from './world.ts'

/** What is known of a restoration before it begins. */
export interface RestoreFactsOf {
  /** The run after which the variables are wanted. */
  readonly asked: Receipt
  readonly live: LiveState
  readonly files: FileSource
  readonly chosen: Chosen
  readonly spec: KernelSpec
  /** The notebook's folder. */
  readonly cwd: string
}

/** Runs that can run, and how long they take. */
export function stepsOf(
  runs: readonly Receipt[],
  files: FileSource,
): { readonly steps: readonly PreparedStep[]; readonly expectedMs: number | null } {
  const last = runs.at(-1)
  if (last === undefined) return { steps: [], expectedMs: null }
  const { steps, plan } = planReplay({ target: { kind: 'run', run: last.run }, runs, ...files })
  return { steps: steps.filter(({ step }) => step.action === 're-run'), expectedMs: plan.expectedMs }
}

/** Where nothing isolates, nothing is rehearsed: the plan then refuses runs whose record shows effects. */
export async function rehearseRestore(
  world: ReplayWorld,
  { asked, live, files, chosen, spec, cwd }: RestoreFactsOf,
  stored: ReadonlyMap<string, Loadable>,
  options: BringBackOptions,
): Promise<Rehearsal> {
  if (chosen.facts.writes === 'open') return noRehearsal()
  const loadable = new Map(stored)
  for (;;) {
    const { load, rerun } = planRestore({ live, loadable, ...files })
    if (rerun.every(isInert)) return noRehearsal()
    const { steps } = stepsOf(rerun, files)
    const python = spec.argv[0] ?? 'python3'
    const of = { chosen, specName: spec.name, python, asked, cwd, load, steps }
    const done = await rehearse(world, of, options)
    if (done.unloadable.size === 0 || options.signal?.aborted) return done
    for (const key of done.unloadable) loadable.delete(key)
  }
}

/** By run: why the live kernel does not run it. */
export function keptOut(
  runs: readonly Receipt[],
  rehearsal: Pick<Rehearsal, 'again' | 'clean'>,
  loadable: ReadonlyMap<string, Loadable>,
  { writes }: Pick<Isolation, 'writes'>,
  allowed: AllowedEffects = isolatedEffects,
): ReadonlyMap<string, string> {
  const isLoaded = ({ run, generated }: Receipt): boolean =>
    generated.every(
      ({ kind, name, deleted }) =>
        kind === 'file' || (kind === 'variable' && !deleted && loadable.has(versionKey(run, name))),
    )
  const why = writes === 'open' ? whyUnisolated(isLoaded, allowed) : whyRehearsed(isLoaded, rehearsal)
  return new Map(
    runs.flatMap((receipt) => {
      const reason = isInert(receipt) ? null : why(receipt)
      return reason === null ? [] : [[receipt.run, reason]]
    }),
  )
}

type Why = (receipt: Receipt) => string | null

/**
 * It is kept out unless it was seen to have no effects; also where all that it made can be loaded, since its code may do
 * something else outside of the sandbox.
 */
const whyRehearsed =
  (isLoaded: (receipt: Receipt) => boolean, { again, clean }: Pick<Rehearsal, 'again' | 'clean'>): Why =>
  (receipt) => {
    if (!clean.has(receipt.run)) return again.has(receipt.run) ? HAS_EFFECTS : NOT_REHEARSED
    return isLoaded(receipt) ? LOADED : null
  }

/** Nothing was rehearsed: by the record alone. The copy has another working directory. */
const whyUnisolated =
  (isLoaded: (receipt: Receipt) => boolean, allowed: AllowedEffects): Why =>
  (receipt) => {
    const asksForFolder = receipt.used.some(({ kind, name }) => kind === 'state' && name === 'cwd')
    return refusedEffect(receipt, allowed) ?? (asksForFolder && isLoaded(receipt) ? LOADED : null)
  }

const HAS_EFFECTS =
  'what made it changes files or reaches outside, so it ran in a sandbox only, and this value cannot be moved from there'
const NOT_REHEARSED = 'what made it could not be tried in a sandbox'
const LOADED = 'its values are loaded'

/**
 * Performs a plan of restoring in a kernel: loads and runs in the order in which it was. Invariant: what runs sees the
 * files as they were then; the first value that does not load ends it, since what comes next may read it.
 */
import { join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { JobProgress } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import type { Session } from '../session/session.ts'
import { giveChance } from './chance.ts'
import type { Sandbox } from './isolation/isolation.ts'
import { folderHere, KeptValues } from './kept-values.ts'
import { LaidFiles } from './laid-files.ts'
import { until } from './perform.ts'
import type { PreparedStep } from './plan.ts'
import { type Loadable, versionKey } from './restore-plan.ts'
import { giveAnswers } from './web-answers.ts'
import type { ReplayWorld } from './world.ts'

export interface BringBackOptions {
  readonly actor: Actor
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress) => void
}

/** The kernel, and where files are laid for it. */
export interface BringBackPlace {
  readonly session: Session
  readonly kernel: Kernel
  /** The notebook's folder. */
  readonly cwd: string
  readonly sandbox: Sandbox
  /** Called after each repeated run, before the next one begins. */
  readonly onRepeated?: (was: Receipt, is: Receipt) => Promise<void>
}

export interface BroughtBack {
  /** By recorded run: the run that repeats it. */
  readonly again: ReadonlyMap<string, Receipt>
  /** Versions, by `versionKey`. */
  readonly loaded: ReadonlySet<string>
  /** Versions that do not load. */
  readonly unloadable: ReadonlySet<string>
}

export async function bringBack(
  world: ReplayWorld,
  { session, kernel, cwd, sandbox, onRepeated }: BringBackPlace,
  { load, steps }: { readonly load: readonly Loadable[]; readonly steps: readonly PreparedStep[] },
  options: BringBackOptions,
): Promise<BroughtBack> {
  const values = new Loads(new KeptValues(world, folderHere(join(sandbox.shared, 'values'))), kernel, load)
  const again = new Map<string, Receipt>()
  const done = (): BroughtBack => ({ again, loaded: values.loaded, unloadable: values.unloadable })
  const laid = new LaidFiles(world, cwd, sandbox)
  try {
    for (const { step, receipt, given, chance } of steps) {
      if (options.signal?.aborted || session.kernel === null) return done()
      if (!(await values.before(receipt.order))) return done()
      options.onProgress?.({ done: again.size, total: steps.length, now: step.title, verdicts: [] })
      for (const file of given) await laid.lay(file)
      await giveChance(kernel, world.store.objects, chance)
      await giveAnswers(world, kernel, sandbox, receipt)
      const repeated = await repeat(world, session, receipt, options.actor)
      if (repeated === null) return done()
      again.set(receipt.run, repeated)
      await onRepeated?.(receipt, repeated)
      for (const { name } of repeated.generated) laid.forget(name)
    }
    await values.before(Number.POSITIVE_INFINITY)
    return done()
  } finally {
    await values.close()
  }
}

/** Values that wait for their turn. */
export class Loads {
  readonly loaded = new Set<string>()
  readonly unloadable = new Set<string>()
  /** Why those do not load, by name. */
  readonly problems = new Map<string, string>()
  readonly #values: KeptValues
  readonly #kernel: Kernel
  readonly #waiting: Loadable[]

  constructor(values: KeptValues, kernel: Kernel, load: readonly Loadable[]) {
    this.#values = values
    this.#kernel = kernel
    this.#waiting = load.toSorted((a, b) => a.order - b.order)
  }

  /** Loads what runs before this place in the order had made; false where something does not load. */
  async before(order: number): Promise<boolean> {
    const later = this.#waiting.findIndex((one) => one.order >= order)
    const next = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later)
    const problems = await this.#values.load(this.#kernel, next)
    for (const [name, why] of problems) this.problems.set(name, why)
    for (const { run, edge } of next)
      (problems.has(edge.name) ? this.unloadable : this.loaded).add(versionKey(run, edge.name))
    return problems.size === 0
  }

  close(): Promise<void> {
    return this.#values.remove()
  }
}

/** Runs recorded code again as it was. Null where it could not be queued. */
export async function repeat(
  { store }: Pick<ReplayWorld, 'store'>,
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

/**
 * A replay before it runs: its runs, its plan, the kernel that it would have, and how the environment differs by now.
 */
import { dirname, join } from 'node:path'
import { type KernelSpec, LOCAL } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { EnvironmentDifference, ReplayTarget } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import { digestOf } from '../disk/digest.ts'
import { compareEnvironments, facetsOf, readVariablesIn } from './environment.ts'
import { fileFacts } from './file-facts.ts'
import { probe } from './interpreter.ts'
import { allowedEffects, type Chosen, isolationFor } from './isolation/members.ts'
import { liveRuns } from './live-runs.ts'
import { type Prepared, planReplay } from './plan.ts'
import { isRefused, type Refused, runsOf } from './targets.ts'
import type { ReplayWorld } from './world.ts'

/** A plan with what it was made from, to be performed. */
export interface ReadyReplay extends Prepared {
  readonly spec: KernelSpec
  /** The notebook's folder, absolute. */
  readonly cwd: string
  readonly environment: readonly EnvironmentDifference[]
  readonly isolation: Chosen
}

/** The plan of a target; nothing runs. */
export async function prepareReplay(
  world: ReplayWorld,
  target: ReplayTarget,
  only: readonly string[] = [],
): Promise<ReadyReplay | Refused> {
  const runs = await runsOf(world.store.index, target)
  if (isRefused(runs)) return runs
  return readyRuns(world, target, only.length === 0 ? runs : sliceWithin(runs, only))
}

/** The runs that these cells' last runs need, among those given. */
function sliceWithin(runs: readonly Receipt[], cells: readonly string[]): readonly Receipt[] {
  const byId = new Map(runs.map((receipt) => [receipt.run, receipt]))
  const named = runs.filter(
    ({ cell, cellId }) => cells.includes(cellId ?? '') || cells.includes(String(cell)),
  )
  const needed = new Set(named.map(({ run }) => run))
  for (const run of needed) {
    for (const { by } of byId.get(run)?.used ?? []) if (by !== null && byId.has(by)) needed.add(by)
  }
  const found = runs.filter(({ run }) => needed.has(run))
  return found.length === 0 ? runs : found
}

export async function readyRuns(
  world: ReplayWorld,
  target: ReplayTarget,
  recorded: readonly Receipt[],
): Promise<ReadyReplay | Refused> {
  const last = recorded.at(-1)
  if (last === undefined) throw new Error('a replay of no runs')
  const cwd = dirname(join(world.root, last.notebook))
  const facts = await fileFacts(cwd, world.store, recorded)
  const live = await liveRuns(world, recorded)
  const spec = await specOf(world, last)
  const [environment, isolation] = await Promise.all([
    environmentNow(world, spec, last),
    isolationFor(world, spec),
  ])
  if (isRefused(isolation)) return isolation
  const allowed = allowedEffects(world, isolation.facts, cwd)
  const prepared = planReplay({ target, ...live, ...facts, allowed, isolation: isolation.facts })
  const plan = { ...prepared.plan, environment: [...environment] }
  return { ...prepared, plan, spec, cwd, environment, isolation }
}

const Executable = z.object({ executable: z.string() })

/** The Python that ran it, where it is offered as a kernel; else the kernelspec of that name; else a Python. */
export async function specOf(
  { store, kernels }: Pick<ReplayWorld, 'store' | 'kernels'>,
  last: Receipt,
): Promise<KernelSpec> {
  const [specs, started] = await Promise.all([kernels.specs(), store.index.sessionStarted(last.session)])
  const provider = started?.kernel.provider ?? LOCAL
  if (provider !== LOCAL)
    throw new Error(
      `It ran in "${started?.displayName}", on another machine. Such runs are read and compared, and not run again.`,
    )
  const facets = Executable.safeParse(last.environment?.facets)
  const same = facets.success
    ? specs.find(({ argv: [python] }) => python === facets.data.executable)
    : undefined
  const named = specs.find(({ name }) => name === started?.kernel.specName)
  const chosen = same ?? named ?? specs.find(({ language }) => language === 'python')
  if (chosen === undefined)
    throw new Error('No kernel is installed. Install one: python3 -m pip install ipykernel')
  return chosen
}

async function environmentNow(
  { env }: ReplayWorld,
  spec: KernelSpec,
  last: Receipt,
): Promise<readonly EnvironmentDifference[]> {
  const was = facetsOf(last.environment)
  const [python] = spec.argv
  if (python === undefined || was.python === null) return []
  const names = Object.keys(was.distributions)
  const own = { ...env, ...spec.env }
  const is = await probe(python, names, own)
  const readVariables = readVariablesIn(was.readVariables, own, digestOf)
  return compareEnvironments(was, { ...is, readVariables }, true)
}

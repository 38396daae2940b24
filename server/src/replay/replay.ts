/**
 * Replay: the plan, its performance in a scratch copy, and the verdict. Invariant: nothing of the project changes but
 * its history, in which the replay is a session like any other.
 */
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Kernel, KernelSpec } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type {
  EnvironmentDifference,
  JobProgress,
  ReplayReport,
  ReplayTarget,
  StepVerdict,
} from '../../contract/replay.ts'
import type { OutputEntry, Receipt } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import type { Purpose } from '../store/log-entry.ts'
import type { Store } from '../store/ports.ts'
import { compareEnvironments, environmentWords, facetsOf } from './environment.ts'
import { fileFacts } from './file-facts.ts'
import { layOver, probe, withVariables } from './interpreter.ts'
import { redirectCode, variablesCode } from './kernel-code.ts'
import { perform } from './kernel-talk.ts'
import { LaidFiles } from './laid-files.ts'
import { performActs } from './perform.ts'
import { ownFiles, type Prepared, type PreparedStep, planReplay } from './plan.ts'
import { restoreRandom } from './random-states.ts'
import { makeScratch, type Scratch } from './scratch.ts'
import { objectBytes } from './stored-bytes.ts'
import { isRefused, type Refused, runsOf } from './targets.ts'
import { judgeStep, type ShownOutput, worst } from './verdict.ts'
import type { ReplayWorld } from './world.ts'

export interface ReplayOptions {
  readonly actor: Actor
  readonly purpose: Purpose
  readonly timeoutSeconds?: number | undefined
  /** Lay the recorded distributions over the interpreter. */
  readonly withEnvironment?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress) => void
}

/** What of the recorded past a proof gives to the replay in another way. */
export interface Swaps {
  /** For the process from its start; null unsets. */
  readonly variables: Readonly<Record<string, string | null>>
  readonly distributions: readonly { readonly name: string; readonly version: string }[]
}

export const noSwaps: Swaps = { variables: {}, distributions: [] }

/** A plan with what it was made from, to be performed. */
export interface ReadyReplay extends Prepared {
  readonly spec: KernelSpec
  /** The notebook's folder, absolute. */
  readonly cwd: string
  readonly environment: readonly EnvironmentDifference[]
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
  runs: readonly Receipt[],
): Promise<ReadyReplay> {
  const last = runs.at(-1)
  if (last === undefined) throw new Error('a replay of no runs')
  const cwd = dirname(join(world.root, last.notebook))
  const facts = await fileFacts(cwd, world.store, runs)
  const spec = await specOf(world, last)
  const environment = await environmentNow(world, spec, last)
  const prepared = planReplay({ target, runs, ...facts, maySend: world.maySend === true })
  return { ...prepared, plan: { ...prepared.plan, environment: [...environment] }, spec, cwd, environment }
}

const Executable = z.object({ executable: z.string() })

/** The Python that ran it, where it is offered as a kernel; else the kernelspec of that name; else a Python. */
export async function specOf(
  { store, kernels }: Pick<ReplayWorld, 'store' | 'kernels'>,
  last: Receipt,
): Promise<KernelSpec> {
  const [specs, started] = await Promise.all([kernels.specs(), store.index.sessionStarted(last.session)])
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
  return compareEnvironments(was, await probe(python, names, { ...env, ...spec.env }), true)
}

/** Runs the plan, and judges each step. */
export async function replay(
  world: ReplayWorld,
  ready: ReadyReplay,
  options: ReplayOptions,
  swaps: Swaps = noSwaps,
): Promise<ReplayReport> {
  const steps = ready.steps.filter(({ step }) => step.action === 're-run')
  const id = randomBytes(10).toString('hex')
  const scratch = await makeScratch({ root: world.root, cwd: ready.cwd, id, without: ownFiles(steps) })
  try {
    return await replayIn(scratch, world, ready, steps, options, swaps)
  } finally {
    await scratch.remove()
  }
}

async function replayIn(
  scratch: Scratch,
  world: ReplayWorld,
  ready: ReadyReplay,
  steps: readonly PreparedStep[],
  options: ReplayOptions,
  swaps: Swaps,
): Promise<ReplayReport> {
  const problems: string[] = []
  const laid = new LaidFiles(world, ready.cwd, scratch)
  const verdicts = new Map<string, StepVerdict>()
  const repeated = new Set(
    ready.steps.flatMap(({ step, receipt }) => (step.action === 'cannot' ? [] : [receipt.run])),
  )
  const tell = (now: string | null): void =>
    options.onProgress?.({
      done: verdicts.size,
      total: steps.length,
      now,
      verdicts: [...verdicts.values()].map(({ cell, verdict }) => ({ cell, verdict })),
    })
  const variables = await variablesFor(world, ready, options, swaps, scratch, problems)
  const { receipts, session, problem } = await performActs({
    kernels: withVariables(world.kernels, textsOf(variables)),
    store: world.store,
    specName: ready.spec.name,
    notebook: ready.plan.notebook,
    cwd: scratch.cwd,
    acts: steps.map(({ receipt: { run, cellId, source } }) => ({ run, cellId, source })),
    purpose: options.purpose,
    actor: options.actor,
    timeoutSeconds: options.timeoutSeconds,
    signal: options.signal ?? new AbortController().signal,
    prepare: (kernel) => prepareKernel(kernel, world, scratch, steps, variables, problems),
    before: async (place, kernel) => {
      const step = steps[place]
      if (step === undefined) return
      tell(step.step.title)
      for (const given of step.given) await laid.lay(given)
      problems.push(...(await restoreRandom(kernel, world.store.objects, step.random)))
    },
    after: async (place, receipt) => {
      const step = steps[place]
      if (step === undefined) return true
      verdicts.set(step.receipt.run, await verdictOf(world, step.receipt, receipt, repeated))
      for (const edge of receipt.generated) laid.forget(edge.name)
      tell(null)
      return true
    },
  })
  const unseen = problem ?? 'it was not run'
  const judged = ready.steps.flatMap(({ step, receipt }): StepVerdict[] => {
    if (step.action === 'reuse') return []
    const verdict = verdicts.get(receipt.run)
    if (verdict !== undefined) return [verdict]
    const why = step.why ?? unseen
    return [judgeStep({ was: receipt, is: null, outputsWere: [], outputsAre: [], repeated, why })]
  })
  if (problem !== null) problems.push(problem)
  problems.push(...strayFiles(steps, receipts))
  return {
    plan: ready.plan,
    session,
    verdict: worst(judged.map(({ verdict }) => verdict)),
    steps: judged,
    environment: [...ready.environment],
    cause: firstCause(ready, judged, problems),
    problems: [...new Set(problems)],
  }
}

const textsOf = (variables: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  )

/** What the kernel's process is given beside the present environment. */
async function variablesFor(
  world: ReplayWorld,
  ready: ReadyReplay,
  options: ReplayOptions,
  swaps: Swaps,
  scratch: Scratch,
  problems: string[],
): Promise<Readonly<Record<string, string | null>>> {
  const recorded = options.withEnvironment ? ready.environment : []
  const versions = recorded.flatMap(({ what, name, was }) =>
    what === 'package' && was !== null ? [{ name, version: was }] : [],
  )
  const variables = Object.fromEntries(
    recorded.flatMap(({ what, name, was }) => (what === 'variable' ? [[name, was]] : [])),
  )
  const distributions = [...versions, ...swaps.distributions]
  const [python] = ready.spec.argv
  if (distributions.length === 0 || python === undefined) return { ...variables, ...swaps.variables }
  const folder = join(scratch.root, '..', 'packages')
  const problem = await layOver(python, folder, distributions, world.env)
  if (problem !== null) problems.push(problem)
  const path = [folder, world.env.PYTHONPATH].filter(Boolean).join(':')
  return { ...variables, ...swaps.variables, PYTHONPATH: path }
}

async function prepareKernel(
  kernel: Kernel,
  { root }: ReplayWorld,
  scratch: Scratch,
  steps: readonly PreparedStep[],
  variables: Readonly<Record<string, string | null>>,
  problems: string[],
): Promise<void> {
  const unset = Object.fromEntries(Object.entries(variables).filter(([, value]) => value === null))
  if (Object.keys(unset).length > 0) await perform(kernel, variablesCode, unset)
  const files = outsideFiles(scratch, steps)
  if (Object.keys(files).length === 0 && !steps.some(({ receipt }) => receipt.source.includes(root))) return
  const told = await perform(kernel, redirectCode, { root, copy: scratch.root, files })
  if (!told.ok) problems.push(`absolute paths could not be led into the copy: ${told.why}`)
}

/** Files elsewhere that are given as they were, or that a step writes, and where they lie instead. */
function outsideFiles(scratch: Scratch, steps: readonly PreparedStep[]): Readonly<Record<string, string>> {
  const given = steps.flatMap(({ given }) =>
    given.flatMap(({ pin }) => (pin.from === 'store' ? [pin.name] : [])),
  )
  const written = steps.flatMap(({ receipt }) =>
    receipt.generated.flatMap(({ kind, name }) => (kind === 'file' ? [name] : [])),
  )
  const outside = [...given, ...written].filter(
    (name) => name.startsWith('/') && scratch.locate(name) === null,
  )
  return Object.fromEntries(outside.map((name) => [name, join(scratch.root, '..', 'elsewhere', name)]))
}

/** The verdict of one recorded run beside its repetition; `repeated`: all recorded runs that are. */
export async function verdictOf(
  { store }: ReplayWorld,
  was: Receipt,
  is: Receipt,
  repeated: ReadonlySet<string>,
): Promise<StepVerdict> {
  const [outputsWere, outputsAre] = await Promise.all([shown(store, was.outputs), shown(store, is.outputs)])
  return judgeStep({ was, is, outputsWere, outputsAre, repeated, why: null })
}

const shown = ({ objects }: Store, outputs: readonly OutputEntry[]): Promise<ShownOutput[]> =>
  Promise.all(
    outputs.map(async (output) => ({ ...output, bytes: await objectBytes(objects, output.digest) })),
  )

/** Files of which the replay saw another version than it was given: read past the copy. */
function strayFiles(
  steps: readonly PreparedStep[],
  receipts: readonly (Receipt | null)[],
): readonly string[] {
  return steps.flatMap(({ given }, place) => {
    const seen = new Map(
      (receipts[place]?.used ?? []).map(({ kind, name, digest }) => [`${kind} ${name}`, digest]),
    )
    return given.flatMap(({ pin, edge }) => {
      const digest = seen.get(`${edge.kind} ${edge.name}`)
      const strays = pin.from !== 'made' && digest && pin.digest !== null && digest !== pin.digest
      return strays ? [`${pin.name} was read as it is now, not as it was`] : []
    })
  })
}

/** What the records say about the first step that is not as it was. */
function firstCause(
  { environment, steps }: ReadyReplay,
  judged: readonly StepVerdict[],
  problems: readonly string[],
): string | null {
  const first = judged.find(({ verdict }) => verdict === 'different' || verdict === 'failed')
  if (first === undefined) return null
  const where = first.cell === null ? first.title : `cell ${first.cell}`
  const step = steps.find(({ receipt }) => receipt.run === first.run)
  const reasons = [
    ...(step?.step.action === 'cannot' && step.step.why !== null ? [step.step.why] : []),
    ...(step?.given ?? []).flatMap(({ pin }) => (pin.from === 'cannot' ? [`${pin.name}: ${pin.why}`] : [])),
    ...problems,
    ...environment.map(environmentWords),
  ]
  const [reason] = reasons
  return `${where}: ${reason ?? first.why ?? 'it depends on what no record says'}`
}

/**
 * Replay: a plan's performance in a sandbox, and the verdict. Invariant: nothing of the project changes but its
 * history, in which the replay is a session like any other.
 */
import { randomBytes } from 'node:crypto'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { JobProgress, ReplayReport, StepVerdict } from '../../contract/replay.ts'
import type { OutputEntry, Receipt } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import type { Purpose } from '../store/log-entry.ts'
import type { Store } from '../store/ports.ts'
import { giveChance, giveClock } from './chance.ts'
import { explained, firstCause } from './first-cause.ts'
import { inSandbox } from './interpreter.ts'
import type { Sandbox, Written } from './isolation/isolation.ts'
import { LaidFiles } from './laid-files.ts'
import { performActs } from './perform.ts'
import { ownFiles, type PreparedStep, touchedFiles } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import { noSwaps, prepareKernel, type Swaps, textsOf, variablesFor } from './replay-kernel.ts'
import { objectBytes } from './stored-bytes.ts'
import { judgeStep, type ShownOutput, worst } from './verdict.ts'
import { giveAnswers } from './web-answers.ts'
import type { ReplayWorld } from './world.ts'

export interface ReplayOptions {
  readonly actor: Actor
  readonly purpose: Purpose
  readonly timeoutSeconds?: number | undefined
  /** Lay the recorded distributions over the interpreter. */
  readonly withEnvironment?: boolean
  /** Whether the code reads the time at which the recorded run started, or the present time. Default: recorded. */
  readonly clock?: 'recorded' | 'live'
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress) => void
  /** Called with the written files while their bytes are there; returns the names of the files that it keeps. */
  readonly onWritten?: (session: string, written: readonly Written[]) => Promise<ReadonlySet<string>>
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
  const { member, facts } = ready.isolation
  const sandbox = await member.open(
    {
      root: world.root,
      cwd: ready.cwd,
      id,
      python: ready.spec.argv[0] ?? 'python3',
      without: ownFiles(steps),
      touched: touchedFiles(steps),
      network: facts.network === 'open',
    },
    facts,
  )
  try {
    return await replayIn(sandbox, world, ready, steps, options, swaps)
  } finally {
    await sandbox.remove()
  }
}

async function replayIn(
  sandbox: Sandbox,
  world: ReplayWorld,
  ready: ReadyReplay,
  steps: readonly PreparedStep[],
  options: ReplayOptions,
  swaps: Swaps,
): Promise<ReplayReport> {
  const problems: string[] = []
  const laid = new LaidFiles(world, ready.cwd, sandbox)
  let written: readonly Written[] = []
  let kept: ReadonlySet<string> = new Set()
  const verdicts = new Map<string, StepVerdict>()
  const repeated = new Set(
    ready.steps.flatMap(({ step, receipt }) => (step.action === 'cannot' ? [] : [receipt.run])),
  )
  const reportProgress = (now: string | null): void =>
    options.onProgress?.({
      done: verdicts.size,
      total: steps.length,
      now,
      verdicts: [...verdicts.values()].map(({ cell, verdict }) => ({ cell, verdict })),
    })
  const variables = await variablesFor(
    world,
    ready,
    options.withEnvironment === true,
    swaps,
    sandbox,
    problems,
  )
  const { receipts, session, problem } = await performActs({
    kernels: inSandbox(world.kernels, sandbox, textsOf(variables)),
    store: world.store,
    specName: ready.spec.name,
    notebook: ready.plan.notebook,
    cwd: sandbox.cwd,
    acts: steps.map(({ receipt: { run, cellId, source } }) => ({ run, cellId, source })),
    purpose: options.purpose,
    actor: options.actor,
    timeoutSeconds: options.timeoutSeconds,
    signal: options.signal ?? new AbortController().signal,
    prepare: async (kernel) => {
      await sandbox.started()
      await prepareKernel(kernel, world, sandbox, steps, variables, problems)
    },
    before: async (place, kernel) => {
      const step = steps[place]
      if (step === undefined) return
      reportProgress(step.step.title)
      for (const given of step.given) await laid.lay(given)
      problems.push(...(await giveRecorded(world, kernel, sandbox, step, options.clock)))
    },
    after: async (place, receipt) => {
      const step = steps[place]
      if (step === undefined) return true
      verdicts.set(step.receipt.run, await verdictOf(world, step.receipt, receipt, repeated))
      for (const edge of receipt.generated) laid.forget(edge.name)
      reportProgress(null)
      return true
    },
    beforeEnd: async (session) => {
      written = await sandbox.written()
      kept = (await options.onWritten?.(session, written)) ?? kept
    },
  })
  for (const [run, verdict] of await judgeAgain(world, steps, receipts, repeated)) verdicts.set(run, verdict)
  const ended = await sandbox.problem()
  if (ended !== null) problems.unshift(ended)
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
    steps: explained(ready, judged, receipts, problems),
    environment: [...ready.environment],
    isolation: sandbox.facts,
    written: reported(written, kept),
    cause: firstCause(ready, judged, receipts, problems),
    problems: [...new Set(problems)],
  }
}

/** Gives a step what came to it from elsewhere: chance, answers, and the time. Returns what could not be given. */
async function giveRecorded(
  world: ReplayWorld,
  kernel: Kernel,
  sandbox: Sandbox,
  { chance, receipt }: PreparedStep,
  clock: ReplayOptions['clock'],
): Promise<readonly string[]> {
  const problems = [
    ...(await giveChance(kernel, world.store.objects, chance)),
    ...(await giveAnswers(world, kernel, sandbox, receipt)),
  ]
  return clock === 'live' ? problems : [...problems, ...(await giveClock(kernel, receipt.started))]
}

/** With the digests that came behind the runs. */
async function judgeAgain(
  world: ReplayWorld,
  steps: readonly PreparedStep[],
  receipts: readonly (Receipt | null)[],
  repeated: ReadonlySet<string>,
): Promise<ReadonlyMap<string, StepVerdict>> {
  const verdicts = new Map<string, StepVerdict>()
  for (const [place, { receipt: was }] of steps.entries()) {
    const is = receipts[place] ?? null
    if (is !== null) verdicts.set(was.run, await verdictOf(world, was, is, repeated))
  }
  return verdicts
}

const reported = (written: readonly Written[], kept: ReadonlySet<string>): ReplayReport['written'] =>
  written.map(({ path: _, bytesAt: __, before: ___, ...facts }) => ({ ...facts, kept: kept.has(facts.name) }))

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

/** Files whose content differs from the copy that the replay was given: it read the original. */
function strayFiles(
  steps: readonly PreparedStep[],
  receipts: readonly (Receipt | null)[],
): readonly string[] {
  return steps.flatMap(({ given }, place) => {
    const seen = new Map(
      (receipts[place]?.used ?? []).map(({ kind, name, digest }) => [`${kind} ${name}`, digest]),
    )
    return given.flatMap(({ pin, edge, members }) => {
      if (members !== undefined) return []
      const digest = seen.get(`${edge.kind} ${edge.name}`)
      const strays = pin.from !== 'made' && digest && pin.digest !== null && digest !== pin.digest
      return strays ? [`${pin.name} was read as it is now, not as it was`] : []
    })
  })
}

/**
 * Replay: a plan's performance in a sandbox, and the verdict. Invariant: nothing of the project changes but its
 * history, in which the replay is a session like any other.
 */
import { randomBytes } from 'node:crypto'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { JobProgress, ReplayReport, StepVerdict } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import type { Purpose } from '../store/log-entry.ts'
import { giveChance, giveClock } from './chance.ts'
import { explained, firstCause } from './first-cause.ts'
import { inSandbox } from './interpreter.ts'
import type { Sandbox, Written } from './isolation/isolation.ts'
import { strayFiles, Verdicts } from './judging.ts'
import { LaidFiles } from './laid-files.ts'
import { performActs } from './perform.ts'
import { ownFiles, type PreparedStep, touchedFiles } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import { noSwaps, prepareKernel, type Swaps, textsOf, variablesFor } from './replay-kernel.ts'
import { worst } from './verdict.ts'
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

/** Digests are enough to compare: the recorded runs stored the large values. */
const NO_LATE_VALUES = { YESTERDAY_LATE_VALUES: '0' }

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
  const verdicts = new Verdicts(world, ready)
  const reportProgress = (now: string | null): void => options.onProgress?.(verdicts.progress(steps, now))
  const withEnvironment = options.withEnvironment === true
  const variables = await variablesFor(world, ready, withEnvironment, swaps, sandbox, problems)
  const { receipts, session, problem } = await performActs({
    kernels: inSandbox(world.kernels, sandbox, { ...textsOf(variables), ...NO_LATE_VALUES }),
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
      await verdicts.judge(step.receipt, receipt)
      for (const edge of receipt.generated) laid.forget(edge.name)
      reportProgress(null)
      return true
    },
    beforeEnd: async (session) => {
      written = await sandbox.written()
      kept = (await options.onWritten?.(session, written)) ?? kept
    },
  })
  await verdicts.judgeAgain(steps, receipts)
  const ended = await sandbox.problem()
  if (ended !== null) problems.unshift(ended)
  if (problem !== null) problems.push(problem)
  problems.push(...strayFiles(steps, receipts))
  return {
    ...concluded(ready, verdicts.all(problem ?? 'it was not run'), receipts, problems),
    session,
    isolation: sandbox.facts,
    written: reported(written, kept),
  }
}

function concluded(
  ready: ReadyReplay,
  judged: readonly StepVerdict[],
  receipts: readonly (Receipt | null)[],
  problems: readonly string[],
): Omit<ReplayReport, 'session' | 'isolation' | 'written'> {
  return {
    plan: ready.plan,
    verdict: worst(judged.map(({ verdict }) => verdict)),
    steps: explained(ready, judged, receipts, problems),
    environment: [...ready.environment],
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

const reported = (written: readonly Written[], kept: ReadonlySet<string>): ReplayReport['written'] =>
  written.map(({ path: _, bytesAt: __, before: ___, ...facts }) => ({ ...facts, kept: kept.has(facts.name) }))

/**
 * "Continue on…": takes a notebook's session to another kernel. It starts the kernel, compares both, plans, waits for a
 * confirmation, sends values and files, points the notebook at the new kernel, and makes the rest again there.
 * Invariant: whatever fails, the notebook is on the kernel that it was on, which has lost nothing.
 */
import { basename, dirname, join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Actor } from '../../../contract/actor.ts'
import type { MovedVariable, MovePlan, MoveReport, MoveRequest } from '../../../contract/move.ts'
import type { JobProgress } from '../../../contract/replay.ts'
import type { Receipt } from '../../../contract/run.ts'
import type { Session } from '../../session/session.ts'
import { loadableValues, settle } from '../kept-values.ts'
import { callAgent } from '../kernel-talk.ts'
import { liveRuns } from '../live-runs.ts'
import { liveState } from '../live-state.ts'
import { isRefused, type Refused, refused } from '../targets.ts'
import type { ReplayWorld } from '../world.ts'
import { type Brought, bringOver } from './bring-over.ts'
import { factsOf, giveStates, type KernelLook, lookAt } from './kernel-look.ts'
import { Luggage } from './luggage.ts'
import { sourceKernel, switchTo, type TargetKernel, targetKernel } from './move-kernels.ts'
import { type PlannedMove, planMove } from './move-plan.ts'
import { type MovableFile, movableFiles } from './moved-files.ts'
import { lastMoveFrom, sessionReceipts } from './session-receipts.ts'

export interface MoveOptions {
  readonly actor: Actor
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
  /** Shows the plan. */
  readonly onPlan: (report: MoveReport) => void
  /** Settles when a user agrees to the plan. */
  readonly confirmed: Promise<void>
}

export interface Moving {
  readonly world: ReplayWorld
  readonly session: Session
  /** Of the project. */
  readonly notebook: string
  readonly request: MoveRequest
  readonly options: MoveOptions
}

/** A plan that is not confirmed is dropped after this time (ms). */
const CONFIRM_MS = 15 * 60_000

export async function move(moving: Moving): Promise<MoveReport | Refused> {
  const { world, session, notebook, request, options } = moving
  const started = Date.now()
  const source = sourceKernel(session)
  if (isRefused(source)) return source
  if (source.spec.name === request.spec)
    return refused('same', 'the notebook is on that kernel already', 'Choose another kernel.')
  progress(options, 'starting')
  const cwd = dirname(join(world.root, notebook))
  const place = { spec: request.spec, cwd, signal: options.signal }
  const target = await targetKernel(session, world.kernels, place)
  if (isRefused(target)) return target
  let isMoved = false
  try {
    const report = await moveTo(moving, source, target)
    isMoved = !isRefused(report) && report.moved
    return isRefused(report) ? report : { ...report, tookMs: Date.now() - started }
  } finally {
    const { session: id, kernel } = target.kept.link
    const isInUse = isMoved || target.isBack || session.kept.some(({ link }) => link.session === id)
    // One elsewhere may be out of reach for long.
    const ended = isInUse ? null : kernel.shutdown({ graceMs: 0 })
    if (kernel.here !== null) await ended
    else if (ended !== null) inBackground(ended, 'ending the kernel of a move')
  }
}

export const progress = (
  { onProgress }: Pick<MoveOptions, 'onProgress'>,
  phase: NonNullable<JobProgress['phase']>,
  done = 0,
  total = 0,
  now: string | null = null,
): void => onProgress({ done, total, now, verdicts: [], phase })

async function moveTo(moving: Moving, source: Kernel, target: TargetKernel): Promise<MoveReport | Refused> {
  const { session, request, options } = moving
  progress(options, 'looking')
  const ready = await prepare(moving, source, target)
  const report: MoveReport = {
    plan: ready.plan,
    ...{ moved: false, kept: true, session: session.view().session, problems: [], tookMs: 0 },
  }
  options.onPlan(report)
  const runs = session.nextOrder
  if (request.confirm) {
    progress(options, 'waiting')
    await agreed(options)
  }
  if (options.signal.aborted) return report
  const hold = session.hold(
    'The notebook moves to another kernel. Run it again when it is there.',
    options.actor,
  )
  if (hold === null) return refused('busy', 'the notebook is on the move already', 'Wait until it is there.')
  try {
    const now = sourceKernel(session)
    if (isRefused(now)) return now
    if (now !== source || session.nextOrder !== runs)
      return refused('changed', 'cells have run since the plan was made', 'Ask for it again.')
    return await carry(moving, source, target, ready, report)
  } finally {
    hold()
  }
}

/** Settles when a user agrees, the move is stopped, or time is up. */
async function agreed({ confirmed, signal }: MoveOptions): Promise<void> {
  const over = Promise.withResolvers<void>()
  const late = setTimeout(() => over.reject(new Error('The plan was not confirmed in time.')), CONFIRM_MS)
  const stop = (): void => over.resolve()
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (!signal.aborted) await Promise.race([confirmed, over.promise])
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', stop)
  }
}

export interface ReadyMove {
  readonly plan: MovePlan
  readonly planned: PlannedMove
  readonly look: KernelLook
  readonly files: readonly MovableFile[]
  readonly receipts: readonly Receipt[]
  /** Variables that the target got at an earlier move, and that are gone since. */
  readonly gone: readonly string[]
}

async function prepare(moving: Moving, source: Kernel, target: TargetKernel): Promise<ReadyMove> {
  const { world, session, notebook } = moving
  await latecomers(session, source)
  const { index } = world.store
  const recorded = await sessionReceipts(index, session.view().session ?? '')
  const { runs: receipts, withoutSecret } = await liveRuns(world, recorded)
  const look = await lookAt(source, environmentNames(receipts))
  const there = await factsOf(target.kept.link.kernel, look)
  const loadable = await loadableValues(world, receipts)
  const { present, gone } = target.isBack
    ? await presentIn(world, target.kept.link.session, look)
    : { present: new Map<string, string>(), gone: [] }
  const isElsewhere = target.kept.link.kernel.lacks.includes('project-folder')
  const files = isElsewhere && !target.isBack ? await movableFiles(world, notebook, recorded) : []
  const lacking = new Set(files.flatMap(({ name, reason }) => (reason === null ? [] : [name])))
  const facts = { look, target: there, receipts, loadable, present, withoutSecret, lacking }
  const planned = planMove(facts)
  const plan = planOf({ source, target, session, look, there, planned, files })
  return { plan, planned, look, files, receipts, gone }
}

/** Digests and values that the agent makes behind its runs are awaited. */
async function latecomers(session: Session, kernel: Kernel): Promise<void> {
  await callAgent(kernel, 'late_edges.finish', [100])
  const flushed = Promise.withResolvers<void>()
  const id = kernel.send({ channel: 'shell', msgType: 'kernel_info_request', content: {} })
  const stop = kernel.on('message', ({ parent, header, content }) => {
    const isOver = header.msg_type === 'status' && content.execution_state === 'idle'
    if (parent.msg_id === id && isOver) flushed.resolve()
  })
  // What the kernel published before is here when it is idle again.
  await Promise.race([flushed.promise, new Promise((resolve) => setTimeout(resolve, 5_000).unref())])
  stop()
  await session.settled()
}

const ENVIRONMENT = 'environ:'

const environmentNames = (receipts: readonly Receipt[]): readonly string[] => [
  ...new Set(
    receipts.flatMap(({ generated }) =>
      generated.flatMap(({ kind, name }) =>
        kind === 'state' && name.startsWith(ENVIRONMENT) ? [name.slice(ENVIRONMENT.length)] : [],
      ),
    ),
  ),
]

/** What a kernel has that was kept, by the run that made each; and what of it the session has no more. */
async function presentIn({ store: { index } }: ReplayWorld, session: string, look: KernelLook) {
  const left = await lastMoveFrom(index, session)
  if (left === null) return { present: new Map<string, string>(), gone: [] }
  const all = await sessionReceipts(index, session, left)
  const { variables } = liveState(all.slice(0))
  const now = new Set(look.variables.map(({ name }) => name))
  const present = new Map(
    [...variables].flatMap(([name, { by }]) => (by === null ? [] : [[name, by] as const])),
  )
  const moved = [...left.sent, ...left.rerun, ...left.present]
  return { present, gone: moved.filter((name) => !now.has(name)) }
}

interface PlanParts {
  readonly source: Kernel
  readonly target: TargetKernel
  readonly session: Session
  readonly look: KernelLook
  readonly there: Awaited<ReturnType<typeof factsOf>>
  readonly planned: PlannedMove
  readonly files: readonly MovableFile[]
}

function planOf({ source, target, session, look, there, planned, files }: PlanParts): MovePlan {
  const sizes = new Map(planned.load.map(({ edge }) => [edge.name, edge.value?.size ?? 0]))
  const sideOf = ({ spec }: Kernel, id: string | null, python: string): MovePlan['source'] => ({
    ...{ session: id, spec: spec.name, displayName: spec.displayName, python },
    where: spec.where?.title ?? null,
  })
  const variables = planned.variables.map(
    ({ name, type, way, by, reason }): MovedVariable => ({
      ...{ name, type, way, reason, result: null },
      bytes: way === 'sent' ? (sizes.get(name) ?? 0) : null,
      run: way === 'rerun' ? by : null,
    }),
  )
  const sent = files.map(({ name, reason, bytes }) => ({ name, reason, bytes: bytes?.byteLength ?? null }))
  const { session: id, kernel } = target.kept.link
  return {
    source: sideOf(source, session.view().session, look.python),
    target: sideOf(kernel, target.isBack ? id : null, there.python),
    isBack: target.isBack,
    variables,
    runs: planned.rerun.map(({ run, cell, title, durationMs }) => ({
      ...{ run, cell, title, expectedMs: durationMs },
    })),
    files: sent,
    packages: Object.entries(look.distributions).flatMap(([name, version]) => {
      const other = there.versions[name] ?? null
      return other === version ? [] : [{ name, source: version, target: other }]
    }),
    random: Object.keys(look.random),
    environment: [
      ...Object.keys(look.environment).map((name) => ({ name, hidden: false })),
      ...look.hidden.map((name) => ({ name, hidden: true })),
    ],
    bytes: [...sizes.values(), ...sent.map(({ bytes }) => bytes ?? 0)].reduce((sum, one) => sum + one, 0),
    expectedMs: planned.rerun.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }
}

/** Sends all, switches, and makes the rest. Where that fails, the notebook goes back. */
async function carry(
  moving: Moving,
  source: Kernel,
  target: TargetKernel,
  ready: ReadyMove,
  report: MoveReport,
): Promise<MoveReport | Refused> {
  const { world, session, request, options, notebook } = moving
  const { kernel } = target.kept.link
  const luggage = new Luggage(world, kernel, options)
  const before = session.view().session ?? ''
  try {
    await luggage.send(ready, basename(notebook, '.ipynb'))
    if (options.signal.aborted) return report
    const { actor } = options
    const entry = { documentId: request.documentId, notebook, actor, why: 'asked' as const }
    const refusal = await switchTo(session, world.store.runs, target, {
      ...entry,
      kept: request.keep,
      plan: ready.plan,
    })
    if (refusal !== null) return refused('changed', refusal, 'Ask for it again.')
    const brought = await settleIn(moving, source, kernel, ready, luggage).catch(reasonOf)
    const failure =
      typeof brought === 'string' ? brought : options.signal.aborted ? 'It was cancelled.' : null
    if (failure !== null || typeof brought === 'string')
      return await goBack(moving, before, target, failure ?? '')
    if (!request.keep) await session.endKept(before, actor)
    const plan = { ...ready.plan, variables: resultsOf(ready.plan.variables, brought) }
    return {
      ...report,
      plan,
      moved: true,
      kept: request.keep,
      session: session.view().session,
      problems: [...brought.notSet],
    }
  } finally {
    await luggage.close()
  }
}

/** Loads, makes the rest again, and sets states: the folder before, since what runs may read files. */
async function settleIn(
  moving: Moving,
  source: Kernel,
  kernel: Kernel,
  ready: ReadyMove,
  luggage: Luggage,
): Promise<Brought & { readonly notSet: readonly string[] }> {
  const { environment, random } = ready.look
  const folder =
    luggage.folder === null
      ? sharedFolder(source, kernel, ready)
      : join(luggage.folder, dirname(moving.notebook))
  await giveStates(kernel, {}, environment, folder)
  const brought = await bringOver(moving, kernel, ready, luggage)
  const notSet = await giveStates(kernel, random, environment, folder)
  await callAgent(kernel, 'moving.forget', [ready.gone])
  await settle(kernel)
  return { ...brought, notSet }
}

/** Both see the same folders: the working directory stays what it was. */
const sharedFolder = (source: Kernel, target: Kernel, { look }: ReadyMove): string | null =>
  source.here !== null && target.here !== null ? look.folder : null

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function goBack(
  { world, session, request, notebook, options }: Moving,
  before: string,
  { kept, isBack }: TargetKernel,
  why: string,
): Promise<Refused> {
  const source = session.kept.find(({ link }) => link.session === before)
  if (source !== undefined) {
    const plan = { variables: [], files: [], bytes: 0 }
    const entry = { documentId: request.documentId, notebook, actor: options.actor, plan }
    const back = { kept: source, isBack: true }
    await switchTo(session, world.store.runs, back, { ...entry, kept: isBack, why: 'back' })
    if (!isBack) await session.endKept(kept.link.session, options.actor)
  }
  const hint = 'The notebook is on the kernel that it was on. Nothing was lost.'
  return refused('failed', `the notebook did not move: ${why}`, hint)
}

function resultsOf(variables: readonly MovedVariable[], brought: Brought): MovedVariable[] {
  return variables.map((one): MovedVariable => {
    if (one.way === 'left') return { ...one, result: 'missing' }
    const problem = brought.problems.get(one.name)
    if (problem !== undefined)
      return { ...one, result: 'missing', reason: { code: 'load', values: { why: problem } } }
    return { ...one, result: brought.differing.has(one.name) ? 'differs' : 'there' }
  })
}

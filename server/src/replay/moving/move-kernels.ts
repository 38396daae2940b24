/** The two kernels of a move, and the way back. Invariant: until the move is over, the kernel before lives. */
import { randomBytes } from 'node:crypto'
import type { Kernel, Kernels } from '@yesterday/kernel-bridge'
import type { Actor } from '../../../contract/actor.ts'
import type { MovePlan } from '../../../contract/move.ts'
import type { KeptKernel } from '../../session/kept-kernels.ts'
import { KernelLink } from '../../session/kernel-link.ts'
import type { Session } from '../../session/session.ts'
import { MOVED_LIMIT, type SessionMoved } from '../../store/log-entry.ts'
import type { RunLog } from '../../store/ports.ts'
import { type Refused, refused } from '../targets.ts'

export interface TargetKernel {
  readonly kept: KeptKernel
  /** It was kept when the notebook moved away from it. */
  readonly isBack: boolean
}

/** The kernel that the session uses, idle and recording; or why it cannot move. */
export function sourceKernel(session: Session): Kernel | Refused {
  const { running, queue, session: id } = session.view()
  if (running !== null || queue.length > 0)
    return refused('busy', 'the kernel is at work', 'Wait until it is idle, or interrupt it.')
  const { kernel } = session
  if (kernel === null || id === null)
    return refused('no-kernel', 'the notebook has no kernel, so there is nothing to move', 'Choose a kernel.')
  if (!kernel.recording)
    return refused('no-record', kernel.agentProblem ?? 'this kernel does not record', 'Restart it.')
  return kernel
}

/** The one that was kept, or a new one. Throws `KernelStartError`. */
export async function targetKernel(
  session: Session,
  kernels: Pick<Kernels, 'start'>,
  options: { readonly spec: string; readonly cwd: string; readonly signal?: AbortSignal | undefined },
): Promise<TargetKernel | Refused> {
  const kept = session.kept.find(({ link }) => link.kernel.spec.name === options.spec)
  if (kept !== undefined) return { kept, isBack: true }
  const { spec: specName, cwd, signal } = options
  const start = { specName, cwd, prewarm: false, ...(signal === undefined ? {} : { signal }) }
  const kernel = await kernels.start(start)
  if (kernel.recording) {
    const link = new KernelLink(randomBytes(10).toString('hex'), kernel)
    return { kept: { link, nextOrder: 1 }, isBack: false }
  }
  await kernel.shutdown({ graceMs: 0 })
  const why = kernel.agentProblem ?? 'it does not record'
  return refused(
    'no-record',
    `the kernel “${kernel.spec.displayName}” takes no variables: ${why}`,
    'Choose another.',
  )
}

export interface Switch {
  readonly documentId: string
  readonly notebook: string
  readonly actor: Actor
  readonly kept: boolean
  readonly why: SessionMoved['why']
  readonly plan: Pick<MovePlan, 'variables' | 'files' | 'bytes'>
}

/** Points the notebook at the target. It is in the log before. Returns why not, or null. */
export async function switchTo(
  session: Session,
  runs: RunLog,
  { kept: target, isBack }: TargetKernel,
  { documentId, notebook, actor, kept, why, plan }: Switch,
): Promise<string | null> {
  const at = new Date().toISOString()
  const source = session.view().session
  if (source === null) return 'The notebook has no kernel any more.'
  const { kernel, session: id } = target.link
  const named = (way: string) =>
    plan.variables.flatMap(({ name, way: one }) => (one === way ? [name] : [])).slice(0, MOVED_LIMIT)
  const moved: SessionMoved = {
    ...{ type: 'session-moved', at, notebook, source, target: id, actor, kept, why },
    ...{ sourceRuns: session.nextOrder - 1, targetRuns: target.nextOrder - 1 },
    ...{ sent: named('sent'), rerun: named('rerun'), present: named('present') },
    left: leftOf(plan),
    files: plan.files.filter(({ reason }) => reason === null).map(({ name }) => name),
    bytes: plan.bytes,
  }
  const { displayName, language } = kernel.spec
  const started = { session: id, at, notebook, documentId, kernel: kernel.address, displayName, language }
  await runs.append([
    ...(isBack ? [] : [{ type: 'session-started' as const, ...started, actor, purpose: null }]),
    moved,
  ])
  const refusal = session.continueOn(target)
  if (refusal === null && !isBack) kernel.outlive()
  return refusal
}

const leftOf = ({ variables }: Switch['plan']): SessionMoved['left'] =>
  variables
    .flatMap(({ name, reason }) => (reason === null ? [] : [{ name, why: reason.code }]))
    .slice(0, MOVED_LIMIT)

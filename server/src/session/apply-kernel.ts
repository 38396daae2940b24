/**
 * pure. The life of the kernel under a session: started, restarted, shut down, died, found again.
 * Invariant: whatever ends a kernel ends its running run and its queue with it; no kernel starts silently.
 */
import { abort, endRunning, enqueue, isLive, logWaiting, unchanged } from './apply-run.ts'
import { type Action, noKernel, type Operation, type SessionState, type Step } from './state.ts'

type Of<T extends Operation['type']> = Extract<Operation, { type: T }>

export function start(state: SessionState, { session, spec, actor }: Of<'Start'>): Step {
  if (state.kernel.state !== 'none' && state.kernel.state !== 'dead') return unchanged(state)
  const kernel = { ...noKernel, state: 'starting' as const, spec }
  return {
    state: { ...state, session, startedBy: actor, kernel, nextOrder: 1 },
    actions: [{ type: 'startKernel', session, spec }],
  }
}

/** Ends what runs and what is queued, and closes the session in the log where one was open there. */
function endSession(state: SessionState, running: string, queued: string, reason: string): Step {
  const ended = endRunning(state, { kind: 'died', death: running })
  const aborted = abort(ended.state, ended.state.queue, queued)
  const actions: Action[] = [...ended.actions, ...aborted.actions]
  if (state.session !== null && isLive(state))
    actions.push({ type: 'logSessionEnded', session: state.session, reason })
  return {
    state: { ...aborted.state, prompt: null, interruptIgnored: false, silent: false, unreachable: null },
    actions,
  }
}

export function restart(state: SessionState, operation: Of<'Restart'>): Step {
  const { session, runs, actor } = operation
  const why = `the kernel was restarted by ${actor.name}`
  const ended = endSession(state, why, why, `restarted by ${actor.name}`)
  const spec = operation.spec ?? state.kernel.spec
  const kernel = { ...noKernel, state: 'restarting' as const, spec }
  const queued = enqueue({ ...ended.state, session, startedBy: actor, kernel, nextOrder: 1 }, runs)
  const restartKernel: Action = { type: 'restartKernel', session, spec: operation.spec }
  return { state: queued.state, actions: [...ended.actions, restartKernel, ...queued.actions] }
}

export function shutdown(state: SessionState, { actor }: Of<'Shutdown'>): Step {
  if (state.kernel.state === 'none') return unchanged(state)
  const why = `the kernel was shut down by ${actor.name}`
  const ended = endSession(state, why, why, `shut down by ${actor.name}`)
  return {
    state: { ...ended.state, session: null, kernel: noKernel },
    actions: [...ended.actions, { type: 'shutdownKernel' }],
  }
}

/** True while a kernel is awaited; only then may one answer or fail. */
function isStarting(state: SessionState): boolean {
  return state.kernel.state === 'starting' || state.kernel.state === 'restarting'
}

/** A start that was overtaken (restart or shutdown meanwhile) leaves a kernel that no session uses. */
export function kernelStarted(state: SessionState, { session, kernel }: Of<'KernelStarted'>): Step {
  if (state.session !== session || !isStarting(state))
    return { state, actions: [{ type: 'discardKernel', session }] }
  const logged = logWaiting({ ...state, kernel: { ...kernel, state: 'idle' } })
  const started: Action = { type: 'logSessionStarted', session, actor: state.startedBy }
  return { state: logged.state, actions: [started, ...logged.actions] }
}

export function kernelStartFailed(state: SessionState, { session, problem }: Of<'KernelStartFailed'>): Step {
  if (state.session !== session || !isStarting(state)) return unchanged(state)
  const aborted = abort(state, state.queue, 'the kernel did not start')
  const { waiting: _, ...facts } = state.kernel
  const kernel = { ...facts, state: 'dead' as const, problem }
  return { state: { ...aborted.state, kernel }, actions: aborted.actions }
}

/** A start that waits, as in the queue of a cluster. */
export function kernelWaits(state: SessionState, { session, waiting }: Of<'KernelWaits'>): Step {
  if (state.session !== session || !isStarting(state)) return unchanged(state)
  return unchanged({ ...state, kernel: { ...state.kernel, waiting } })
}

export function kernelMoved(state: SessionState, { session, allocation }: Of<'KernelMoved'>): Step {
  if (state.session !== session || !isLive(state)) return unchanged(state)
  return unchanged({ ...state, kernel: { ...state.kernel, allocation } })
}

export function kernelStatus(state: SessionState, { session, status }: Of<'KernelStatus'>): Step {
  if (state.session !== session || !isLive(state) || state.kernel.state === status) return unchanged(state)
  return unchanged({ ...state, kernel: { ...state.kernel, state: status } })
}

export function kernelReach(state: SessionState, { session, unreachable }: Of<'KernelReach'>): Step {
  return unchanged(state.session === session && isLive(state) ? { ...state, unreachable } : state)
}

export function kernelDied(state: SessionState, { session, death, sentence }: Of<'KernelDied'>): Step {
  if (state.session !== session || !isLive(state)) return unchanged(state)
  const ended = endSession(state, death, `the kernel died: ${death}`, `died: ${death}`)
  const problem = `${sentence ?? `The kernel died: ${death}.`} Restart it to go on; its variables are gone.`
  const kernel = { ...state.kernel, state: 'dead' as const, problem }
  return { state: { ...ended.state, kernel }, actions: ended.actions }
}

/** Only an idle session goes on elsewhere: a run belongs to the kernel that has it. A dead kernel may be left. */
export function continued(state: SessionState, { session, kernel, nextOrder }: Of<'Continued'>): Step {
  if (state.running !== null || state.queue.length > 0 || isStarting(state))
    return { state, actions: [{ type: 'refuse', reason: 'The kernel is at work. Wait until it is idle.' }] }
  const free = { prompt: null, interruptIgnored: false, silent: false, unreachable: null }
  return unchanged({ ...state, ...free, session, kernel: { ...kernel, state: 'idle' }, nextOrder })
}

/** The server came back and found the kernel: everything is as the log and the spool say. */
export function reattached(state: SessionState, operation: Of<'Reattached'>): Step {
  const { session, kernel, running, finishing, queue, nextOrder } = operation
  if (state.session !== null) throw new Error(`session ${session} found again over ${state.session}`)
  return unchanged({
    ...state,
    session,
    kernel: { ...kernel, state: running === null ? 'idle' : 'busy' },
    running,
    finishing,
    queue: queue.map((run) => ({ ...run, phase: 'ready' })),
    nextOrder,
  })
}

/**
 * pure. The life of runs: queued, executing, over, recorded.
 * Invariant: a run leaves the queue or the kernel by exactly one `endRun` (or `dropRun`, when it was never logged).
 */
import type { Action, Ending, Operation, QueuedRun, Run, RunningRun, SessionState, Step } from './state.ts'

type Of<T extends Operation['type']> = Extract<Operation, { type: T }>

export const unchanged = (state: SessionState): Step => ({ state, actions: [] })
export const refused = (state: SessionState, reason: string): Step => ({
  state,
  actions: [{ type: 'refuse', reason }],
})

/** True where a kernel is there and takes requests. */
export function isLive(state: SessionState): boolean {
  return state.kernel.state === 'idle' || state.kernel.state === 'busy'
}

/** The session's name; a step that needs one without having one is a broken invariant. */
export function sessionOf(state: SessionState): string {
  if (state.session === null) throw new Error(`no session, yet runs: ${state.kernel.state}`)
  return state.session
}

export function runCells(state: SessionState, { runs, session }: Of<'RunCells'>): Step {
  if (state.kernel.state === 'dead') return refused(state, 'The kernel is dead. Restart it, then run again.')
  if (runs.length === 0) return unchanged(state)
  if (state.kernel.state !== 'none') return enqueue(state, runs)
  const starting = enqueue(
    {
      ...state,
      session,
      startedBy: runs[0]?.actor ?? null,
      kernel: { ...state.kernel, state: 'starting' },
      nextOrder: 1,
    },
    runs,
  )
  return { ...starting, actions: [{ type: 'startKernel', session, spec: null }, ...starting.actions] }
}

/** Puts runs at the end; they are logged at once where a kernel is live, else when it has started. */
export function enqueue(state: SessionState, runs: readonly Run[]): Step {
  const live = isLive(state)
  const queued = runs.map((run): QueuedRun => ({ ...run, phase: live ? 'logging' : 'waiting' }))
  const actions: Action[] = live && runs.length > 0 ? [logQueued(state, runs)] : []
  return { state: { ...state, queue: [...state.queue, ...queued] }, actions }
}

function logQueued(state: SessionState, runs: readonly Run[]): Action {
  return { type: 'logQueued', session: sessionOf(state), runs }
}

/** The kernel is there now: what waited for it goes into the log. */
export function logWaiting(state: SessionState): Step {
  const waiting = state.queue.filter((run) => run.phase === 'waiting')
  if (waiting.length === 0) return unchanged(state)
  const queue = state.queue.map((run) =>
    run.phase === 'waiting' ? { ...run, phase: 'logging' as const } : run,
  )
  return { state: { ...state, queue }, actions: [logQueued(state, waiting)] }
}

export function runsLogged(state: SessionState, { runs }: Of<'RunsLogged'>): Step {
  const logged = new Set(runs)
  const queue = state.queue.map((run) =>
    run.phase === 'logging' && logged.has(run.run) ? { ...run, phase: 'ready' as const } : run,
  )
  return unchanged({ ...state, queue })
}

/** What is not in the log never ran, and has no end to be recorded. */
export function runsNotLogged(state: SessionState, { runs }: Of<'RunsNotLogged'>): Step {
  const refusedRuns = new Set(runs)
  const leaving = state.queue.filter(({ run, phase }) => phase === 'logging' && refusedRuns.has(run))
  const queue = state.queue.filter((run) => !leaving.includes(run))
  const actions = leaving.map(({ run, cell }) => ({ type: 'dropRun' as const, run, cell }))
  return { state: { ...state, queue }, actions }
}

export function cancel(state: SessionState, { runs, actor }: Of<'Cancel'>): Step {
  const wanted = runs === null ? null : new Set(runs)
  const leaving = state.queue.filter((run) => wanted === null || wanted.has(run.run))
  if (leaving.length === 0 && wanted !== null)
    return refused(state, 'These runs are not in the queue any more; a running one can be interrupted.')
  return abort(state, leaving, `cancelled by ${actor.name}`)
}

/** Takes these runs out of the queue, each with its end. */
export function abort(state: SessionState, leaving: readonly QueuedRun[], reason: string): Step {
  const gone = new Set(leaving.map((run) => run.run))
  let next: SessionState = { ...state, queue: state.queue.filter((run) => !gone.has(run.run)) }
  const actions: Action[] = []
  for (const run of leaving) {
    if (run.phase === 'waiting') {
      actions.push({ type: 'dropRun', run: run.run, cell: run.cell })
      continue
    }
    actions.push(end(next, run, next.nextOrder, null, { kind: 'aborted', reason }))
    next = finishing({ ...next, nextOrder: next.nextOrder + 1 }, run, 'queued')
  }
  return { state: next, actions }
}

function end(
  state: SessionState,
  run: Run,
  order: number,
  started: string | null,
  ending: Ending,
): Extract<Action, { type: 'endRun' }> {
  return { type: 'endRun', session: sessionOf(state), run, order, started, ending }
}

function finishing(state: SessionState, run: Run, shown: 'queued' | 'running'): SessionState {
  return { ...state, finishing: [...state.finishing, { run: run.run, cell: run.cell, shown }] }
}

/** Takes the next run when the kernel is free and the log can be written. */
export function executeNext(step: Step): Step {
  const { state } = step
  const [head, ...queue] = state.queue
  if (head === undefined || head.phase !== 'ready') return step
  if (state.running !== null || state.stalled || !isLive(state)) return step
  const { phase: _, ...run } = head
  const running: RunningRun = { ...run, started: null, expectedMs: null, order: state.nextOrder }
  return {
    state: { ...state, queue, running, nextOrder: state.nextOrder + 1, interruptIgnored: false },
    actions: [...step.actions, { type: 'execute', run: running }],
  }
}

export function runStarted(state: SessionState, { run, at }: Of<'RunStarted'>): Step {
  if (state.running?.run !== run) return unchanged(state)
  const running = { ...state.running, started: at }
  return { state: { ...state, running }, actions: [{ type: 'logStarted', run, at }] }
}

export function runExpected(state: SessionState, { run, expectedMs }: Of<'RunExpected'>): Step {
  if (state.running?.run !== run) return unchanged(state)
  return unchanged({ ...state, running: { ...state.running, expectedMs } })
}

/** The kernel's last word on the run; after an error nothing that was asked for before it runs on wrong ground. */
export function runOver(state: SessionState, { run, outcome }: Of<'RunOver'>): Step {
  if (state.running?.run !== run) return unchanged(state)
  const { stopOnError, place } = state.running
  const ended = endRunning(state, { kind: 'replied', outcome })
  if (outcome.status === 'ok' || outcome.status === 'aborted') return ended
  if (outcome.status === 'error' && !stopOnError) return ended
  const why = outcome.status === 'error' ? 'failed' : 'took the kernel with it'
  const aborted = abort(
    ended.state,
    ended.state.queue,
    `an earlier run${place === null ? '' : ` (cell ${place})`} ${why}`,
  )
  return { state: aborted.state, actions: [...ended.actions, ...aborted.actions] }
}

/** Ends what runs, if anything does. */
export function endRunning(state: SessionState, ending: Ending): Step {
  const run = state.running
  if (run === null) return unchanged(state)
  const freed: SessionState = {
    ...state,
    running: null,
    prompt: null,
    interruptIgnored: false,
    silent: false,
  }
  return {
    state: finishing(freed, run, 'running'),
    actions: [end(state, run, run.order, run.started, ending)],
  }
}

export function recorded(state: SessionState, { run }: Of<'Recorded'>): Step {
  return unchanged({ ...state, finishing: state.finishing.filter((one) => one.run !== run) })
}

export function inputRequested(state: SessionState, { run, text, password }: Of<'InputRequested'>): Step {
  if (state.running?.run !== run) return unchanged(state)
  return unchanged({ ...state, prompt: { run, cell: state.running.cell, text, password } })
}

export function inputAnswered(state: SessionState, { run, value }: Of<'InputAnswered'>): Step {
  if (state.prompt?.run !== run) return refused(state, 'That run does not wait for an answer (any more).')
  return { state: { ...state, prompt: null }, actions: [{ type: 'sendInput', run, value }] }
}

export function interrupt(state: SessionState): Step {
  if (state.running === null) return refused(state, 'Nothing is running.')
  return { state, actions: [{ type: 'interruptKernel', run: state.running.run }] }
}

export function kernelSilent(state: SessionState, { silent }: Of<'KernelSilent'>): Step {
  return unchanged(state.running !== null && state.silent !== silent ? { ...state, silent } : state)
}

export function interruptTimedOut(state: SessionState, { run }: Of<'InterruptTimedOut'>): Step {
  return unchanged(state.running?.run === run ? { ...state, interruptIgnored: true } : state)
}

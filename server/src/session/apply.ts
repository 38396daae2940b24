/**
 * pure. The session as one function: `apply(state, operation) → {state, actions}`. The shell holds the state, feeds it
 * whatever happens, and performs the actions in order.
 * Invariant: at most one run executes at a time, first asked first run; a cell's shown state follows from the state.
 */
import * as kernel from './apply-kernel.ts'
import * as run from './apply-run.ts'
import type { Action, Operation, SessionState, Step } from './state.ts'

/** The one way a session changes. */
export function apply(state: SessionState, operation: Operation): Step {
  const step = run.executeNext(transition(state, operation))
  const shown = cellStateChanges(state, step.state)
  return shown.length === 0 ? step : { state: step.state, actions: [...shown, ...step.actions] }
}

function transition(state: SessionState, operation: Operation): Step {
  switch (operation.type) {
    case 'RunCells':
      return run.runCells(state, operation)
    case 'RunsNotLogged':
      return run.runsNotLogged(state, operation)
    case 'RunsLogged':
      return run.runsLogged(state, operation)
    case 'Cancel':
      return run.cancel(state, operation)
    case 'Interrupt':
      return run.interrupt(state)
    case 'InterruptTimedOut':
      return run.interruptTimedOut(state, operation)
    case 'KernelSilent':
      return run.kernelSilent(state, operation)
    case 'KernelReach':
      return kernel.kernelReach(state, operation)
    case 'RunStarted':
      return run.runStarted(state, operation)
    case 'RunExpected':
      return run.runExpected(state, operation)
    case 'InputRequested':
      return run.inputRequested(state, operation)
    case 'InputAnswered':
      return run.inputAnswered(state, operation)
    case 'RunOver':
      return runOver(state, operation)
    case 'Recorded':
      return run.recorded(state, operation)
    case 'LogStalled':
      return run.unchanged({ ...state, stalled: true })
    case 'LogResumed':
      return run.unchanged({ ...state, stalled: false })
    default:
      return kernelTransition(state, operation)
  }
}

/** A run that took its kernel with it may say so before the kernel does; nothing may execute in between. */
function runOver(state: SessionState, operation: Extract<Operation, { type: 'RunOver' }>): Step {
  const over = run.runOver(state, operation)
  const { outcome } = operation
  if (over.state === state || outcome.status !== 'died') return over
  const session = run.sessionOf(state)
  const { likely: death, sentence } = outcome.death
  const dead = kernel.kernelDied(over.state, { type: 'KernelDied', session, death, sentence })
  return { state: dead.state, actions: [...over.actions, ...dead.actions] }
}

type KernelOperation = Extract<
  Operation,
  {
    type:
      | 'Start'
      | 'Restart'
      | 'Shutdown'
      | 'KernelStarted'
      | 'KernelStartFailed'
      | 'KernelWaits'
      | 'KernelMoved'
      | 'KernelStatus'
      | 'KernelDied'
      | 'Continued'
      | 'Reattached'
  }
>

function kernelTransition(state: SessionState, operation: KernelOperation): Step {
  switch (operation.type) {
    case 'Start':
      return kernel.start(state, operation)
    case 'Restart':
      return kernel.restart(state, operation)
    case 'Shutdown':
      return kernel.shutdown(state, operation)
    case 'KernelStarted':
      return kernel.kernelStarted(state, operation)
    case 'KernelWaits':
      return kernel.kernelWaits(state, operation)
    case 'KernelMoved':
      return kernel.kernelMoved(state, operation)
    case 'KernelStartFailed':
      return kernel.kernelStartFailed(state, operation)
    case 'KernelStatus':
      return kernel.kernelStatus(state, operation)
    case 'KernelDied':
      return kernel.kernelDied(state, operation)
    case 'Continued':
      return kernel.continued(state, operation)
    case 'Reattached':
      return kernel.reattached(state, operation)
  }
}

type Shown = 'idle' | 'queued' | 'running'

/** What each cell with a run shows; a cell that is not in the map is idle. */
function cellStates(state: SessionState): ReadonlyMap<string, Shown> {
  const shown = new Map<string, Shown>()
  for (const { cell } of state.queue) shown.set(cell, 'queued')
  for (const { cell, shown: as } of state.finishing)
    if (as === 'running' || !shown.has(cell)) shown.set(cell, as)
  if (state.running !== null) shown.set(state.running.cell, 'running')
  return shown
}

function cellStateChanges(before: SessionState, after: SessionState): readonly Action[] {
  if (
    before.queue === after.queue &&
    before.running === after.running &&
    before.finishing === after.finishing
  )
    return []
  const [was, is] = [cellStates(before), cellStates(after)]
  const changes: Action[] = []
  for (const [cell, state] of is)
    if (was.get(cell) !== state) changes.push({ type: 'setCellState', cell, state })
  for (const cell of was.keys())
    if (!is.has(cell)) changes.push({ type: 'setCellState', cell, state: 'idle' })
  return changes
}

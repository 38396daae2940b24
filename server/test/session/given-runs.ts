/** Runs, people and kernels for lists of operations, and the state that a list leads to. */
import type { Actor } from '../../contract/actor.ts'
import { apply } from '../../src/session/apply.ts'
import {
  type Action,
  initialState,
  type Operation,
  type Run,
  type SessionState,
  type StartedKernel,
} from '../../src/session/state.ts'

export const ada = { id: 'p1', name: 'Ada' }
export const at = '2026-03-01T10:00:00.000Z'

/** Run `r3` is of cell `c3`, the third. */
export function run(place: number, changes: Partial<Run> = {}): Run {
  return {
    run: `r${place}`,
    cell: `c${place}`,
    place,
    actor: ada,
    queued: at,
    source: `x = ${place}`,
    recorded: `x = ${place}`,
    sourceDigest: `digest-${place}`,
    stopOnError: true,
    ...changes,
  }
}

export const started: StartedKernel = {
  spec: 'python3',
  displayName: 'Python 3',
  language: 'python',
  problem: null,
  recording: true,
}
export const ok = { status: 'ok', executionCount: 1, payload: [] } as const
export const failed = {
  status: 'error',
  executionCount: 1,
  ename: 'ValueError',
  evalue: 'no',
  traceback: [],
} as const

export const op = {
  runCells: (...runs: Run[]): Operation => ({ type: 'RunCells', runs, session: 's1' }),
  logged: (...runs: string[]): Operation => ({ type: 'RunsLogged', runs }),
  cancel: (...runs: string[]): Operation => ({ type: 'Cancel', runs, actor: ada }),
  cancelAll: { type: 'Cancel', runs: null, actor: ada },
  interrupt: { type: 'Interrupt' },
  timedOut: (name: string): Operation => ({ type: 'InterruptTimedOut', run: name }),
  start: (session = 's1', spec: string | null = null, actor: Actor | null = ada): Operation => ({
    type: 'Start',
    session,
    spec,
    actor,
  }),
  restart: (session: string, ...runs: Run[]): Operation => ({
    type: 'Restart',
    session,
    spec: null,
    runs,
    actor: ada,
  }),
  shutdown: { type: 'Shutdown', actor: ada },
  kernelStarted: (session = 's1'): Operation => ({ type: 'KernelStarted', session, kernel: started }),
  startFailed: (session = 's1'): Operation => ({ type: 'KernelStartFailed', session, problem: 'No python.' }),
  status: (status: 'idle' | 'busy', session = 's1'): Operation => ({ type: 'KernelStatus', session, status }),
  waits: (session = 's1'): Operation => ({
    type: 'KernelWaits',
    session,
    waiting: { code: 'slurm.queued', values: { job: '12' }, text: 'Job 12 waits.' },
  }),
  died: (session = 's1'): Operation => ({ type: 'KernelDied', session, death: 'signal 9' }),
  runStarted: (name: string): Operation => ({ type: 'RunStarted', run: name, at }),
  expected: (name: string): Operation => ({ type: 'RunExpected', run: name, expectedMs: 40 }),
  asked: (name: string): Operation => ({ type: 'InputRequested', run: name, text: 'Name?', password: false }),
  answered: (name: string): Operation => ({ type: 'InputAnswered', run: name, value: 'Ada' }),
  over: (name: string): Operation => ({ type: 'RunOver', run: name, outcome: ok }),
  failed: (name: string): Operation => ({ type: 'RunOver', run: name, outcome: failed }),
  recorded: (name: string): Operation => ({ type: 'Recorded', run: name }),
  stalled: { type: 'LogStalled' },
  resumed: { type: 'LogResumed' },
} as const satisfies Record<string, Operation | ((...given: never[]) => Operation)>

/** A kernel that is there and idle. */
export const live: readonly Operation[] = [op.start(), op.kernelStarted()]
/** r1 executes; r2 and r3 are ready behind it. */
export const three: readonly Operation[] = [
  ...live,
  op.runCells(run(1), run(2), run(3)),
  op.logged('r1', 'r2', 'r3'),
]

export function stateAfter(operations: readonly Operation[]): SessionState {
  return operations.reduce((state, operation) => apply(state, operation).state, initialState)
}

/** Actions of the last operation of a list, each said in a few words. */
export function saidAfter(operations: readonly Operation[]): readonly string[] {
  return apply(
    stateAfter(operations.slice(0, -1)),
    operations[operations.length - 1] ?? op.interrupt,
  ).actions.map(said)
}

function said(action: Action): string {
  switch (action.type) {
    case 'startKernel':
    case 'restartKernel':
      return `${action.type} ${action.session} ${action.spec}`
    case 'discardKernel':
      return `${action.type} ${action.session}`
    case 'logSessionStarted':
      return `${action.type} ${action.session} by ${action.actor?.name ?? 'the server'}`
    case 'logSessionEnded':
      return `logSessionEnded ${action.session}: ${action.reason}`
    case 'shutdownKernel':
      return action.type
    case 'logQueued':
      return `logQueued ${action.session} ${action.runs.map(({ run }) => run).join(' ')}`
    case 'execute':
      return `execute ${action.run.run} #${action.run.order}`
    case 'endRun':
      return `endRun ${action.session} ${action.run.run} #${action.order}: ${saidEnding(action.ending)}`
    case 'setCellState':
      return `${action.cell} ${action.state}`
    case 'sendInput':
      return `sendInput ${action.run} ${action.value}`
    case 'interruptKernel':
    case 'logStarted':
    case 'dropRun':
      return `${action.type} ${action.run}`
    case 'refuse':
      return `refuse: ${action.reason}`
  }
}

function saidEnding(ending: Extract<Action, { type: 'endRun' }>['ending']): string {
  if (ending.kind === 'replied') return `replied ${ending.outcome.status}`
  return ending.kind === 'died' ? `died, ${ending.death}` : `aborted, ${ending.reason}`
}

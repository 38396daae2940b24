/**
 * pure. What a session is at a moment, what can happen to it, and what it then wants done.
 * Invariant: a session's name is its kernel's generation; an operation that names another session is about the past.
 */
import type { ExecuteOutcome, JsonObject, KernelAllocation, StartNotice } from '@yesterday/kernel-bridge'
import type { RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import type { Actor, KernelState, SessionView, Unreachable } from '../../contract/session.ts'

/** A run as it was asked for: the source is frozen from here on. */
export interface Run {
  readonly run: RunId
  readonly cell: string
  /** 1-based place of the cell among all cells when it was queued; null for code that is in no cell. */
  readonly place: number | null
  readonly actor: Actor
  readonly queued: Timestamp
  readonly source: string
  /** The source as it is recorded: without its secrets. */
  readonly recorded: string
  /** Of what is recorded. */
  readonly sourceDigest: string
  /** False lets the queue go on after this run's error. */
  readonly stopOnError: boolean
  /** False where the client cannot answer `input()`. Default true. */
  readonly allowStdin?: boolean
  /** Expressions whose values the kernel's reply carries. Default none. */
  readonly userExpressions?: JsonObject
}

/** `waiting` for a kernel, `logging` while its entry is being made durable, `ready` to execute. */
export interface QueuedRun extends Run {
  readonly phase: 'waiting' | 'logging' | 'ready'
}

/** The one run that the kernel works on. */
export interface RunningRun extends Run {
  /** Null for the instant between the decision and the send. */
  readonly started: Timestamp | null
  readonly expectedMs: number | null
  /** Place in the session, from 1. */
  readonly order: number
}

/** A run that is over and whose terminal entry is not durable yet; its cell is not shown as done. */
export interface FinishingRun {
  readonly run: RunId
  readonly cell: string
  readonly shown: 'queued' | 'running'
}

export interface KernelFacts {
  readonly state: KernelState
  readonly spec: string | null
  readonly displayName: string | null
  readonly language: string | null
  readonly problem: string | null
  readonly recording: boolean
  /** Why it is not there yet, while it starts. */
  readonly waiting?: StartNotice
  /** The job of a cluster that it runs in. */
  readonly allocation?: KernelAllocation
}

export interface SessionState {
  readonly session: SessionId | null
  /** Who started the session's kernel. */
  readonly startedBy: Actor | null
  readonly kernel: KernelFacts
  readonly running: RunningRun | null
  readonly queue: readonly QueuedRun[]
  readonly finishing: readonly FinishingRun[]
  readonly prompt: SessionView['prompt']
  readonly interruptIgnored: boolean
  /** The kernel's process does not answer while a run is on. */
  readonly silent: boolean
  /** There is no way to the kernel now. */
  readonly unreachable: Unreachable | null
  /** True while the log cannot be written: nothing new executes until it can. */
  readonly stalled: boolean
  readonly nextOrder: number
}

export const noKernel: KernelFacts = {
  state: 'none',
  spec: null,
  displayName: null,
  language: null,
  problem: null,
  recording: false,
}

/** A session host before anything happened. */
export const initialState: SessionState = {
  session: null,
  startedBy: null,
  kernel: noKernel,
  running: null,
  queue: [],
  finishing: [],
  prompt: null,
  interruptIgnored: false,
  silent: false,
  unreachable: null,
  stalled: false,
  nextOrder: 1,
}

/** What is known of a kernel that answered. */
export type StartedKernel = Pick<
  KernelFacts,
  'spec' | 'displayName' | 'language' | 'problem' | 'recording' | 'allocation'
>

/** How a run ended: by the kernel's reply, or without one. */
export type Ending =
  | { readonly kind: 'replied'; readonly outcome: ExecuteOutcome }
  | { readonly kind: 'aborted'; readonly reason: string }
  | { readonly kind: 'died'; readonly death: string }

/** Everything that can happen. `session` in an operation is the new session's name where one would begin. */
export type Operation =
  | { readonly type: 'RunCells'; readonly runs: readonly Run[]; readonly session: SessionId }
  | { readonly type: 'RunsLogged'; readonly runs: readonly RunId[] }
  /** The log can never take them. */
  | { readonly type: 'RunsNotLogged'; readonly runs: readonly RunId[] }
  | { readonly type: 'Cancel'; readonly runs: readonly RunId[] | null; readonly actor: Actor }
  | { readonly type: 'Interrupt' }
  | { readonly type: 'InterruptTimedOut'; readonly run: RunId }
  | { readonly type: 'KernelSilent'; readonly silent: boolean }
  | {
      readonly type: 'KernelReach'
      readonly session: SessionId
      readonly unreachable: Unreachable | null
    }
  | {
      readonly type: 'Start'
      readonly session: SessionId
      readonly spec: string | null
      /** Null where the server does by itself. */
      readonly actor: Actor | null
    }
  | {
      readonly type: 'Restart'
      readonly session: SessionId
      readonly spec: string | null
      readonly runs: readonly Run[]
      readonly actor: Actor
    }
  | { readonly type: 'Shutdown'; readonly actor: Actor }
  | { readonly type: 'KernelStarted'; readonly session: SessionId; readonly kernel: StartedKernel }
  | { readonly type: 'KernelWaits'; readonly session: SessionId; readonly waiting: StartNotice }
  | { readonly type: 'KernelMoved'; readonly session: SessionId; readonly allocation: KernelAllocation }
  | { readonly type: 'KernelStartFailed'; readonly session: SessionId; readonly problem: string }
  | { readonly type: 'KernelStatus'; readonly session: SessionId; readonly status: 'idle' | 'busy' }
  | {
      readonly type: 'KernelDied'
      readonly session: SessionId
      readonly death: string
      /** What ended it, where that was not the kernel itself. */
      readonly sentence?: string | undefined
    }
  | { readonly type: 'RunStarted'; readonly run: RunId; readonly at: Timestamp }
  | { readonly type: 'RunExpected'; readonly run: RunId; readonly expectedMs: number }
  | {
      readonly type: 'InputRequested'
      readonly run: RunId
      readonly text: string
      readonly password: boolean
    }
  | { readonly type: 'InputAnswered'; readonly run: RunId; readonly value: string }
  | { readonly type: 'RunOver'; readonly run: RunId; readonly outcome: ExecuteOutcome }
  | { readonly type: 'Recorded'; readonly run: RunId }
  | { readonly type: 'LogStalled' }
  | { readonly type: 'LogResumed' }
  /** The notebook goes on in the kernel of this session, which is idle. */
  | {
      readonly type: 'Continued'
      readonly session: SessionId
      readonly kernel: StartedKernel
      readonly nextOrder: number
    }
  | {
      readonly type: 'Reattached'
      readonly session: SessionId
      readonly kernel: StartedKernel
      readonly running: RunningRun | null
      readonly finishing: readonly FinishingRun[]
      readonly queue: readonly Run[]
      readonly nextOrder: number
    }

/** What the shell is asked to do, in this order. */
export type Action =
  | { readonly type: 'startKernel'; readonly session: SessionId; readonly spec: string | null }
  | { readonly type: 'restartKernel'; readonly session: SessionId; readonly spec: string | null }
  | { readonly type: 'shutdownKernel' }
  /** The kernel that just started belongs to a session that is gone. */
  | { readonly type: 'discardKernel'; readonly session: SessionId }
  | { readonly type: 'interruptKernel'; readonly run: RunId }
  | { readonly type: 'logSessionStarted'; readonly session: SessionId; readonly actor: Actor | null }
  | { readonly type: 'logSessionEnded'; readonly session: SessionId; readonly reason: string }
  | { readonly type: 'logQueued'; readonly session: SessionId; readonly runs: readonly Run[] }
  | { readonly type: 'logStarted'; readonly run: RunId; readonly at: Timestamp }
  | { readonly type: 'execute'; readonly run: RunningRun }
  | { readonly type: 'sendInput'; readonly run: RunId; readonly value: string }
  /** Write the run's one terminal entry. */
  | {
      readonly type: 'endRun'
      readonly session: SessionId
      readonly run: Run
      readonly order: number
      readonly started: Timestamp | null
      readonly ending: Ending
    }
  /** The run was never in the log, for want of a kernel; it leaves no entry. */
  | { readonly type: 'dropRun'; readonly run: RunId; readonly cell: string }
  | {
      readonly type: 'setCellState'
      readonly cell: string
      readonly state: 'idle' | 'queued' | 'running'
    }
  | { readonly type: 'refuse'; readonly reason: string }

/** The next state, and the actions that go with it. */
export interface Step {
  readonly state: SessionState
  readonly actions: readonly Action[]
}

/**
 * The interface of a kernel: the same for a local process, a reattached process and a remote gateway.
 * Invariant: an `Execution` settles exactly once, also when the kernel dies under it.
 */
import type { Channel, Header, Json, JsonObject, Message, ParentHeader } from './message.ts'

/** A kernelspec as found on the search path (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs). */
export interface KernelSpec {
  readonly name: string
  readonly displayName: string
  readonly language: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly interruptMode: 'signal' | 'message'
  readonly resourceDir: string | null
  readonly metadata: JsonObject
  /** Where its kernels run; absent for this machine. */
  readonly where?: KernelPlace
}

export type KernelStatus = 'starting' | 'idle' | 'busy' | 'restarting' | 'dead'

/**
 * `owned`: it runs, and so does its owner. `orphaned`: its owner is gone. `free`: it runs and has no owner. `gone`: it
 * does not run. `unknown`: there is no record that we signed.
 */
export type Ownership = 'owned' | 'orphaned' | 'free' | 'gone' | 'unknown'

/** How a kernel's life ended. `likely` is a guess in words for people ("killed by the system, probably out of memory"). */
export interface Death {
  readonly signal: string | null
  readonly exitCode: number | null
  readonly likely: string
  /** What ended it, as a sentence, where that is known and is not the kernel's own death: a time limit, a node. */
  readonly sentence?: string
  /** The last lines the process wrote to its standard error, for the person who must mend it. */
  readonly stderrTail: string
}

/**
 * Enough to find a kernel again after the server's restart. It is recorded in the history: no key or token is inside.
 * An address that comes from a record is untrusted.
 */
export interface KernelAddress {
  /** The id of the provider that started it. */
  readonly provider: string
  readonly kernelId: string
  readonly specName: string
  readonly startedAt: string
  /** What the provider needs to find it; only the provider reads it. Null where the id is enough. */
  readonly place: Json
}

/** The part of an address that names the kernel. */
export type KernelKey = Pick<KernelAddress, 'provider' | 'kernelId'>

/** The provider of kernels that are processes of this machine. */
export const LOCAL = 'local'

/** What kernels of a provider may be unable to do. */
export type KernelAbility =
  /** Sees the project's folder under the same paths. */
  | 'project-folder'
  /** Starts in a sandbox that keeps effects from the project (`StartOptions.wrap`). */
  | 'sandbox'
  /** Has a process of this machine: `Kernel.here`. */
  | 'process'
  /** Is made ready ahead of its start. */
  | 'prewarm'

/** A place where kernels can be started other than this machine: one server or host. */
export interface KernelPlace {
  readonly provider: string
  /** Unique within its provider; the part of kernelspec names behind `@`. */
  readonly id: string
  /** Its name for people. */
  readonly title: string
  /** Why its kernels cannot be started now, for people; null where they can. */
  readonly problem: string | null
}

/** The job of a cluster that a kernel runs in. */
export interface KernelAllocation {
  readonly job: string
  readonly cluster: string | null
  readonly partition: string | null
  readonly node: string | null
  /** What was asked for: partition, CPUs, memory, time. */
  readonly limits: string
  /** ISO 8601; when its time limit ends it. Null where there is none. */
  readonly endsAt: string | null
}

/** Why a kernel that starts is not there yet: a code with values for the page, and an English sentence. */
export interface StartNotice {
  readonly code: string
  readonly values: Readonly<Record<string, string>>
  readonly text: string
}

/** The process of a kernel of this machine. */
export interface KernelHereProcess {
  readonly pid: number
  readonly connectionFile: string
  /** All that the kernel shares with this program lies below it. */
  readonly folder: string
}

/** Bytes that a kernel's runs left, by digest. */
export interface KernelObjects {
  /** False where each read costs time on a network. */
  readonly isLocal: boolean
  /** Null where it is not there. Readers check the digest. */
  read(digest: string): Promise<Uint8Array | null>
  /** They are durable elsewhere. */
  remove(digests: readonly string[]): Promise<void>
}

export interface ExecuteRequest {
  readonly code: string
  /** Travels in the message's metadata as `{"yesterday": {"run", "cell"}}`; the agent names its record by it. */
  readonly runId: string
  readonly cellId: string | null
  readonly storeHistory?: boolean
  readonly silent?: boolean
  readonly allowStdin?: boolean
  /** Expressions whose values the reply carries, by name. Default none. */
  readonly userExpressions?: JsonObject
}

/** `ok | error | aborted` as the kernel replied, `died` when it can no longer reply. */
export type ExecuteOutcome =
  | { readonly status: 'ok'; readonly executionCount: number | null; readonly payload: readonly JsonObject[] }
  | {
      readonly status: 'error'
      readonly executionCount: number | null
      readonly ename: string
      readonly evalue: string
      readonly traceback: readonly string[]
    }
  | { readonly status: 'aborted' }
  | { readonly status: 'died'; readonly death: Death }

export interface Execution {
  /** The request's `msg_id`: the `parent.msg_id` of everything that belongs to it. */
  readonly msgId: string
  /** Settles when both the reply and `status: idle` have come, in whichever order; never rejects. */
  readonly done: Promise<ExecuteOutcome>
}

export interface KernelEvents {
  /** Every iopub and stdin message and every reply that no `request` awaits, in arrival order, unknown types included; `Execution.done` settles after its last message was handed over. */
  message: (message: Message) => void
  status: (status: KernelStatus) => void
  dead: (death: Death) => void
  /** An agent's record (parsed JSON, not yet validated) arrived by iopub or was found in the spool. */
  record: (record: unknown) => void
  /** The way to the kernel was lost at this time; null: it is there again. Only kernels elsewhere emit it. */
  reach: (lostAt: string | null) => void
  /** Digests that were computed behind a run's reply (parsed JSON, not yet validated). */
  content: (content: unknown) => void
  /** What is known of its job has changed. */
  allocation: (allocation: KernelAllocation) => void
}

export interface Kernel {
  readonly id: string
  readonly spec: KernelSpec
  readonly address: KernelAddress
  /** What it cannot do; see its provider. */
  readonly lacks: readonly KernelAbility[]
  /** Null for a kernel that is no process of this machine. */
  readonly here: KernelHereProcess | null
  /** What its runs left. */
  readonly objects: KernelObjects
  /** The job that it runs in. */
  readonly allocation?: KernelAllocation | null
  readonly status: KernelStatus
  /** `kernel_info_reply` content. */
  readonly info: JsonObject
  /** True where the recording agent answered at start; false says why in `agentProblem`. */
  readonly recording: boolean
  readonly agentProblem: string | null

  /** Sends an execute request at once; ordering and waiting are the caller's. Throws `KernelDeadError` on a dead kernel. */
  execute(request: ExecuteRequest): Execution
  /** Any request on shell or control: resolves with its reply's content; rejects on death or after `timeoutMs`. `whileBusy` uses a subshell or control where the kernel can, so that it answers during a run. */
  request(
    channel: 'shell' | 'control',
    msgType: string,
    content: JsonObject,
    options?: { readonly timeoutMs?: number; readonly whileBusy?: boolean },
  ): Promise<JsonObject>
  /**
   * Passes a message through unchanged (comm_msg, comm_open, comm_close, input_reply, unknown types). Returns its msg_id.
   * `header`: sent as it is, so that replies name another client's request; its `msg_type` counts. Throws
   * `RangeError` if its `msg_id` is one that this side uses.
   */
  send(message: {
    readonly header?: Header
    readonly channel: Exclude<Channel, 'iopub' | 'heartbeat'>
    readonly msgType: string
    readonly content: JsonObject
    readonly parent?: ParentHeader
    readonly metadata?: JsonObject
    readonly buffers?: readonly Uint8Array[]
  }): string
  /** By signal or message as the kernelspec says; for a kernel found again, by its pid's process group. */
  interrupt(): Promise<void>
  /** A new process under the same kernel id; settles when it answers. Open executions settle as `died`. */
  restart(): Promise<void>
  /** Asks, waits `graceMs` (default 3,000), then kills the process group. */
  shutdown(options?: { readonly graceMs?: number }): Promise<void>
  /**
   * Until this is called the kernel is owned by this process: if this process is killed, the next one ends it. Call it
   * when what is needed to find the kernel again is durable. Throws if the note of it cannot be written.
   */
  outlive(): void
  /** False where the process does not echo in time (default 2,000 ms). It echoes during a run as well. */
  heartbeat(timeoutMs?: number): Promise<boolean>
  /** While it is paused, what the kernel publishes waits in the kernel: outputs, status and records. */
  pause(isPaused: boolean): void
  /** Closes this side's sockets and leaves the process running, to be found again; it has no owner any more. */
  detach(): void
  /** Reports to the agent that a run's record is durable; the agent deletes its spool. */
  acknowledge(runId: string): void
  on<E extends keyof KernelEvents>(event: E, listener: KernelEvents[E]): () => void
}

/** What is known of a run from the spool after a restart of the server. */
export interface SpooledRun {
  readonly runId: string
  readonly cellId: string | null
  /** Every iopub message of the run from its start, in order. */
  readonly messages: readonly Message[]
  readonly finished: boolean
  readonly outcome: ExecuteOutcome | null
  readonly record: unknown
}

export interface FoundKernel {
  readonly kernel: Kernel
  /** Runs not acknowledged, oldest first, the still-running one last. An `Execution` for the running one, if any. */
  readonly spooled: readonly SpooledRun[]
  readonly running: { readonly runId: string; readonly execution: Execution } | null
}

/** A kernel's command line before it is run. */
export interface KernelCommand {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Folders that the kernel shares with this process: connection file, spool, sockets. Absolute. */
  readonly folders: readonly string[]
}

/** Returns the command line to run instead: a launcher that starts the kernel where it can do no harm. */
export type WrapCommand = (command: KernelCommand) => Promise<readonly string[]>

export interface StartOptions {
  readonly specName: string
  readonly cwd: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Kept ready for the next `start` of the same spec and cwd. Default true. */
  readonly prewarm?: boolean
  /** Such a kernel is never taken from those kept ready, and is reached by Unix sockets alone. */
  readonly wrap?: WrapCommand
  /** Gives up: the start rejects, and what was begun is ended. Only starts that wait listen to it. */
  readonly signal?: AbortSignal
  /** Hears why the kernel is not there yet, where that may take long. */
  readonly onNotice?: (notice: StartNotice) => void
}

/** A kernel that this project started, and who has it. */
export interface KernelHere extends KernelKey {
  readonly ownership: Ownership
  /** Its process on this machine; null if none of ours runs there. */
  readonly pid: number | null
  /** Where it is, for people, if it is known to be there and is no process of this machine: `job 12 on HPC`. */
  readonly where?: string
}

/**
 * Starts and finds kernels of all providers. Of an address that was recorded, only the provider, the kernel's id and what
 * the provider itself checks count: an id that is none names no kernel.
 */
export interface Kernels {
  /** The places other than this machine. */
  places(): Promise<readonly KernelPlace[]>
  specs(): Promise<readonly KernelSpec[]>
  start(options: StartOptions): Promise<Kernel>
  /** Finds a kernel that outlived the server; null when it is gone or not proven ours. */
  find(address: KernelAddress): Promise<FoundKernel | null>
  /** The kernels of this runtime directory. */
  list(): Promise<readonly KernelHere[]>
  /** Who has the kernel; `unknown` for one that is not proven ours. */
  ownership(key: KernelKey): Promise<Ownership>
  /** Kills a kernel that runs and is proven ours; its spool stays. False if there is none. */
  end(key: KernelKey): Promise<boolean>
  /** Ends kernels whose owner is gone, and removes the folders of those that spooled nothing. Returns how many ran. */
  endOrphans(): Promise<number>
  /** What the kernel's runs left; null for an id that is none. */
  objectsOf(key: KernelKey): Promise<KernelObjects | null>
  /** The unacknowledged runs of a kernel that is gone; one that was still going has `died`. */
  salvage(address: KernelAddress): Promise<readonly SpooledRun[]>
  /** Moves what the kernel spooled, but for objects, to the folder `target`. Returns the names of the files. */
  moveSpool(key: KernelKey, target: string): Promise<readonly string[]>
  /** Removes all that a gone kernel left on disk, once what it spooled is durable. */
  forget(key: KernelKey): Promise<void>
  /** Prewarms one kernel so that the next start is quick. Never rejects. */
  prewarm(options: StartOptions): void
  /** Stops the prewarmed kernels; live kernels are detached, or shut down when asked. */
  close(options?: { readonly shutdown?: boolean }): Promise<void>
}

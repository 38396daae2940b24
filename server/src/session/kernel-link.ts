/**
 * A session's link to its kernel: it emits the kernel's messages with the run that they belong to.
 * Invariant: one link per kernel; a run is acknowledged to, and its missing record explained by, the link it ran on.
 */
import {
  type Death,
  type ExecuteOutcome,
  type ExecuteRequest,
  type Execution,
  type Kernel,
  type KernelAllocation,
  KernelDeadError,
  type Message,
} from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { RunId, SessionId } from '../../contract/ids.ts'
import type { Event, Unreachable } from '../../contract/session.ts'
import { RunSamples } from '../machines/run-samples.ts'
import type { Ending, Run, StartedKernel } from './state.ts'

/** Who hears what comes from the kernel. */
export interface LinkHearing {
  output(run: RunId, message: Message): void
  comm(message: Message): void
  /** True where an Output widget takes the message instead of the cell. */
  capture(message: Message): boolean
  prompt(run: RunId, text: string, password: boolean): void
  record(run: RunId, raw: unknown): void
  content(raw: unknown): void
  status(status: 'idle' | 'busy'): void
  /** The way to the kernel was lost; null: it is there again. */
  reach(unreachable: Unreachable | null): void
  allocation(allocation: KernelAllocation): void
  dead(death: Death): void
}

/** UTF-16 units of a question that are shown. */
const PROMPT_LIMIT = 10_000
const InputRequest = z.object({ prompt: z.string().default(''), password: z.boolean().default(false) })
const RecordRun = z.object({ run: z.string() })

export class KernelLink {
  readonly session: SessionId
  readonly kernel: Kernel
  /** What it uses while it runs. A run that this server did not send is not sampled. */
  readonly samples = new RunSamples()
  readonly #runs = new Map<string, RunId>()
  #inputRequest: Message | null = null
  /** Comm messages that the kernel has not handled yet, by their ids; `ack` is the sender's name for one. */
  readonly #comms = new Map<string, { readonly ack: string | null; readonly handled: () => void }>()

  constructor(session: SessionId, kernel: Kernel) {
    this.session = session
    this.kernel = kernel
  }

  get facts(): StartedKernel {
    const { spec, recording, agentProblem: problem, allocation = null } = this.kernel
    const { name, displayName, language } = spec
    const facts = { spec: name, displayName, language, recording, problem }
    return allocation === null ? facts : { ...facts, allocation }
  }

  /** Emits from now on; messages that a reattached kernel held back come first. */
  listen(hearing: LinkHearing): void {
    this.kernel.on('record', (raw) => {
      const named = RecordRun.safeParse(raw)
      if (named.success) hearing.record(named.data.run, raw)
    })
    this.kernel.on('content', (raw) => hearing.content(raw))
    this.kernel.on('allocation', (allocation) => hearing.allocation(allocation))
    this.kernel.on('dead', (death) => {
      for (const msgId of [...this.#comms.keys()]) this.#commHandled(msgId)
      hearing.dead(death)
    })
    this.kernel.on('reach', (since) =>
      hearing.reach(since === null ? null : { since, place: this.kernel.spec.where?.title ?? '' }),
    )
    this.kernel.on('status', (status) => {
      if (status === 'idle' || status === 'busy') hearing.status(status)
    })
    this.kernel.on('message', (message) => this.#message(message, hearing))
  }

  /** Sends the run; settles with how it ended, also where the kernel is dead already. */
  execute(run: Run, allowStdin: boolean): Promise<ExecuteOutcome> {
    try {
      const execution = this.kernel.execute(requestOf(run, allowStdin))
      const pid = this.kernel.here?.pid
      if (pid !== undefined) this.samples.begin(run.run, pid, execution.done)
      return this.follow(run.run, execution)
    } catch (error) {
      if (!(error instanceof KernelDeadError)) throw error
      return Promise.resolve({ status: 'died', death: error.death })
    }
  }

  /** Runs of this kernel that the session tracks. */
  get runs(): Iterable<RunId> {
    return this.#runs.values()
  }

  /** What belongs to this execution belongs to the run. */
  follow(run: RunId, { msgId, done }: Execution): Promise<ExecuteOutcome> {
    this.#runs.set(msgId, run)
    return done
  }

  /** Drops later messages of these runs. */
  forget(isForgotten: (run: RunId) => boolean): void {
    for (const [msgId, run] of this.#runs) if (isForgotten(run)) this.#runs.delete(msgId)
  }

  /**
   * Sends a comm message. Settles when the kernel has handled it, or is dead. What the kernel prints while it handles
   * the message belongs to `run`.
   */
  sendComm(
    message: OutgoingComm,
    { run = null, ack = null }: { readonly run?: RunId | null; readonly ack?: string | null } = {},
  ): Promise<void> {
    try {
      const msgId = this.kernel.send({ channel: 'shell', ...message })
      if (run !== null) this.#runs.set(msgId, run)
      return new Promise((handled) => this.#comms.set(msgId, { ack, handled }))
    } catch (error) {
      if (!(error instanceof KernelDeadError)) throw error
      return Promise.resolve()
    }
  }

  answer(value: string): void {
    const parent = this.#inputRequest?.header
    if (parent === undefined)
      throw new Error(`session ${this.session}: an answer to a prompt that never came`)
    this.#inputRequest = null
    this.kernel.send({ channel: 'stdin', msgType: 'input_reply', content: { value, status: 'ok' }, parent })
  }

  /** A dead kernel needs no interrupt. */
  async interrupt(): Promise<void> {
    await this.kernel.interrupt().catch(() => undefined)
  }

  /** Why no record of a run that ended so can come; null where one is expected. */
  whyNoRecord(ending: Ending): string | null {
    if (ending.kind !== 'replied') return 'the run ended without an answer of the kernel'
    if (ending.outcome.status === 'died') return `the kernel died: ${ending.outcome.death.likely}`
    if (!this.kernel.recording) return this.kernel.agentProblem ?? 'this kernel does not record'
    return null
  }

  #message(message: Message, hearing: LinkHearing): void {
    const { msg_type: type } = message.header
    const parent = message.parent.msg_id ?? ''
    const run = this.#runs.get(parent)
    if (type === 'status' && message.content.execution_state === 'idle') this.#commHandled(parent)
    if (type.startsWith('comm_')) hearing.comm(message)
    else if (type === 'input_request' && run !== undefined) this.#prompt(run, message, hearing)
    else if (!hearing.capture(message) && run !== undefined) hearing.output(run, message)
  }

  /** The sender's name for the comm message that this one answers; null where it answers none. */
  answered(message: Pick<Message, 'parent'>): string | null {
    return this.#comms.get(message.parent.msg_id ?? '')?.ack ?? null
  }

  #commHandled(msgId: string): void {
    this.#comms.get(msgId)?.handled()
    this.#comms.delete(msgId)
  }

  #prompt(run: RunId, message: Message, hearing: LinkHearing): void {
    this.#inputRequest = message
    const { prompt, password } = InputRequest.catch({ prompt: '', password: false }).parse(message.content)
    hearing.prompt(run, prompt.slice(0, PROMPT_LIMIT).toWellFormed(), password)
  }
}

function requestOf({ run, cell, source, userExpressions, ...may }: Run, allowStdin: boolean): ExecuteRequest {
  const request = {
    code: source,
    runId: run,
    cellId: cell,
    allowStdin: allowStdin && may.allowStdin !== false,
  }
  return userExpressions === undefined ? request : { ...request, userExpressions }
}

/** A comm message for the kernel. */
export type OutgoingComm = Omit<Parameters<Kernel['send']>[0], 'channel' | 'parent'>

/** A comm message as clients get it: buffers in base64. `answers` is the client's name for the message it answers. */
export function commEvent(
  { header, content, metadata, buffers }: Pick<Message, 'header' | 'content' | 'metadata' | 'buffers'>,
  answers: string | null,
): Extract<Event, { type: 'comm' }> {
  const encoded = buffers.map((buffer) => Buffer.from(buffer).toString('base64'))
  const event = { type: 'comm', msgType: header.msg_type, content, metadata, buffers: encoded } as const
  return answers === null ? event : { ...event, answers }
}

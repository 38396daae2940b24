/**
 * The messages between this process and one kernel: its requests, and the request that each message answers.
 * Invariants: messages are handed on in the order of their socket; an execution settles after its last message was
 * handed on; what the bridge asks for itself (`ask`) is never seen outside.
 */
import { randomUUID } from 'node:crypto'
import { Beside, type Route } from './beside.ts'
import { KernelDeadError, type Problem } from './errors.ts'
import { executeContent, isRunMessage, messageIdOf } from './execute-request.ts'
import { Executions, outcomeOf } from './executions.ts'
import type { Death, ExecuteOutcome, ExecuteRequest, Execution, Kernel } from './kernel.ts'
import type { Header, JsonObject, Message } from './message.ts'
import { Requests } from './requests.ts'
import { newHeader, type Outgoing as OutgoingMessage } from './wire.ts'

/** Who hears what the kernel says. */
export interface Hearing {
  message(message: Message): void
  busy(busy: boolean): void
  record(record: unknown): void
  content(content: unknown): void
}

type Outgoing = Parameters<Kernel['send']>[0]
type Ask = Parameters<Kernel['request']>

/** Requests that occupy the main shell; others may be answered beside a run and do not make the kernel busy. */
const WORK = new Set(['execute_request', 'comm_open', 'comm_msg', 'comm_close'])
/** `idle` follows its reply within milliseconds; later than this it is looked for. */
const IDLE_LATE_MS = 1_000
/** A reply is sent before its `idle`. */
const REPLY_LATE_MS = 100
const RESEND_MS = 300
/** The outcome of a run of which the kernel only reports that it is over. */
const INTERRUPTED: ExecuteOutcome = {
  status: 'error',
  executionCount: null,
  ename: 'KeyboardInterrupt',
  evalue: 'interrupted before its first line',
  traceback: [],
}

/** The way to a kernel and back. Messages are handed on in the order of their socket. */
export interface Wire {
  send(channel: 'shell' | 'stdin' | 'control', message: OutgoingMessage): void
  heartbeat(timeoutMs: number): Promise<boolean>
  /** While it is paused, what the kernel publishes waits. */
  pause(isPaused: boolean): void
  readonly isPaused: boolean
  close(): void
}

export class Conversation {
  readonly #channels: Wire
  readonly #session: string
  readonly #requests = new Requests()
  readonly #executions = new Executions()
  readonly #own = new Set<string>()
  readonly #probes = new Map<string, () => void>()
  readonly #working = new Set<string>()
  readonly #onProblem: (problem: Problem) => void
  #hearing: Hearing | null = null
  #early: Message[] = []
  /** Where messages may come twice, from the spool and live: those handed on. */
  #seen: Set<string> | null = null
  #receivedCount = 0
  #subscribed = false
  #beside: Beside | null = null

  /** `open` is called once; it may emit messages at once. */
  constructor(options: {
    session: string
    open: (onMessage: (message: Message) => void) => Wire
    onProblem: (problem: Problem) => void
  }) {
    this.#session = options.session
    this.#onProblem = options.onProblem
    this.#channels = options.open((message) => this.#receive(message))
  }

  /** What a process says of its start is no news to those who knew the one before it: waits until all of it is heard. */
  async forgetStart(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, IDLE_LATE_MS)
      this.#whenServed(resolve)
    })
    clearTimeout(timer)
    this.#early = []
  }

  /** Makes the way past a running cell, so that the first who needs it does not wait. Never rejects. */
  async makeWay(): Promise<void> {
    await this.#beside?.route('shell', '').catch(() => undefined)
  }

  /** Lets the kernel load what completes code, which takes it a second. Never rejects. */
  async warm(): Promise<void> {
    const route = await this.#beside?.route('shell', '').catch(() => undefined)
    if (route?.subshellId === undefined) return
    await this.#askBy(route, 'complete_request', { code: 'pri', cursor_pos: 3 }).catch(() => undefined)
  }

  /** Says who hears; what came before is heard first. */
  listen(hearing: Hearing): void {
    this.#hearing = hearing
    const early = this.#early
    this.#early = []
    for (const message of early) this.#handOn(message, hearing)
  }

  /**
   * Settles with the `kernel_info_reply` when requests are answered and the subscription to iopub is known to be on:
   * ipykernel from 7.2 welcomes a subscriber, others are asked again until one of their status messages comes.
   * `control` is answered during a run as well.
   */
  async ready(channel: 'shell' | 'control'): Promise<JsonObject> {
    const info = await this.ask(channel, 'kernel_info_request', {})
    this.#beside = new Beside(info, (type) => this.ask('control', type, {}, 5_000))
    while (!this.#subscribed) {
      await this.ask(channel, 'kernel_info_request', {}, RESEND_MS).catch(rethrowUnlessLate)
    }
    return info
  }

  execute(request: ExecuteRequest): Execution {
    const msgId = messageIdOf(request.runId)
    const done = this.#executions.open(msgId)
    const { runId, cellId } = request
    this.#post(msgId, {
      channel: 'shell',
      msgType: 'execute_request',
      content: executeContent(request),
      metadata: { yesterday: { run: runId, cell: cellId }, ...(cellId === null ? {} : { cellId }) },
    })
    return { msgId, done }
  }

  /** Reattaches an execution that an earlier server requested. */
  resume(msgId: string): Resumed {
    this.#working.add(msgId)
    const done = this.#executions.open(msgId)
    this.#executions.begun(msgId)
    return {
      execution: { msgId, done },
      served: new Promise((resolve) => this.#whenServed(resolve)),
      finish: (outcome) => {
        this.#executions.replied(msgId, outcome)
        this.#executions.idle(msgId)
        this.#rest(msgId)
      },
    }
  }

  /** The execution that the kernel is at, begun or not; null where there is none. */
  get executing(): string | null {
    return this.#executions.current
  }

  /** Settles when the execution has begun, with true, or is over, with false. */
  untilBegun(msgId: string): Promise<boolean> {
    return this.#executions.untilBegun(msgId)
  }

  /** Hands on those of an earlier server's messages that were not heard, and from now on none twice. */
  catchUp(messages: readonly Message[]): void {
    for (const message of messages) if (this.#isNew(message)) this.#emit(message)
  }

  /** From now on each iopub message is handed on once; these were already. */
  skip(messages: readonly Message[]): void {
    this.#seen = new Set(messages.map(({ header }) => header.msg_id))
    this.#early = this.#early.filter((message) => this.#isNew(message))
  }

  /** Emits a message that an earlier server received, as if it came now. */
  emitAgain(message: Message): void {
    this.#emit(message)
  }

  async request(
    channel: Ask[0],
    msgType: Ask[1],
    content: Ask[2],
    options: Ask[3] = {},
  ): Promise<JsonObject> {
    const route = (options.whileBusy === true && (await this.#beside?.route(channel, msgType))) || { channel }
    return this.#open(randomUUID(), { ...route, msgType, content }, options.timeoutMs)
  }

  /** A request of the bridge itself. */
  ask(channel: Ask[0], msgType: Ask[1], content: Ask[2], timeoutMs?: number): Promise<JsonObject> {
    return this.#askBy({ channel }, msgType, content, timeoutMs)
  }

  #askBy(route: Route, msgType: string, content: JsonObject, timeoutMs?: number): Promise<JsonObject> {
    const msgId = randomUUID()
    this.#own.add(msgId)
    return this.#open(msgId, { ...route, msgType, content }, timeoutMs)
  }

  send({ header, ...message }: Outgoing): string {
    const msgId = header?.msg_id ?? randomUUID()
    if (header === undefined) this.#post(msgId, message)
    else this.#relay(header, message)
    return msgId
  }

  /** A client that named its message like one of ours would be taken for this side. */
  #relay(header: Header, { channel, content, parent = {}, metadata = {}, buffers = [] }: Outgoing): void {
    const { msg_id: msgId } = header
    if (isRunMessage(msgId) || this.#own.has(msgId) || this.#requests.has(msgId))
      throw new RangeError(`The message id ${msgId} is in use.`)
    this.#channels.send(channel, { header, parent, metadata, content, buffers })
  }

  heartbeat(timeoutMs: number): Promise<boolean> {
    return this.#channels.heartbeat(timeoutMs)
  }

  /** Waits for what a dead process had already sent: until nothing more came for two looks. */
  async drained(): Promise<void> {
    for (let before = -1, looks = 0; before !== this.#receivedCount && looks < 40; looks++) {
      before = this.#channels.isPaused ? -1 : this.#receivedCount
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  /** While it is paused, what the kernel publishes waits: outputs, status and records. */
  pause(isPaused: boolean): void {
    this.#channels.pause(isPaused)
  }

  /** The end: everything open settles. */
  died(death: Death): void {
    this.close()
    this.#executions.died(death)
    this.#requests.end(new KernelDeadError(death))
  }

  close(): void {
    this.#channels.close()
  }

  #open(msgId: string, message: Posted, timeoutMs: number | undefined): Promise<JsonObject> {
    const reply = this.#requests.open(msgId, message.msgType, timeoutMs)
    this.#post(msgId, message)
    return reply
  }

  #post(msgId: string, message: Posted): void {
    const { msgType, content, metadata = {}, buffers = [], parent = {}, subshellId } = message
    const facts = { msgId, msgType, session: this.#session, date: new Date() }
    const header = newHeader(subshellId === undefined ? facts : { ...facts, subshellId })
    this.#channels.send(message.channel, { header, parent, metadata, content, buffers })
  }

  #receive(message: Message): void {
    this.#receivedCount++
    if (message.channel === 'iopub') this.#subscribed = true
    const parentId = message.parent.msg_id ?? ''
    const hidden = this.#own.has(parentId) || message.header.msg_type === 'iopub_welcome'
    const awaited = message.channel !== 'iopub' && this.#requests.has(parentId)
    if (!hidden && !awaited && this.#isNew(message)) this.#emit(message)
    this.#settle(message, parentId)
  }

  #isNew({ channel, header }: Message): boolean {
    if (this.#seen === null || channel !== 'iopub') return true
    if (this.#seen.has(header.msg_id)) return false
    this.#seen.add(header.msg_id)
    return true
  }

  #emit(message: Message): void {
    if (this.#hearing === null) this.#early.push(message)
    else this.#handOn(message, this.#hearing)
  }

  #handOn(message: Message, hearing: Hearing): void {
    if (message.channel === 'iopub' && message.header.msg_type === 'yesterday_record')
      hearing.record(message.content)
    if (message.channel === 'iopub' && message.header.msg_type === 'yesterday_content')
      hearing.content(message.content)
    hearing.message(message)
  }

  #settle(message: Message, parentId: string): void {
    if (message.channel === 'iopub') {
      if (message.header.msg_type === 'status') this.#statusChanged(message, parentId)
      else this.#executions.begun(parentId)
    } else if (message.channel !== 'stdin' && !this.#requests.replied(parentId, message.content)) {
      this.#executions.replied(parentId, outcomeOf(message.content))
      this.#awaitMissingReply(parentId, IDLE_LATE_MS)
    }
  }

  #statusChanged({ content, parent }: Message, parentId: string): void {
    const state = content.execution_state
    if (state === 'busy' && WORK.has(parent.msg_type ?? '') && !this.#own.has(parentId)) {
      this.#working.add(parentId)
      this.#hearing?.busy(true)
    }
    if (state !== 'idle') return
    this.#rest(parentId)
    this.#executions.idle(parentId)
    this.#awaitMissingReply(parentId, REPLY_LATE_MS)
    this.#probes.get(parentId)?.()
    this.#probes.delete(parentId)
  }

  #rest(msgId: string): void {
    if (this.#working.delete(msgId) && this.#working.size === 0) this.#hearing?.busy(false)
  }

  #awaitMissingReply(msgId: string, lateMs: number): void {
    const look = () => {
      if (this.#executions.isHalfOver(msgId)) this.#whenServed(() => this.#failPendingExecution(msgId))
    }
    if (this.#executions.isHalfOver(msgId)) setTimeout(look, lateMs).unref()
  }

  /** The main shell and iopub keep their order: the `idle` of a request of ours proves that all before it is over and heard. */
  #whenServed(then: () => void): void {
    const probe = randomUUID()
    this.#own.add(probe)
    this.#probes.set(probe, then)
    const message = { channel: 'shell', msgType: 'kernel_info_request', content: {} } as const
    this.#open(probe, message, undefined).catch(() => undefined)
  }

  /** An interrupt in the instant before the code leaves ipykernel without a reply; a burst may cost it the `idle`. */
  #failPendingExecution(msgId: string): void {
    if (!this.#executions.isHalfOver(msgId)) return
    if (this.#working.has(msgId)) {
      this.#onProblem({ kind: 'idle-lost', detail: `${msgId}: the kernel dropped messages of this run` })
      this.#rest(msgId)
    }
    this.#executions.replied(msgId, INTERRUPTED)
    this.#executions.idle(msgId)
  }
}

/** A reattached execution: `served` settles once the kernel is past it, `finish` settles it. */
export interface Resumed {
  readonly execution: Execution
  readonly served: Promise<void>
  finish(outcome: ExecuteOutcome): void
}

type Posted = Outgoing & { readonly subshellId?: string }

function rethrowUnlessLate(error: unknown): null {
  if (error instanceof Error && error.name === 'RequestTimeoutError') return null
  throw error
}

/**
 * The messages of a kernel behind a network that fails. Invariants: each message is handed on once, in the order in
 * which the kernel sent it, also those that a cut destroyed: the agent keeps what a run said until its record is durable.
 * No code is sent twice unless the agent says that it never came. What cannot be found again is said in the run's stream.
 */
import { inBackground } from '../../background.ts'
import type { Wire } from '../../conversation.ts'
import type { Problem } from '../../errors.ts'
import { isRunMessage } from '../../execute-request.ts'
import type { Message } from '../../message.ts'
import { agentFiles, spoolName } from '../../spool.ts'
import { parseFrames } from '../../spool-frames.ts'
import type { Outgoing } from '../../wire.ts'
import { jsonOf, madeUp, type OpenRun, openRun, replyOf, runOf } from './open-run.ts'
import { type Channel, OwnRequests } from './own-requests.ts'
import { RemoteSpool } from './remote-spool.ts'
import type { JupyterServer } from './server.ts'
import { KernelSocket } from './socket.ts'

interface Sent {
  readonly channel: Channel
  readonly message: Outgoing
  /** The connection that carried it; 0 while none did. */
  connection: number
}

/** A record comes behind `idle`; where messages are missing, it says so before the run is over. */
const RECORD_MS = 700
/** The reply comes by another socket than `idle` and the record. */
const REPLY_MS = 500
const ASK_MS = 30_000
/** Ids of messages that were handed on, to know them again. */
const SEEN = 50_000
/** Of these each run has one. */
const ONCE: readonly string[] = ['execute_reply', 'yesterday_record']
/** What may be asked twice. */
const REPEATABLE =
  /^(kernel_info|complete|inspect|history|is_complete|comm_info|yesterday_\w+|list_subshell)_request$/

export interface RemoteWireOptions {
  readonly server: JupyterServer
  /** See `FoundServer`. */
  readonly ready?: () => Promise<void>
  readonly kernel: string
  readonly session: string
  readonly onMessage: (message: Message) => void
  readonly onProblem: (problem: Problem) => void
  /** The connection was lost then; null: it is open. */
  readonly onReach: (lostAt: Date | null) => void
  /** The server has no such kernel any more. */
  readonly onGone: () => void
  /** Messages of runs wait until `adopted` is called: those of the spool come before them. */
  readonly isFound: boolean
}

export class RemoteWire implements Wire {
  readonly #options: RemoteWireOptions
  readonly #socket: KernelSocket
  readonly #spool: RemoteSpool
  readonly #own: OwnRequests
  /** Requests of which nothing came back yet, in order. */
  readonly #sent = new Map<string, Sent>()
  readonly #runs = new Map<string, OpenRun>()
  readonly #seen = new Set<string>()
  #connection = 0
  #opened = Promise.withResolvers<void>()
  /** What comes while the messages before it are looked for. */
  #held: Message[] | null = null
  #isAdopting: boolean
  #isPaused = false
  #isRecording = false
  #lostAt: Date | null = null

  constructor(options: RemoteWireOptions) {
    this.#options = options
    this.#isAdopting = options.isFound
    this.#own = new OwnRequests(options.session, (channel, message) => this.#socket.send(channel, message))
    this.#spool = new RemoteSpool(
      (content) => this.#own.ask('control', 'yesterday_spool_request', content, ASK_MS),
      () => this.#opened.promise,
    )
    this.#socket = new KernelSocket(options.server, options.kernel, options.session, {
      opened: (connection) => this.#open(connection),
      message: (message) => this.#receive(message),
      closed: ({ missing }) => this.#closed(missing),
      onProblem: options.onProblem,
      ...(options.ready && { ready: options.ready }),
    })
  }

  /** What the agent keeps on the other side. */
  get spool(): RemoteSpool {
    return this.#spool
  }

  /** The agent answers from now on. */
  record(): void {
    this.#isRecording = true
  }

  /** Follows a run that an earlier server sent, of which these messages were handed on. */
  adopt(msgId: string, runId: string, messages: readonly Message[]): void {
    const ids = new Set(messages.map(({ header }) => header.msg_id))
    this.#runs.set(msgId, openRun(runId, ids))
    for (const id of ids) this.#isNew(id)
  }

  /** The runs that an earlier server sent are known. */
  adopted(): void {
    this.#isAdopting = false
    this.#flush()
  }

  send(channel: Channel, message: Outgoing): void {
    const { msg_id: msgId, msg_type: type } = message.header
    const runId = runOf(message)
    if (type === 'execute_request' && runId !== null) this.#runs.set(msgId, openRun(runId))
    const run = this.#runs.get(message.parent.msg_id ?? '')
    if (type === 'input_reply' && run !== undefined) run.hasPrompt = false
    const sent = { channel, message, connection: 0 }
    if (type !== 'input_reply') this.#sent.set(msgId, sent)
    const mayGo = this.#held === null || this.#isAdopting
    if (mayGo && this.#socket.send(channel, message)) sent.connection = this.#connection
  }

  heartbeat(timeoutMs: number): Promise<boolean> {
    return this.#socket.ping(timeoutMs)
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#socket.pause(isPaused)
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  close(): void {
    this.#socket.close()
    for (const { timer } of this.#runs.values()) if (timer !== null) clearTimeout(timer)
    this.#opened.reject(new Error('The connection was closed'))
    this.#opened.promise.catch(() => undefined)
  }

  /** Looks for what the open runs said, as after a cut. */
  lookAgain(): Promise<void> {
    this.#held ??= []
    return this.#catchUp(this.#connection)
  }

  #open(connection: number): void {
    this.#connection = connection
    this.#opened.resolve()
    this.#options.onReach(null)
    if (connection === 1) this.#sendWaiting()
    else {
      this.#held ??= []
      this.#startCatchUp(connection)
    }
  }

  #closed(missing: boolean): void {
    this.#opened = Promise.withResolvers()
    this.#lostAt ??= new Date()
    this.#options.onReach(this.#lostAt)
    this.#own.lost()
    if (missing) this.#options.onGone()
  }

  #receive(message: Message): void {
    const parent = message.parent.msg_id ?? ''
    if (this.#own.takes(message)) return
    this.#sent.delete(parent)
    if (message.channel === 'iopub' && message.header.msg_type === 'status') this.#lookForEnd(message)
    const waits = this.#isAdopting && isRunMessage(parent)
    if (waits) this.#held ??= []
    if (this.#held !== null && (waits || !this.#isAdopting)) this.#held.push(message)
    else this.#deliver(message)
  }

  /** A server starts a kernel again that ended by itself: with another process, it is another kernel. */
  #lookForEnd({ content, parent }: Message): void {
    const state = content.execution_state
    const isOwn = parent.msg_type === 'shutdown_request'
    if (!isOwn && (state === 'restarting' || state === 'dead')) this.#options.onGone()
  }

  #deliver(message: Message): void {
    const { header, channel } = message
    if (!this.#isNew(header.msg_id)) return
    if (ONCE.includes(header.msg_type) && this.#seen.has(header.msg_type + message.parent.msg_id)) return
    const run = this.#runs.get(message.parent.msg_id ?? '')
    if (run === undefined) this.#options.onMessage(message)
    else if (channel === 'iopub') this.#published(run, message)
    else {
      if (header.msg_type === 'input_request') run.hasPrompt = true
      this.#options.onMessage(message)
      if (header.msg_type === 'execute_reply') this.#replied(run, message.parent.msg_id ?? '')
    }
  }

  #replied(run: OpenRun, msgId: string): void {
    run.isReplied = true
    if (!this.#isRecording) this.#runs.delete(msgId)
    run.finish?.()
  }

  #published(run: OpenRun, message: Message): void {
    const type = message.header.msg_type
    if (type === 'yesterday_record') {
      this.#recorded(run, message)
      return
    }
    run.ids.add(message.header.msg_id)
    if (type !== 'status' || message.content.execution_state !== 'idle' || !this.#isRecording) {
      this.#options.onMessage(message)
      return
    }
    run.idle = message
    run.timer = setTimeout(() => this.#release(run), RECORD_MS)
  }

  /** The record says how many messages the run has published. */
  #recorded(run: OpenRun, record: Message): void {
    const msgId = record.parent.msg_id ?? ''
    const { messages } = record.metadata
    const isWhole = typeof messages !== 'number' || run.ids.size >= messages
    if (isWhole) this.#finish(run, msgId, record)
    else {
      this.#held ??= []
      run.record = record
      this.#startCatchUp(this.#connection)
    }
  }

  #finish(run: OpenRun, msgId: string, record: Message): void {
    const over = (): void => {
      if (!this.#runs.delete(msgId)) return
      this.#finished(msgId)
      if (!run.isReplied) this.#options.onMessage(replyOf(record))
      run.isReplied = true
      this.#release(run)
      this.#options.onMessage(record)
    }
    if (run.isReplied) over()
    else {
      run.finish = over
      if (run.timer !== null) clearTimeout(run.timer)
      run.timer = setTimeout(over, REPLY_MS)
    }
  }

  /** Its reply and its record were handed on: the messages themselves may still come. */
  #finished(msgId: string): void {
    for (const type of ONCE) this.#isNew(type + msgId)
  }

  #release(run: OpenRun): void {
    if (run.timer !== null) clearTimeout(run.timer)
    const { idle } = run
    run.idle = null
    run.timer = null
    if (idle !== null) this.#options.onMessage(idle)
  }

  #isNew(id: string): boolean {
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.#seen.size > SEEN) for (const oldest of this.#seen) if (this.#seen.delete(oldest)) break
    return true
  }

  /** After a cut: what was said meanwhile, then what came since, then what was not sent. Begins again after each cut. */
  async #catchUp(connection: number): Promise<void> {
    const isOver = () => connection !== this.#connection || !this.#socket.isOpen
    try {
      const begun = this.#isRecording ? await this.#readRuns(isOver) : new Set<string>()
      if (isOver()) return
      if (!this.#isRecording) this.#sayLoss()
      this.#lostAt = null
      this.#flush()
      await this.#resend(begun, isOver)
    } catch (error) {
      if (isOver()) return
      this.#options.onProblem({ kind: 'spool-broken', detail: `after a lost connection: ${String(error)}` })
      this.#sayLoss()
      this.#flush()
      this.#sendWaiting()
    }
  }

  #startCatchUp(connection: number): void {
    inBackground(this.#catchUp(connection), 'reading what a kernel said')
  }

  #flush(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const message of held) this.#deliver(message)
  }

  /** Hands on what the open runs said. Returns the runs that have begun. */
  async #readRuns(isOver: () => boolean): Promise<ReadonlySet<string>> {
    const { files, begun } = await this.#spool.state()
    for (const [msgId, run] of [...this.#runs]) {
      const [frames = '', record = '', prompt = ''] = agentFiles(run.runId)
      if (isOver()) break
      if (frames in files) {
        const { messages } = parseFrames(await this.#spool.read(frames))
        for (const message of messages) this.#deliver(message)
      }
      if (record in files) this.#deliverFile(msgId, run, await this.#spool.read(record))
      else if (run.record !== null) this.#finish(run, msgId, run.record)
      else if (prompt in files && !run.hasPrompt) this.#askAgain(msgId, await this.#spool.read(prompt))
    }
    return new Set(begun.map(spoolName))
  }

  #deliverFile(msgId: string, run: OpenRun, bytes: Uint8Array): void {
    const content = jsonOf(bytes)
    if (content !== null)
      this.#finish(run, msgId, madeUp(this.#options.session, 'iopub', 'yesterday_record', msgId, content))
  }

  #askAgain(msgId: string, bytes: Uint8Array): void {
    const content = jsonOf(bytes)
    if (content !== null)
      this.#deliver(madeUp(this.#options.session, 'stdin', 'input_request', msgId, content))
  }

  /** For kernels without the agent: what the server did not keep is lost, and this is where. */
  #sayLoss(): void {
    const at = this.#lostAt
    if (at === null) return
    const { title } = this.#options.server
    const text = `The connection to ${title} was lost at ${at.toISOString().slice(0, 19)}Z. Output of that moment may be missing.\n`
    for (const [msgId, run] of this.#runs)
      if (run.ids.size > 0)
        this.#options.onMessage(
          madeUp(this.#options.session, 'iopub', 'stream', msgId, { name: 'stderr', text }),
        )
  }

  #sendWaiting(): void {
    for (const sent of this.#sent.values()) {
      if (sent.connection === 0 && this.#socket.send(sent.channel, sent.message))
        sent.connection = this.#connection
    }
  }

  /**
   * What an earlier connection carried may have been lost with it. A request that may be repeated is. Of code the agent
   * says whether it came, once a request behind it was answered.
   */
  async #resend(begun: ReadonlySet<string>, isOver: () => boolean): Promise<void> {
    const doubtful = [...this.#sent].filter(
      ([, sent]) => sent.connection !== 0 && sent.connection < this.#connection,
    )
    for (const [, sent] of doubtful) if (REPEATABLE.test(sent.message.header.msg_type)) sent.connection = 0
    this.#sendWaiting()
    const code = doubtful.filter(([msgId]) => this.#runs.has(msgId))
    for (const [msgId, sent] of doubtful)
      if (sent.connection !== 0 && !this.#runs.has(msgId)) this.#forgetSent(msgId, sent)
    if (code.length === 0) return
    // The main shell keeps its order: its answer says that all before it came.
    await this.#own.ask('shell', 'kernel_info_request', {}, null)
    if (isOver()) return
    const now = this.#isRecording ? new Set((await this.#spool.state()).begun.map(spoolName)) : begun
    for (const [msgId, sent] of code) if (this.#sent.has(msgId)) this.#settleLost(msgId, sent, now)
    this.#sendWaiting()
  }

  #settleLost(msgId: string, sent: Sent, begun: ReadonlySet<string>): void {
    const run = this.#runs.get(msgId)
    if (run === undefined || begun.has(spoolName(run.runId))) return
    if (this.#isRecording) sent.connection = 0
    else this.#giveUp(msgId)
  }

  /** It may have run: without an agent, no one can say. */
  #giveUp(msgId: string): void {
    this.#sent.delete(msgId)
    this.#runs.delete(msgId)
    const evalue = `the connection to ${this.#options.server.title} was lost when the cell was sent; whether it ran is not known`
    const error = { status: 'error', ename: 'ConnectionLost', evalue, traceback: [evalue] }
    this.#options.onMessage(madeUp(this.#options.session, 'iopub', 'error', msgId, error))
    this.#options.onMessage(madeUp(this.#options.session, 'shell', 'execute_reply', msgId, error))
    this.#options.onMessage(
      madeUp(this.#options.session, 'iopub', 'status', msgId, { execution_state: 'idle' }),
    )
  }

  #forgetSent(msgId: string, { message }: Sent): void {
    this.#sent.delete(msgId)
    const detail = `${message.header.msg_type}: the connection was lost when it was sent`
    this.#options.onProblem({ kind: 'message-failed', detail })
  }
}

/**
 * One notebook's session: holds the state, feeds `apply` with what happens, and performs the actions.
 * Invariant: nothing here decides; `run-queued` is durable before a run executes, and `run-ended` before its cell is
 * shown as done.
 */
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { type Kernel, KernelDeadError, type Kernels, type Message } from '@yesterday/kernel-bridge'
import type * as Y from 'yjs'
import { z } from 'zod'
import { cellSource, cellsOf, cellType, findCell, origin } from '../../contract/document.ts'
import type { RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import type { Actor, Event, SessionView } from '../../contract/session.ts'
import { digestOf } from '../store/digest.ts'
import type { Store } from '../store/ports.ts'
import { apply } from './apply.ts'
import { createDurable, durableObjects } from './durable.ts'
import { startProblem } from './kernel-problem.ts'
import { Recorder } from './recorder.ts'
import type { RunEnded } from './run-ended.ts'
import { SessionOutputs } from './session-outputs.ts'
import {
  type Action,
  initialState,
  type Operation,
  type Run,
  type RunningRun,
  type SessionState,
} from './state.ts'
import { viewOf } from './view.ts'

export interface SessionOptions {
  readonly kernels: Kernels
  readonly store: Store
  readonly doc: Y.Doc
  /** Null where no room shows the document: the run is from the command line. */
  readonly documentId: string | null
  /** Path below the project folder, now. */
  readonly path: () => string
  /** Where the kernel works. */
  readonly cwd: () => string
  /** The kernelspec to start when none was asked for. */
  readonly defaultSpec: () => Promise<string>
  readonly allowStdin: boolean
  readonly now?: () => Timestamp
  readonly newId?: () => string
}

interface SessionEvents {
  event: [Event]
  recorded: [RunEnded, Run]
}

const INTERRUPT_WAIT_MS = 5000
const InputRequest = z.object({ prompt: z.string().default(''), password: z.boolean().default(false) })
const RecordRun = z.object({ run: z.string() })

export class Session {
  readonly events = new EventEmitter<SessionEvents>()
  readonly #options: SessionOptions
  readonly #now: () => Timestamp
  readonly #newId: () => string
  readonly #recorder: Recorder
  readonly #outputs: SessionOutputs
  readonly #ending = new Set<Promise<void>>()
  readonly #runOfMessage = new Map<string, RunId>()
  #inputRequest: Message | null = null
  #state: SessionState = initialState
  #kernel: Kernel | null = null

  constructor(options: SessionOptions) {
    this.#options = options
    this.#now = options.now ?? (() => new Date().toISOString())
    this.#newId = options.newId ?? (() => randomBytes(10).toString('hex'))
    const durable = createDurable({
      onStalled: (error) => this.#stalled(error),
      onResumed: () => this.#dispatch({ type: 'LogResumed' }),
    })
    const objects = durableObjects(options.store.objects, durable)
    this.#recorder = new Recorder({ objects, runs: options.store.runs, durable, now: this.#now })
    this.#outputs = new SessionOutputs(options.doc, objects)
  }

  view(): SessionView {
    return viewOf(this.#state)
  }

  /** Queues these code cells; null when done, else why not. */
  run(cells: readonly string[], actor: Actor, stopOnError = true): string | null {
    const runs = this.#freeze(cells, actor, stopOnError)
    return this.#dispatch({ type: 'RunCells', runs, session: this.#newId() })
  }

  cancel(runs: readonly RunId[] | null, actor: Actor): string | null {
    return this.#dispatch({ type: 'Cancel', runs, actor })
  }

  interrupt(): string | null {
    return this.#dispatch({ type: 'Interrupt' })
  }

  start(spec: string | null): string | null {
    return this.#dispatch({ type: 'Start', session: this.#newId(), spec })
  }

  restart(spec: string | null, cells: readonly string[], actor: Actor): string | null {
    const runs = this.#freeze(cells, actor, true)
    return this.#dispatch({ type: 'Restart', session: this.#newId(), spec, runs, actor })
  }

  shutdown(actor: Actor): string | null {
    return this.#dispatch({ type: 'Shutdown', actor })
  }

  input(run: RunId, value: string): string | null {
    return this.#dispatch({ type: 'InputAnswered', run, value })
  }

  clear(cells: readonly string[]): Promise<void> {
    return this.#outputs.clear(cells)
  }

  /** The kernel, for requests that leave the session as it is (completion, comms); null where there is none. */
  get kernel(): Kernel | null {
    return this.#kernel
  }

  /** Settles when every run that ended, and the end of the session, is durable. */
  async settled(): Promise<void> {
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #freeze(cells: readonly string[], actor: Actor, stopOnError: boolean): Run[] {
    const queued = this.#now()
    const places = new Map(cellsOf(this.#options.doc).map((cell, index) => [String(cell.get('id')), index]))
    return cells.flatMap((cell): Run[] => {
      const index = places.get(cell)
      const found = index === undefined ? null : cellsOf(this.#options.doc).get(index)
      if (found === null || index === undefined || cellType(found) !== 'code') return []
      const source = cellSource(found).toString()
      if (source.trim() === '') return []
      const sourceDigest = digestOf(source)
      return [
        { run: this.#newId(), cell, place: index + 1, actor, queued, source, sourceDigest, stopOnError },
      ]
    })
  }

  /** The reason of a refusal, null when there was none. */
  #dispatch(operation: Operation): string | null {
    const before = this.#state
    const step = apply(before, operation)
    this.#state = step.state
    let refusal: string | null = null
    for (const action of step.actions) {
      if (action.type === 'refuse') refusal = action.reason
      else this.#perform(action)
    }
    if (before !== this.#state) this.events.emit('event', { type: 'session', view: this.view() })
    return refusal
  }

  #perform(action: Exclude<Action, { type: 'refuse' }>): void {
    switch (action.type) {
      case 'startKernel':
        return this.#track(this.#startKernel(action.session, action.spec))
      case 'restartKernel':
        return this.#track(this.#restartKernel(action.session, action.spec))
      case 'shutdownKernel':
        return this.#track(this.#shutdownKernel())
      case 'discardKernel':
        return this.#track(this.#shutdownKernel())
      case 'interruptKernel':
        return this.#interrupt(action.run)
      case 'logSessionStarted':
        return this.#logSessionStarted(action.session)
      case 'logSessionEnded':
        return this.#track(this.#logSessionEnded(action))
      case 'logQueued':
        return this.#track(this.#logQueued(action))
      case 'logStarted':
        return this.#track(this.#recorder.append([{ type: 'run-started', run: action.run, at: action.at }]))
      case 'execute':
        return this.#execute(action.run)
      case 'sendInput':
        return this.#sendInput(action.value)
      case 'endRun':
        return this.#track(this.#end(action))
      case 'dropRun':
        return
      case 'setCellState':
        return this.#setCellState(action.cell, action.state)
      case 'notify':
        this.events.emit('event', { type: 'notice', level: action.level, text: action.text })
    }
  }

  #track(work: Promise<void>): void {
    this.#ending.add(work)
    void work.finally(() => this.#ending.delete(work))
  }

  async #startKernel(session: SessionId, spec: string | null): Promise<void> {
    try {
      const specName = spec ?? (await this.#options.defaultSpec())
      const kernel = await this.#options.kernels.start({ specName, cwd: this.#options.cwd() })
      if (this.#state.session !== session) return await kernel.shutdown()
      this.#adopt(session, kernel)
    } catch (error) {
      this.#dispatch({ type: 'KernelStartFailed', session, problem: startProblem(error) })
    }
  }

  /** Another process in every case, so that nothing of the old one can answer for the new session. */
  async #restartKernel(session: SessionId, spec: string | null): Promise<void> {
    const specName = spec ?? this.#kernel?.spec.name ?? null
    await this.#shutdownKernel()
    await this.#startKernel(session, specName)
  }

  async #shutdownKernel(): Promise<void> {
    const kernel = this.#kernel
    this.#kernel = null
    await kernel?.shutdown()
  }

  #adopt(session: SessionId, kernel: Kernel): void {
    this.#kernel = kernel
    this.#outputs.forgetAll()
    kernel.on('message', (message) => this.#message(message))
    kernel.on('record', (record) => this.#record(record))
    kernel.on('dead', (death) => this.#dispatch({ type: 'KernelDied', session, death: death.likely }))
    kernel.on('status', (status) => {
      if (status === 'idle' || status === 'busy') this.#dispatch({ type: 'KernelStatus', session, status })
    })
    const { spec, recording, agentProblem: problem } = kernel
    const { name, displayName, language } = spec
    this.#dispatch({
      type: 'KernelStarted',
      session,
      kernel: { spec: name, displayName, language, recording, problem },
    })
  }

  #record(raw: unknown): void {
    const named = RecordRun.safeParse(raw)
    if (named.success) this.#recorder.accept(named.data.run, raw)
  }

  #message(message: Message): void {
    const { msg_type: type } = message.header
    const run = this.#runOfMessage.get(message.parent.msg_id ?? '')
    if (type.startsWith('comm_')) this.#comm(message)
    else if (type === 'input_request' && run !== undefined) this.#askInput(run, message)
    else if (run !== undefined) this.#outputs.accept(run, message)
  }

  #comm({ header, content, metadata, buffers }: Message): void {
    const encoded = buffers.map((buffer) => Buffer.from(buffer).toString('base64'))
    this.events.emit('event', { type: 'comm', msgType: header.msg_type, content, metadata, buffers: encoded })
  }

  #askInput(run: RunId, message: Message): void {
    this.#inputRequest = message
    const { prompt: text, password } = InputRequest.parse(message.content)
    this.#dispatch({ type: 'InputRequested', run, text, password })
  }

  #sendInput(value: string): void {
    const parent = this.#inputRequest?.header
    if (parent === undefined) throw new Error('an answer to a prompt that never came')
    this.#kernel?.send({ channel: 'stdin', msgType: 'input_reply', content: { value, status: 'ok' }, parent })
  }

  #execute(run: RunningRun): void {
    const kernel = this.#kernel
    if (kernel === null) throw new Error(`run ${run.run} without a kernel`)
    this.#outputs.begin(run.run, run.cell)
    try {
      const { allowStdin } = this.#options
      const execution = kernel.execute({ code: run.source, runId: run.run, cellId: run.cell, allowStdin })
      this.#runOfMessage.set(execution.msgId, run.run)
      void execution.done.then((outcome) => this.#dispatch({ type: 'RunOver', run: run.run, outcome }))
    } catch (error) {
      if (!(error instanceof KernelDeadError)) throw error
      const { session } = this.#state
      if (session !== null) this.#dispatch({ type: 'KernelDied', session, death: error.death.likely })
      return
    }
    this.#dispatch({ type: 'RunStarted', run: run.run, at: this.#now() })
    void this.#expect(run)
  }

  async #expect(run: RunningRun): Promise<void> {
    const expectedMs = await this.#options.store.index
      .expectedMs(run.cell, run.sourceDigest)
      .catch(() => null)
    if (expectedMs !== null) this.#dispatch({ type: 'RunExpected', run: run.run, expectedMs })
  }

  #interrupt(run: RunId): void {
    void this.#kernel?.interrupt()
    setTimeout(() => this.#dispatch({ type: 'InterruptTimedOut', run }), INTERRUPT_WAIT_MS).unref()
  }

  async #logQueued({ session, runs }: Extract<Action, { type: 'logQueued' }>): Promise<void> {
    await this.#recorder.logQueued(this.#options.path(), session, runs)
    this.#dispatch({ type: 'RunsLogged', runs: runs.map(({ run }) => run) })
  }

  #logSessionStarted(session: SessionId): void {
    const kernel = this.#kernel
    if (kernel === null) throw new Error(`session ${session} started without a kernel`)
    const { displayName, language } = kernel.spec
    const { documentId, path } = this.#options
    const notebook = path()
    const started = { session, at: this.#now(), notebook, documentId, kernel: kernel.address }
    this.#track(this.#recorder.append([{ type: 'session-started', ...started, displayName, language }]))
  }

  /** After the entries of the session's runs. */
  async #logSessionEnded({ session, reason }: Extract<Action, { type: 'logSessionEnded' }>): Promise<void> {
    const at = this.#now()
    await Promise.all([...this.#endingRuns])
    await this.#recorder.append([{ type: 'session-ended', session, at, reason }])
  }

  readonly #endingRuns = new Set<Promise<void>>()

  #end(action: Extract<Action, { type: 'endRun' }>): Promise<void> {
    const work = this.#record1(action)
    this.#endingRuns.add(work)
    return work.finally(() => this.#endingRuns.delete(work))
  }

  async #record1(action: Extract<Action, { type: 'endRun' }>): Promise<void> {
    const { run } = action.run
    const kernel = this.#kernel
    const outputs = async () => (await this.#outputs.end(run))?.outputs ?? []
    const entry = await this.#recorder.end({ ...action, outputs, noRecord: this.#whyNoRecord(action) })
    kernel?.acknowledge(run)
    this.#dispatch({ type: 'Recorded', run })
    this.events.emit('recorded', entry, action.run)
    const { outcome, started, at: ended, durationMs } = entry
    const { cell, actor } = action.run
    this.events.emit('event', { type: 'recorded', run, cell, outcome, started, ended, durationMs, actor })
  }

  #whyNoRecord({ ending }: Extract<Action, { type: 'endRun' }>): string | null {
    if (ending.kind !== 'replied') return 'the run ended without an answer of the kernel'
    if (ending.outcome.status === 'died') return `the kernel died: ${ending.outcome.death.likely}`
    if (this.#kernel?.recording !== true) return this.#kernel?.agentProblem ?? 'this kernel does not record'
    return null
  }

  #setCellState(cell: string, state: 'idle' | 'queued' | 'running'): void {
    const { doc } = this.#options
    doc.transact(() => findCell(doc, cell)?.cell.set('execution_state', state), origin.server)
  }

  #stalled(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    this.#dispatch({ type: 'LogStalled' })
    const text = `The history cannot be written (${why}). It is tried again; nothing new runs until then.`
    this.events.emit('event', { type: 'notice', level: 'error', text })
  }
}

/**
 * One notebook's session: holds the state, feeds `apply` with what happens, and performs the actions.
 * Invariant: nothing here decides; `run-queued` is durable before a run executes, and `run-ended` before its cell is
 * shown as done.
 */
import { EventEmitter } from 'node:events'
import type { ExecuteOutcome, Kernel } from '@yesterday/kernel-bridge'
import { findCell, origin } from '../../contract/document.ts'
import type { RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import { apply } from './apply.ts'
import { createDurable, durableObjects } from './durable.ts'
import { KernelLife } from './kernel-life.ts'
import { commEvent, KernelLink } from './kernel-link.ts'
import { nameKernel } from './name-kernel.ts'
import type { Past, SentRun } from './past.ts'
import { Recorder } from './recorder.ts'
import type { RunEnded } from './run-ended.ts'
import type { SessionEvents, SessionOptions } from './session-options.ts'
import { SessionOutputs } from './session-outputs.ts'
import { SessionRecord } from './session-record.ts'
import {
  type Action,
  initialState,
  type Operation,
  type Run,
  type RunningRun,
  type SessionState,
} from './state.ts'

type Performed = Exclude<Action, { type: 'refuse' }>

const INTERRUPT_WAIT_MS = 5000
/** A run that is over by then needs no forecast. */
const EXPECT_AFTER_MS = 50

/** The state of one session and everything that it moves; `Session` is its door. */
export class SessionHost {
  readonly events = new EventEmitter<SessionEvents>()
  readonly #options: SessionOptions
  readonly #now: () => Timestamp
  readonly #recorder: Recorder
  readonly #outputs: SessionOutputs
  readonly #record: SessionRecord
  readonly #life: KernelLife
  #state: SessionState = initialState
  /** Runs whose start an earlier server logged. */
  #restarted: ReadonlySet<RunId> = new Set()
  /** The kernelspec that a person asked for; null where none was. */
  #chosenSpec: string | null = null
  #isClosed = false

  constructor(options: SessionOptions) {
    this.#options = options
    // Every client of the document listens.
    this.events.setMaxListeners(0)
    this.#now = options.now ?? (() => new Date().toISOString())
    const durable = createDurable({
      onStalled: (error) => this.#stalled(error),
      onResumed: () => this.dispatch({ type: 'LogResumed' }),
    })
    const objects = durableObjects(options.store.objects, durable)
    this.#recorder = new Recorder({
      objects,
      runs: options.store.runs,
      key: options.store.key,
      durable,
      now: this.#now,
    })
    this.#outputs = new SessionOutputs(options.doc, objects)
    this.#record = this.#makeRecord()
    this.#life = this.#makeLife()
  }

  #makeRecord(): SessionRecord {
    return new SessionRecord({
      ...this.#options,
      recorder: this.#recorder,
      outputs: this.#outputs,
      now: this.#now,
      onLogged: (runs) => this.dispatch({ type: 'RunsLogged', runs }),
      onRecorded: (entry, run) => this.#recorded(entry, run),
      onBroken: (error) => this.#broken(error),
      onWork: () => this.events.emit('changed'),
    })
  }

  #makeLife(): KernelLife {
    const { prewarm = true } = this.#options
    return new KernelLife({
      ...this.#options,
      prewarm,
      isWanted: (session) => !this.#isClosed && this.#state.session === session,
      pastIsLogged: () => this.#record.endingsSettled(),
      onStarted: (link) => this.#started(link),
      onFailed: (session, problem) => this.dispatch({ type: 'KernelStartFailed', session, problem }),
    })
  }

  get life(): KernelLife {
    return this.#life
  }

  get record(): SessionRecord {
    return this.#record
  }

  get state(): SessionState {
    return this.#state
  }

  get outputs(): SessionOutputs {
    return this.#outputs
  }

  /** The server stops: the kernel lives on, to be found again; what already ended is recorded first. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (!this.#state.stalled) await Promise.all([this.#record.endingsSettled(), this.#recorder.flushed()])
    this.#life.detach()
  }

  /** Takes up the session of an earlier server, whose kernel lives. */
  reattach(past: Past, kernel: Kernel): void {
    const { session, sent, queue, restarted, nextOrder, environment } = past
    const link = new KernelLink(session, kernel)
    this.#life.adopt(link)
    this.#recorder.remember(environment)
    this.#restarted = restarted
    for (const one of sent) this.#retell(one)
    const last = sent.at(-1)
    const running = last === undefined ? null : runningOf(last)
    const earlier = sent.slice(0, -1)
    const finishing = earlier.map(({ run: { run, cell } }) => ({ run, cell, shown: 'running' as const }))
    this.dispatch({ type: 'Reattached', session, kernel: link.facts, running, finishing, queue, nextOrder })
    for (const { run, order, started, outcome } of earlier) {
      if (outcome === null) throw new Error(`run ${run.run} goes on, yet another was sent after it`)
      this.#perform({ type: 'endRun', session, run, order, started, ending: { kind: 'replied', outcome } })
    }
    this.#listen(link)
    if (last !== undefined) this.#resume(link, last)
  }

  /** What the kernel said of a run while nobody listened, or to a server that is gone. */
  #retell({ run: { run, cell }, messages, record, ended, isLogged, started }: SentRun): void {
    this.#outputs.begin(run, cell)
    for (const message of messages) this.#outputs.accept(run, message)
    this.#recorder.retell(run, record, ended)
    if (!isLogged) this.#record.logStarted({ type: 'logStarted', run, at: started })
  }

  #resume(link: KernelLink, { run: { run }, outcome, execution }: SentRun): void {
    if (outcome !== null) this.dispatch({ type: 'RunOver', run, outcome })
    else if (execution !== null) void this.#untilOver(run, link.follow(run, execution))
    else throw new Error(`run ${run} neither ended nor goes on`)
  }

  /** The reason of a refusal, null when there was none. */
  dispatch(operation: Operation): string | null {
    if (this.#isClosed && operation.type !== 'Recorded') return 'The server is stopping.'
    const before = this.#state
    const step = apply(before, operation)
    this.#state = step.state
    let refusal: string | null = null
    for (const action of step.actions) {
      if (action.type === 'refuse') refusal = action.reason
      else this.#perform(action)
    }
    if (before !== this.#state) this.events.emit('changed')
    return refusal
  }

  #perform(action: Performed): void {
    switch (action.type) {
      case 'startKernel':
        this.#chosenSpec = action.spec
        this.#record.track(this.#life.start(action.session, action.spec))
        break
      case 'restartKernel':
        this.#chosenSpec = action.spec
        this.#record.track(this.#life.restart(action.session, action.spec))
        break
      case 'shutdownKernel':
      case 'discardKernel':
        this.#record.track(this.#life.shutdown())
        break
      case 'interruptKernel':
        this.#interrupt(action.run)
        break
      case 'logSessionStarted':
        this.#logSessionStarted(action.session)
        break
      case 'logSessionEnded':
        this.#record.logSessionEnded(action, this.#life.link)
        break
      case 'logQueued':
        this.#record.logQueued(action)
        break
      case 'logStarted':
        if (!this.#restarted.has(action.run)) this.#record.logStarted(action)
        break
      case 'execute':
        this.#execute(action.run)
        break
      case 'sendInput':
        this.#life.link?.answer(action.value)
        break
      case 'endRun':
        this.#record.end(action, this.#life.link)
        break
      case 'dropRun':
        this.#record.tellLogged(action.run, false)
        break
      case 'setCellState':
        this.#setCellState(action.cell, action.state)
        break
    }
  }

  #started(link: KernelLink): void {
    this.#outputs.forgetAll()
    nameKernel(this.#options.doc, link.kernel, this.#chosenSpec !== null)
    this.#listen(link)
    this.dispatch({ type: 'KernelStarted', session: link.session, kernel: link.facts })
  }

  #listen(link: KernelLink): void {
    const { session } = link
    link.listen({
      output: (run, message) => this.#outputs.accept(run, message),
      record: (run, raw) => this.#recorder.accept(run, raw),
      comm: (message) => {
        if (link === this.#life.link) this.events.emit('event', commEvent(message))
      },
      prompt: (run, text, password) => this.dispatch({ type: 'InputRequested', run, text, password }),
      status: (status) => this.dispatch({ type: 'KernelStatus', session, status }),
      dead: (death) => {
        this.#recorder.noMore(link.runs)
        this.dispatch({ type: 'KernelDied', session, death })
      },
    })
  }

  #execute(run: RunningRun): void {
    if (this.#isClosed) return
    const { link } = this.#life
    if (link === null) throw new Error(`run ${run.run} without a kernel`)
    this.#outputs.begin(run.run, run.cell)
    void this.#untilOver(run.run, link.execute(run, this.#options.allowStdin))
    this.dispatch({ type: 'RunStarted', run: run.run, at: this.#now() })
    setTimeout(() => void this.#expect(run), EXPECT_AFTER_MS).unref()
  }

  async #untilOver(run: RunId, done: Promise<ExecuteOutcome>): Promise<void> {
    this.dispatch({ type: 'RunOver', run, outcome: await done })
  }

  async #expect(run: RunningRun): Promise<void> {
    if (this.#state.running?.run !== run.run) return
    const expectedMs = await this.#options.store.index
      .expectedMs(run.cell, run.sourceDigest)
      .catch(() => null)
    if (expectedMs !== null) this.dispatch({ type: 'RunExpected', run: run.run, expectedMs })
  }

  #interrupt(run: RunId): void {
    void this.#life.link?.interrupt()
    setTimeout(() => this.dispatch({ type: 'InterruptTimedOut', run }), INTERRUPT_WAIT_MS).unref()
  }

  #logSessionStarted(session: SessionId): void {
    const { link } = this.#life
    if (link === null) throw new Error(`session ${session} started without a kernel`)
    this.#record.logSessionStarted(session, link)
  }

  #recorded(entry: RunEnded, run: Run): void {
    this.#life.link?.forget((one) => !this.#outputs.has(one))
    this.dispatch({ type: 'Recorded', run: run.run })
    this.events.emit('recorded', entry, run)
    const { outcome, started, at: ended, durationMs } = entry
    const { cell, actor } = run
    const told = { run: run.run, cell, outcome, started, ended, durationMs, actor }
    this.events.emit('event', { type: 'recorded', ...told })
  }

  #setCellState(cell: string, state: 'idle' | 'queued' | 'running'): void {
    const { doc } = this.#options
    // A run that is over is told at once; that one waits, or goes on, may be told with its output.
    const from = state === 'idle' ? origin.server : origin.progress
    doc.transact(() => findCell(doc, cell)?.cell.set('execution_state', state), from)
  }

  #stalled(error: unknown): void {
    this.dispatch({ type: 'LogStalled' })
    const text = `The history cannot be written (${reasonOf(error)}). It is tried again; nothing new runs until then.`
    this.events.emit('event', { type: 'notice', level: 'error', text })
  }

  #broken(error: unknown): void {
    const text = `The history of this session has a gap: ${reasonOf(error)}. Run "yesterday fsck" to see more.`
    this.events.emit('event', { type: 'notice', level: 'error', text })
  }
}

function runningOf({ run, started, order }: SentRun): RunningRun {
  return { ...run, started, order, expectedMs: null }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

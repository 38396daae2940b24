/**
 * One notebook's session: holds the state, feeds `apply` with what happens, and performs the actions.
 * Invariant: nothing here decides; `run-queued` is durable before a run executes, and `run-ended` before its cell is
 * shown as done.
 */
import { EventEmitter } from 'node:events'
import type { ExecuteOutcome, Kernel, Message } from '@yesterday/kernel-bridge'
import { inBackground, logFault } from '@yesterday/kernel-bridge/background'
import { atPlace } from '@yesterday/kernel-bridge/log'
import { findCell, origin } from '../../contract/document.ts'
import type { RunId, Timestamp } from '../../contract/ids.ts'
import { noticeWords } from '../../contract/notices.ts'
import { whyTooDeep } from '../document/not-shown.ts'
import { apply } from './apply.ts'
import { createDurable, durableObjects } from './durable.ts'
import { type KeptKernel, KeptKernels } from './kept-kernels.ts'
import { type HearingParts, hearingOf } from './kernel-hearing.ts'
import { KernelLife } from './kernel-life.ts'
import { KernelLink } from './kernel-link.ts'
import { logStep } from './log-step.ts'
import { LogTrouble } from './log-trouble.ts'
import { nameKernel } from './name-kernel.ts'
import { notSent, reasonOf } from './not-sent.ts'
import { OwnOutputs } from './own-outputs.ts'
import { pagerOutputs } from './pager.ts'
import type { Past } from './past.ts'
import { Pulse } from './pulse.ts'
import { reattachRuns } from './reattach.ts'
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
import { SessionWidgets } from './widgets/session-widgets.ts'

type Performed = Exclude<Action, { type: 'refuse' }>

const PULSE_MS = 5000
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
  readonly #own: OwnOutputs
  readonly #trouble: LogTrouble
  readonly #record: SessionRecord
  readonly #life: KernelLife
  readonly #pulse: Pulse
  readonly #widgets: SessionWidgets
  readonly #kept: KeptKernels
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
    const emit = (event: SessionEvents['event'][0]) => this.events.emit('event', event)
    this.#trouble = new LogTrouble(emit, (operation) => this.dispatch(operation))
    const durable = createDurable({
      onStalled: (error) => this.#trouble.stalled(error),
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
    this.#own = new OwnOutputs({
      doc: options.doc,
      index: options.store.index,
      trustsHistory: options.trustsHistory ?? true,
      emit,
    })
    const { masker } = options.store.secrets
    this.#outputs = new SessionOutputs(options.doc, objects, masker, {
      onProduced: (output) => this.#own.add(output),
      onCrowded: (isCrowded) => this.#life.link?.kernel.pause(isCrowded),
    })
    this.#record = this.#makeRecord()
    this.#life = this.#makeLife()
    this.#kept = new KeptKernels((end, link) => this.#record.logSessionEnded(end, link))
    const { pulseMs = PULSE_MS } = options
    this.#pulse = new Pulse({
      // A dead kernel is reported by its link.
      heartbeat: async () => (await this.#life.link?.kernel.heartbeat(pulseMs)) ?? true,
      onChange: (silent) => this.dispatch({ type: 'KernelSilent', silent }),
      pauseMs: pulseMs,
    })
    this.#widgets = new SessionWidgets({ emit, link: () => this.#life.link })
  }

  #makeRecord(): SessionRecord {
    return new SessionRecord({
      ...this.#options,
      recorder: this.#recorder,
      outputs: this.#outputs,
      now: this.#now,
      onLogged: (runs) => this.dispatch({ type: 'RunsLogged', runs }),
      onNotLogged: (runs, error) => this.#trouble.notLogged(runs, error),
      onRecorded: (entry, run) => this.#recorded(entry, run),
      onLost: ({ run }) => this.dispatch({ type: 'Recorded', run }),
      onBroken: (error) => this.#trouble.broken(error),
      onWork: () => this.events.emit('changed'),
    })
  }

  #makeLife(): KernelLife {
    const { prewarm = true, store } = this.#options
    return new KernelLife({
      ...this.#options,
      prewarm,
      isWanted: (session) => !this.#isClosed && this.#state.session === session,
      pastIsLogged: () => this.#record.endingsSettled(),
      onStarted: (link) => this.#started(link),
      onNotice: (session, waiting) => this.dispatch({ type: 'KernelWaits', session, waiting }),
      onFailed: (session, why) =>
        this.dispatch({ type: 'KernelStartFailed', session, problem: store.secrets.mask(why) }),
    })
  }

  get life(): KernelLife {
    return this.#life
  }

  get kept(): KeptKernels {
    return this.#kept
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

  get own(): OwnOutputs {
    return this.#own
  }

  get widgets(): SessionWidgets {
    return this.#widgets
  }

  /** The server stops: the kernel lives on, to be found again; what already ended is recorded first. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#pulse.watch(false)
    if (!this.#state.stalled) await Promise.all([this.#record.endingsSettled(), this.#recorder.flushed()])
    this.#life.detach()
    this.#kept.detach()
  }

  /** Reattaches the session of an earlier server, whose kernel lives. */
  reattach(past: Past, kernel: Kernel): void {
    const link = new KernelLink(past.session, kernel)
    this.#life.adopt(link)
    this.#restarted = past.restarted
    reattachRuns(past, link, {
      ...this.#parts(link),
      perform: (action) => this.#perform(action),
      listen: () => this.#listen(link),
      follow: (run, execution) => this.#follow(run, link.follow(run, execution)),
    })
  }

  /** The reason of a refusal, null when there was none. */
  dispatch(operation: Operation): string | null {
    const { session, running } = this.#state
    const at = {
      notebook: this.#options.path(),
      ...(session === null ? {} : { session }),
      ...(running === null ? {} : { run: running.run }),
    }
    return atPlace(at, () => this.#dispatch(operation))
  }

  #dispatch(operation: Operation): string | null {
    if (this.#isClosed && operation.type !== 'Recorded') return 'The server is stopping.'
    logStep('operation', operation)
    const before = this.#state
    const step = apply(before, operation)
    this.#state = step.state
    let refusal: string | null = null
    for (const action of step.actions) {
      if (action.type === 'refuse') refusal = action.reason
      else this.#attempt(action)
    }
    this.#pulse.watch(this.#state.running !== null)
    if (before !== this.#state) this.events.emit('changed')
    return refusal
  }

  /** An action that fails keeps no other from being performed, and leaves no run open. */
  #attempt(action: Performed): void {
    logStep('action', action)
    try {
      this.#perform(action)
    } catch (error) {
      logFault(`performing ${action.type}`, error)
      this.#trouble.notice(
        noticeWords('notice.sessionFailed', { action: action.type, reason: reasonOf(error) }),
      )
      if (action.type === 'execute')
        this.dispatch({ type: 'RunOver', run: action.run.run, outcome: notSent(error) })
    }
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
        if (action.type === 'shutdownKernel') this.#life.giveUp()
        this.#record.track(this.#life.shutdown())
        if (action.type === 'shutdownKernel')
          this.#record.track(this.#kept.end('shut down with the kernel of the notebook'))
        break
      case 'interruptKernel':
        this.#interrupt(action.run)
        break
      case 'logSessionStarted':
        this.#logSessionStarted(action)
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
        this.#showPages(action)
        this.#record.end(action, this.#life.link)
        break
      case 'dropRun':
        this.#record.settleLogged(action.run, false)
        break
      case 'setCellState':
        this.#setCellState(action.cell, action.state)
        break
    }
  }

  #showPages({ run, ending }: Extract<Performed, { type: 'endRun' }>): void {
    if (ending.kind !== 'replied') return
    for (const message of pagerOutputs(ending.outcome)) this.#outputs.accept(run.run, message)
  }

  #started(link: KernelLink): void {
    this.#outputs.forgetAll()
    this.#widgets.begin(false)
    nameKernel(this.#options.doc, link.kernel, this.#chosenSpec !== null)
    this.#listen(link)
    this.dispatch({ type: 'KernelStarted', session: link.session, kernel: link.facts })
  }

  /** Goes on in another kernel, and keeps the one before. Returns why not; null where it does. */
  continueOn({ link, nextOrder }: KeptKernel): string | null {
    const { kernel: was, nextOrder: place } = this.#state
    const isKept = this.#kept.get(link.session) !== null
    const refusal = this.dispatch({ type: 'Continued', session: link.session, kernel: link.facts, nextOrder })
    if (refusal !== null) return refusal
    const before = this.#life.adopt(link)
    this.#kept.take(link.session)
    if (before !== null && was.state !== 'dead') this.#kept.keep({ link: before, nextOrder: place })
    this.#outputs.forgetAll()
    this.#widgets.begin(false)
    nameKernel(this.#options.doc, link.kernel, true)
    if (!isKept) this.#listen(link)
    this.events.emit('changed')
    return null
  }

  /** Takes a kernel that an earlier server kept. */
  keep(kept: KeptKernel): void {
    this.#kept.keep(kept)
    this.#listen(kept.link)
  }

  #listen(link: KernelLink): void {
    link.listen(hearingOf(link, this.#parts(link)))
  }

  #parts(link: KernelLink): HearingParts {
    const [outputs, recorder, record] = [this.#outputs, this.#recorder, this.#record]
    return {
      ...{ outputs, recorder, record, widgets: this.#widgets, kept: this.#kept },
      isCurrent: () => link === this.#life.link,
      comm: (message) => this.#comm(message),
      dispatch: (operation) => this.dispatch(operation),
    }
  }

  #comm(message: Message): void {
    const why = whyTooDeep([message.content, message.metadata])
    if (why === null) this.#widgets.accept(message)
    else this.#trouble.notice(noticeWords('notice.widgetMessage', { reason: why }))
  }

  #execute(run: RunningRun): void {
    if (this.#isClosed) return
    const { link } = this.#life
    if (link === null) throw new Error(`run ${run.run} without a kernel`)
    this.#outputs.begin(run.run, run.cell)
    this.#follow(run.run, link.execute(run, this.#options.allowStdin))
    this.dispatch({ type: 'RunStarted', run: run.run, at: this.#now() })
    const expect = () => inBackground(this.#expect(run), 'forecasting a run')
    setTimeout(expect, EXPECT_AFTER_MS).unref()
  }

  #follow(run: RunId, done: Promise<ExecuteOutcome>): void {
    const untilOver = async () => this.dispatch({ type: 'RunOver', run, outcome: await done })
    inBackground(untilOver(), `the end of run ${run}`)
  }

  async #expect(run: RunningRun): Promise<void> {
    if (this.#state.running?.run !== run.run) return
    const { expectedMs: expect, cwd } = this.#options
    const asked = { source: run.source, session: this.#state.session, cwd: cwd() }
    const expectedMs = (await expect?.(asked).catch(() => null)) ?? null
    if (expectedMs !== null) this.dispatch({ type: 'RunExpected', run: run.run, expectedMs })
  }

  #interrupt(run: RunId): void {
    const { link } = this.#life
    if (link !== null) inBackground(link.interrupt(), 'interrupting a kernel')
    setTimeout(() => this.dispatch({ type: 'InterruptTimedOut', run }), INTERRUPT_WAIT_MS).unref()
  }

  #logSessionStarted(action: Extract<Performed, { type: 'logSessionStarted' }>): void {
    const { link } = this.#life
    if (link === null) throw new Error(`session ${action.session} started without a kernel`)
    this.#record.logSessionStarted(action, link)
  }

  #recorded(entry: RunEnded, run: Run): void {
    this.#life.link?.forget((one) => !this.#outputs.has(one))
    this.dispatch({ type: 'Recorded', run: run.run })
    this.events.emit('recorded', entry, run)
    const { outcome, started, at: ended, durationMs } = entry
    const { cell, actor } = run
    const facts = { run: run.run, cell, outcome, started, ended, durationMs, actor }
    this.events.emit('event', { type: 'recorded', ...facts })
  }

  #setCellState(cell: string, state: 'idle' | 'queued' | 'running'): void {
    const { doc } = this.#options
    // The end of a run is sent at once; other states may be coalesced with its output.
    const from = state === 'idle' ? origin.server : origin.progress
    doc.transact(() => findCell(doc, cell)?.cell.set('execution_state', state), from)
  }

  /** Why the log takes no more runs; null while it does. */
  get logProblem(): string | null {
    return this.#trouble.problem
  }
}

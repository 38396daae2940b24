/**
 * What can be asked of one notebook's session: commands in, a view and events out.
 * Invariant: the source of a run is frozen when it is asked for, and the answer comes when its queue entry is durable.
 */
import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { RunId } from '../../contract/ids.ts'
import type { RecordedRun } from '../../contract/results.ts'
import type { Actor, SessionView } from '../../contract/session.ts'
import { freeze, frozenSource } from './freeze.ts'
import type { KeptKernel } from './kept-kernels.ts'
import type { OutgoingComm } from './kernel-link.ts'
import type { OwnOutputs } from './own-outputs.ts'
import type { Past } from './past.ts'
import { SessionHost } from './session-host.ts'
import type { SessionEvents, SessionOptions } from './session-options.ts'
import type { Operation, Run } from './state.ts'
import { cachedView } from './view.ts'
import type { SessionWidgets } from './widgets/session-widgets.ts'

/** A past run that is to run again. */
export type RunAgain = Pick<Run, 'cell' | 'place' | 'source'>

/** Code that a client sends for a cell, and how it wants it run. `stopOnError` is false by default. */
export type SourceRun = RunAgain & Partial<Pick<Run, 'stopOnError' | 'allowStdin' | 'userExpressions'>>

/** Who sends a comm message: the cell that shows the widget, and the client's name for the message. */
export interface CommSender {
  readonly cell?: string | null
  readonly ack?: string | null
}

/** A session as the rest of the server sees it. Refusals are the reasons as text, null where there is none. */
export class Session {
  readonly #host: SessionHost
  readonly #options: SessionOptions
  readonly #newId: () => string
  #hold: { readonly reason: string; readonly by: Actor } | null = null

  constructor(options: SessionOptions) {
    this.#host = new SessionHost(options)
    this.#options = options
    this.#newId = options.newId ?? (() => randomBytes(10).toString('hex'))
  }

  get events(): EventEmitter<SessionEvents> {
    return this.#host.events
  }

  view(): SessionView {
    return cachedView(this.#host.state)
  }

  /** Whether the cell runs in this session's kernel, or waits for it. */
  isBusyWith(cell: string): boolean {
    const { running, queue } = this.#host.state
    return running?.cell === cell || queue.some((run) => run.cell === cell)
  }

  /** Later outputs of this session's past runs are not written to the cell: it shows a run of another program. */
  leaveCell(cell: string): Promise<void> {
    return this.#host.outputs.leave(cell)
  }

  /** Notifies the clients of a run in the kernel of another program. */
  announce(recorded: RecordedRun): void {
    this.events.emit('event', { type: 'recorded', ...recorded })
    this.events.emit('recordedElsewhere', recorded.run)
  }

  /** True while there is a kernel, or something is still to be recorded. */
  get isActive(): boolean {
    const { state } = this.#host.state.kernel
    const { record, kept } = this.#host
    return (state !== 'none' && state !== 'dead') || record.isBusy || kept.all.length > 0
  }

  /** The kernel, for requests that leave the session as it is (completion, comms); null where there is none. */
  get kernel(): Kernel | null {
    return this.#host.state.kernel.state === 'dead' ? null : (this.#host.life.link?.kernel ?? null)
  }

  /** Refuses runs of others than `by` until the answer is called. Null where it is held already. */
  hold(reason: string, by: Actor): (() => void) | null {
    if (this.#hold !== null) return null
    this.#hold = { reason, by }
    return () => {
      this.#hold = null
    }
  }

  /** Goes on in another kernel, whose session is in the log; the one before is kept. Null, or why not. */
  continueOn(kept: KeptKernel): string | null {
    return this.#host.continueOn(kept)
  }

  /** Kernels that the notebook moved away from and that live on. */
  get kept(): readonly KeptKernel[] {
    return this.#host.kept.all
  }

  /** Takes a kernel that an earlier server kept. */
  keep(kept: KeptKernel): void {
    this.#host.keep(kept)
  }

  /** Ends a kernel that is kept. */
  async endKept(session: string, actor: Actor): Promise<void> {
    await this.#host.kept.end(`ended by ${actor.name} after the notebook had moved`, session)
  }

  /** The place that the next run takes in the session, from 1. */
  get nextOrder(): number {
    return this.#host.state.nextOrder
  }

  /** Queues these code cells; settles when the queue is durable: null, or why nothing was queued. Never rejects. */
  run(cells: readonly string[], actor: Actor, stopOnError = true): Promise<string | null> {
    const runs = this.#freeze(cells, actor, stopOnError)
    return this.#queue(runs, { type: 'RunCells', runs, session: this.#newId() })
  }

  /** As `run`, with recorded code in place of what the document says now; settles with the run's id where it is queued. */
  async runAgain(
    again: RunAgain,
    actor: Actor,
  ): Promise<{ readonly run: RunId } | { readonly refusal: string }> {
    const { run, queued } = this.runSource(again, actor)
    const refusal = await queued
    return refusal === null ? { run } : { refusal }
  }

  /** As `runAgain`, with the run's id before the run is queued; `queued` settles as `run` does. */
  runSource(
    again: SourceRun,
    actor: Actor,
  ): { readonly run: RunId; readonly queued: Promise<string | null> } {
    const { now = () => new Date().toISOString() } = this.#options
    const { source, ...rest } = again
    const frozen = { ...frozenSource(source, this.#options.store.secrets), actor, queued: now() }
    const run: Run = { stopOnError: false, ...rest, ...frozen, run: this.#newId() }
    return {
      run: run.run,
      queued: this.#queue([run], { type: 'RunCells', runs: [run], session: this.#newId() }),
    }
  }

  cancel(runs: readonly RunId[] | null, actor: Actor): string | null {
    return this.#host.dispatch({ type: 'Cancel', runs, actor })
  }

  interrupt(): string | null {
    return this.#host.dispatch({ type: 'Interrupt' })
  }

  start(spec: string | null, actor: Actor | null): string | null {
    return this.#host.dispatch({ type: 'Start', session: this.#newId(), spec, actor })
  }

  /** As `run`, in a new session with a kernel of its own. */
  restart(spec: string | null, cells: readonly string[], actor: Actor): Promise<string | null> {
    const runs = this.#freeze(cells, actor, true)
    return this.#queue(runs, { type: 'Restart', session: this.#newId(), spec, runs, actor })
  }

  shutdown(actor: Actor): string | null {
    return this.#host.dispatch({ type: 'Shutdown', actor })
  }

  /** Ends a kernel that listens to nothing else; `death` says why in words. */
  kill(death: string): void {
    const { link } = this.#host.life
    if (link === null) return
    this.#host.dispatch({ type: 'KernelDied', session: link.session, death })
    this.#host.record.track(this.#host.life.shutdown({ graceMs: 0 }))
  }

  input(run: RunId, value: string): string | null {
    if (this.#host.state.prompt?.password === true) this.#options.store.secrets.learn([value, value.trim()])
    return this.#host.dispatch({ type: 'InputAnswered', run, value })
  }

  /**
   * Sends a widget's message to the kernel; answers a refusal, or what settles when the kernel has handled it. What it
   * prints is shown in `cell`.
   */
  comm(message: OutgoingComm, { cell = null, ack = null }: CommSender): string | Promise<void> {
    const { life, widgets, outputs } = this.#host
    if (life.link === null || this.kernel === null)
      return 'This widget needs its kernel, which is not running.'
    if (!widgets.accepts(message)) return 'This widget belongs to an earlier kernel. Run its cell again.'
    return life.link.sendComm(message, { run: cell === null ? null : outputs.runOf(cell), ack })
  }

  /** Which outputs of the document were produced here. */
  get own(): OwnOutputs {
    return this.#host.own
  }

  /** The state of the kernel's widgets. */
  get widgets(): Pick<SessionWidgets, 'known' | 'read'> {
    return this.#host.widgets
  }

  clear(cells: readonly string[]): Promise<void> {
    return this.#host.outputs.clear(cells)
  }

  /** Settles when every run that ended, and the end of the session, is durable. */
  settled(): Promise<void> {
    return this.#host.record.settled()
  }

  /** The server stops: the kernel lives on, to be found again; what already ended is recorded first. */
  close(): Promise<void> {
    return this.#host.close()
  }

  /** Reattaches the session of an earlier server, whose kernel lives. */
  reattach(past: Past, kernel: Kernel): void {
    this.#host.reattach(past, kernel)
  }

  #freeze(cells: readonly string[], actor: Actor, stopOnError: boolean): Run[] {
    const { doc, now = () => new Date().toISOString() } = this.#options
    const { secrets } = this.#options.store
    const options = { actor, stopOnError, queued: now(), newId: this.#newId, secrets }
    return freeze(doc, cells, options)
  }

  async #queue(runs: readonly Run[], operation: Operation): Promise<string | null> {
    const [asked] = runs
    if (this.#hold !== null && asked !== undefined && asked.actor.id !== this.#hold.by.id)
      return this.#hold.reason
    const logged = runs.map(({ run }) => this.#host.record.whenLogged(run))
    const refusal = this.#host.dispatch(operation)
    if (refusal === null && (runs.length === 0 || (await Promise.all(logged)).includes(true))) return null
    for (const { run } of runs) this.#host.record.settleLogged(run, false)
    return (
      refusal ??
      this.#host.logProblem ??
      this.#host.state.kernel.problem ??
      'These runs were cancelled before the kernel had started.'
    )
  }
}

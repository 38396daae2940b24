/**
 * What a session writes down, and what waits for it. Invariant: `session-ended` follows the entries of all the
 * session's runs; a run is acknowledged to its own kernel, and reported as recorded, when its entry is durable.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Kernel, Kernels } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { RunId, Timestamp } from '../../contract/ids.ts'
import type { RunHost } from '../../contract/run.ts'
import type { Purpose } from '../store/log-entry.ts'
import type { KernelLink } from './kernel-link.ts'
import type { Recorder } from './recorder.ts'
import type { RunEnded } from './run-ended.ts'
import type { SessionOutputs } from './session-outputs.ts'
import type { Action, Run } from './state.ts'

type Of<T extends Action['type']> = Extract<Action, { type: T }>

export interface SessionRecordOptions {
  readonly recorder: Recorder
  readonly outputs: SessionOutputs
  readonly kernels: Kernels
  readonly documentId: string | null
  readonly path: () => string
  readonly purpose?: Purpose
  readonly now: () => Timestamp
  readonly onLogged: (runs: readonly RunId[]) => void
  /** The log can never take these runs: they do not run. */
  readonly onNotLogged: (runs: readonly RunId[], error: unknown) => void
  readonly onRecorded: (entry: RunEnded, run: Run) => void
  /** The run has ended, and the log cannot take its entry. */
  readonly onLost: (run: Run) => void
  /** A write that can never succeed. */
  readonly onBroken: (error: unknown) => void
  /** Work began or is done. */
  readonly onWork: () => void
}

export class SessionRecord {
  readonly #options: SessionRecordOptions
  readonly #work = new Set<Promise<void>>()
  readonly #endings = new Set<Promise<void>>()
  /** Requested runs that are not in the log yet; called with true when they are, with false if they never will be. */
  readonly #unlogged = new Map<RunId, (logged: boolean) => void>()

  constructor(options: SessionRecordOptions) {
    this.#options = options
  }

  get isBusy(): boolean {
    return this.#work.size > 0
  }

  /** Settles when every run that ended, and the end of the session, is durable. Never rejects. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) {
      await Promise.allSettled(this.#work)
      await nextTurn()
    }
  }

  /** As `settled`, for what has ended so far alone. */
  async endingsSettled(): Promise<void> {
    await Promise.allSettled(this.#endings)
  }

  track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#options.onBroken(error))
      .finally(() => this.#work.delete(tracked))
    this.#work.add(tracked)
    inBackground(tracked.finally(this.#options.onWork), 'writing the record of a session')
  }

  /** Settles with true when the run is in the log, with false when it never will be. */
  whenLogged(run: RunId): Promise<boolean> {
    return new Promise((resolve) => this.#unlogged.set(run, resolve))
  }

  settleLogged(run: RunId, logged: boolean): void {
    this.#unlogged.get(run)?.(logged)
    this.#unlogged.delete(run)
  }

  logQueued({ session, runs }: Of<'logQueued'>): void {
    const { recorder, path, onLogged, onNotLogged } = this.#options
    const ids = runs.map(({ run }) => run)
    const work = async (): Promise<void> => {
      try {
        await recorder.logQueued(path(), session, runs)
      } catch (error) {
        onNotLogged(ids, error)
        return
      }
      for (const run of ids) this.settleLogged(run, true)
      onLogged(ids)
    }
    this.track(work())
  }

  logStarted({ run, at }: Of<'logStarted'>): void {
    this.track(this.#options.recorder.appendLater({ type: 'run-started', run, at }))
  }

  logSessionStarted({ session, actor }: Of<'logSessionStarted'>, { kernel }: KernelLink): void {
    const { documentId, path, now, recorder, purpose = null } = this.#options
    const { displayName, language } = kernel.spec
    const started = { session, at: now(), notebook: path(), documentId, kernel: kernel.address }
    const work = async (): Promise<void> => {
      await recorder.append([{ type: 'session-started', ...started, displayName, language, actor, purpose }])
      // Only now can another server find it again.
      if (documentId !== null && kernel.status !== 'dead') kernel.outlive()
    }
    this.track(work())
  }

  /** A dead kernel's folder goes when all that it held is durable. */
  logSessionEnded({ session, reason }: Of<'logSessionEnded'>, link: KernelLink | null): void {
    const { recorder, kernels, now } = this.#options
    const [at, runs] = [now(), [...this.#endings]]
    const work = async (): Promise<void> => {
      await Promise.all(runs)
      await recorder.append([{ type: 'session-ended', session, at, reason }])
      if (link?.kernel.status === 'dead') await kernels.forget(link.kernel.address)
    }
    this.#trackEnding(work())
  }

  end(action: Of<'endRun'>, link: KernelLink | null): void {
    const { recorder, outputs: all, onRecorded, onLost } = this.#options
    const { run } = action.run
    const outputs = async () => (await all.end(run))?.outputs ?? []
    const noRecord = link === null ? 'the kernel is gone' : link.whyNoRecord(action.ending)
    const objects = link?.kernel.objects ?? null
    const use = link?.samples.take(run) ?? null
    const host = link === null ? undefined : runHostOf(link.kernel)
    const work = async (): Promise<void> => {
      const entry = await recorder.end({ ...action, outputs, noRecord, objects, use, host })
      link?.kernel.acknowledge(run)
      onRecorded(entry, action.run)
    }
    const ended = work().catch((error: unknown) => {
      // The log refused the entry. The cell is free all the same.
      onLost(action.run)
      throw error
    })
    this.#trackEnding(ended)
  }

  /** Digests that the agent computed behind a run's reply. */
  acceptContent({ session, kernel }: KernelLink, raw: unknown): void {
    this.track(this.#options.recorder.acceptContent(session, kernel.objects, raw))
  }

  #trackEnding(work: Promise<void>): void {
    this.#endings.add(work)
    this.track(work.finally(() => this.#endings.delete(work)))
  }
}

/** Where the kernel runs; null for this machine. */
export function runHostOf({ spec, allocation }: Pick<Kernel, 'spec' | 'allocation'>): RunHost | null {
  const { where } = spec
  if (where === undefined) return null
  const { job = null, cluster = null, partition = null, node = null } = allocation ?? {}
  return { provider: where.provider, name: where.title, job, cluster, partition, node }
}

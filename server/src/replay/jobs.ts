/**
 * Replays, questions and restorations that the page asked for, each a job that it looks at. Invariant: a job ends as
 * done, failed or stopped, whatever is thrown in it; few run at a time, and the last ones are kept to be looked at.
 */
import { randomBytes } from 'node:crypto'
import type { Job, JobProgress, JobRequest } from '../../contract/replay.ts'
import { untilNews } from '../connection/news.ts'
import { isRefused, type Refused } from './targets.ts'

/** What a job brings. */
export type JobResult = Partial<Pick<Job, 'replay' | 'since' | 'restore' | 'move'>>

export interface JobOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
  /** Shows what is known so far. */
  readonly onResult: (result: JobResult) => void
  /** Settles when a user confirms what is shown. */
  readonly confirmed: Promise<void>
}

/** Performs one request and reports its progress. */
export type PerformJob = (request: JobRequest, options: JobOptions) => Promise<JobResult | Refused>

const KEPT = 50
const AT_ONCE = 4
const nothing: JobProgress = { done: 0, total: 0, now: null, verdicts: [] }

interface Entry {
  job: Job
  readonly request: JobRequest
  readonly stop: AbortController
  readonly confirmed: PromiseWithResolvers<void>
  readonly waiting: Set<() => void>
}

export class Jobs {
  readonly #perform: PerformJob
  readonly #entries = new Map<string, Entry>()
  readonly #work = new Set<Promise<void>>()

  constructor(perform: PerformJob) {
    this.#perform = perform
  }

  /** Null where too many are at work. */
  start(request: JobRequest): Job | null {
    if (this.#work.size >= AT_ONCE) return null
    const id = randomBytes(8).toString('hex')
    const job: Job = {
      id,
      kind: request.kind,
      state: 'running',
      revision: 1,
      started: new Date().toISOString(),
      progress: nothing,
      replay: null,
      since: null,
      restore: null,
      move: null,
      problem: null,
    }
    const [stop, confirmed] = [new AbortController(), Promise.withResolvers<void>()]
    const entry: Entry = { job, request, stop, confirmed, waiting: new Set() }
    this.#entries.set(id, entry)
    this.#forgetOld()
    const work = this.#run(entry, request).finally(() => this.#work.delete(work))
    this.#work.add(work)
    return job
  }

  /** What a job was asked to do. */
  requestOf(id: string): JobRequest | null {
    return this.#entries.get(id)?.request ?? null
  }

  list(): readonly Job[] {
    return [...this.#entries.values()].map(({ job }) => job).toReversed()
  }

  /** The job as it is; with `after`, when its revision differs, or after the wait. */
  async look(id: string, after: number | null, waitMs: number): Promise<Job | null> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return null
    if (after !== null && entry.job.revision <= after && entry.job.state === 'running')
      await untilNews(entry.waiting, waitMs)
    return entry.job
  }

  /** A job that waits for it goes on. */
  confirm(id: string): Job | null {
    const entry = this.#entries.get(id)
    entry?.confirmed.resolve()
    return entry?.job ?? null
  }

  stop(id: string): Job | null {
    const entry = this.#entries.get(id)
    entry?.stop.abort()
    return entry?.job ?? null
  }

  /** Stops all; settles when their kernels are gone. */
  async close(): Promise<void> {
    for (const { stop } of this.#entries.values()) stop.abort()
    await Promise.all(this.#work)
  }

  async #run(entry: Entry, request: JobRequest): Promise<void> {
    const { signal } = entry.stop
    const onProgress = (progress: JobProgress): void => this.#change(entry, { progress })
    try {
      const onResult = (result: JobResult): void => this.#change(entry, result)
      const confirmed = entry.confirmed.promise
      const result = await this.#perform(request, { signal, onProgress, onResult, confirmed })
      if (isRefused(result)) this.#change(entry, { state: 'failed', problem: result.refused })
      else this.#change(entry, { ...result, state: signal.aborted ? 'stopped' : 'done' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#change(entry, { state: 'failed', problem: { code: 'failed', message } })
    }
  }

  #change(entry: Entry, change: Partial<Job>): void {
    entry.job = { ...entry.job, ...change, revision: entry.job.revision + 1 }
    for (const wake of entry.waiting) wake()
  }

  #forgetOld(): void {
    for (const [id, { job }] of this.#entries) {
      if (this.#entries.size <= KEPT) return
      if (job.state !== 'running') this.#entries.delete(id)
    }
  }
}

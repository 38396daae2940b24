/**
 * The queue, as all jobs of this program see it. Invariant: it is asked by one `squeue` for all jobs, never more often than
 * every `pollMs`; where nothing changes, the time between doubles up to six times that.
 */
import { inBackground } from '../../background.ts'
import type { Commands } from './commands.ts'
import { pastWords, queueWords, waitingWords } from './job-words.ts'
import { hasEnded, isWaiting, type JobView, placeIn, readQueue } from './queue-lines.ts'

/** A job, with its place among those that wait. */
export interface QueuedJob extends JobView {
  readonly place: { readonly position: number; readonly count: number } | null
}

type Listener = (job: QueuedJob) => void

const SOON_MS = 300
const SLOWEST = 6
/** The controller forgets a job some minutes after its end, and has it only a moment after its start. */
const MISSES = 2

export class JobQueue {
  readonly #commands: Commands
  readonly #pollMs: number
  readonly #watched = new Map<string, { readonly listeners: Set<Listener>; misses: number; last: string }>()
  #timer: NodeJS.Timeout | undefined
  #isAsking = false
  #isWanted = false
  #slowness = 1
  #problem: string | null = null

  constructor(commands: Commands, pollMs: number) {
    this.#commands = commands
    this.#pollMs = pollMs
  }

  /** Why the queue could not be read the last time. */
  get problem(): string | null {
    return this.#problem
  }

  /** Calls the listener with the job now and when it has changed, until it has ended. Returns what stops that. */
  watch(job: string, listener: Listener): () => void {
    const known = this.#watched.get(job) ?? { listeners: new Set<Listener>(), misses: 0, last: '' }
    known.listeners.add(listener)
    known.last = ''
    this.#watched.set(job, known)
    this.poke()
    return () => {
      known.listeners.delete(listener)
      if (known.listeners.size === 0) this.#watched.delete(job)
      if (this.#watched.size === 0) clearTimeout(this.#timer)
    }
  }

  /** Something may have changed: it is asked soon. */
  poke(): void {
    this.#slowness = 1
    if (this.#isAsking) this.#isWanted = true
    else this.#later(SOON_MS)
  }

  /** All jobs of the user. Rejects with `SlurmError`. */
  async jobs(): Promise<readonly JobView[]> {
    return readQueue((await this.#commands.run(queueWords)).stdout)
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#watched.size === 0) return
    this.#timer = setTimeout(() => inBackground(this.#ask(), 'reading the queue of Slurm'), ms)
    this.#timer.unref()
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    this.#isWanted = false
    try {
      await this.#look()
      this.#problem = null
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
    } finally {
      this.#isAsking = false
      this.#later(this.#isWanted ? SOON_MS : this.#pollMs * this.#slowness)
      this.#slowness = Math.min(this.#slowness * 2, SLOWEST)
    }
  }

  async #look(): Promise<void> {
    const jobs = new Map((await this.jobs()).map((job) => [job.id, job]))
    const waiting = [...this.#watched.keys()].flatMap((id) => jobs.get(id) ?? []).filter(isWaiting)
    const lines = new Map<string, string>()
    for (const { partition } of waiting)
      if (!lines.has(partition) && /^[\w.,-]+$/.test(partition))
        lines.set(
          partition,
          await this.#commands.run(waitingWords(partition)).then(
            ({ stdout }) => stdout,
            () => '',
          ),
        )
    for (const [id, known] of [...this.#watched]) {
      const job = jobs.get(id)
      known.misses = job === undefined ? known.misses + 1 : 0
      if (job !== undefined)
        this.#report(known, { ...job, place: placeIn(lines.get(job.partition) ?? '', id) })
      else if (known.misses >= MISSES) this.#report(known, await this.#past(id))
    }
  }

  #report(known: { readonly listeners: Set<Listener>; last: string }, job: QueuedJob): void {
    // Time that is left goes by without being a change.
    const now = JSON.stringify({ ...job, left: null })
    if (now === known.last) return
    known.last = now
    this.#slowness = 1
    for (const listener of [...known.listeners]) listener(job)
    if (hasEnded(job)) this.#watched.delete(job.id)
  }

  /** How a job ended that the controller forgot. Without accounting only that it is gone is known. */
  async #past(id: string): Promise<QueuedJob> {
    const { stdout } = await this.#commands.run(pastWords(id)).catch(() => ({ stdout: '' }))
    const [state = '', , node = null] = (stdout.split('\n')[0] ?? '').split('|')
    const ended = { id, state: /^[A-Z_]+/.exec(state)?.[0] ?? '', reason: null, node }
    const rest = {
      startsAt: null,
      left: null,
      limit: null,
      partition: '',
      name: '',
      comment: '',
      place: null,
    }
    return { ...rest, ...ended, state: hasEnded(ended) ? ended.state : 'COMPLETED' }
  }
}

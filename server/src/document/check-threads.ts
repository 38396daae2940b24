/**
 * Threads on which edits are checked, shared by all notebooks of the process, within limits of time and memory.
 * Invariant: every question is answered; when a thread dies, it is known over which question.
 */
import { Worker } from 'node:worker_threads'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { CheckAnswer, Order, Question } from './check-thread.ts'

/** `isCulprit`: the thread died over this question, and not over an earlier one. */
export type ThreadAnswer = CheckAnswer | { readonly type: 'died'; readonly isCulprit: boolean }

/**
 * An honest update takes milliseconds. What counts is the time that the thread itself computed: on a busy machine it may
 * wait for long.
 */
const TIME_LIMIT_MS = 5000
const TIME_PER_MB_MS = 1000
/** For work whose size no client's message decides. */
const OWN_TIME_LIMIT_MS = 60_000
/** Most questions are answered before the thread is looked at. */
const FIRST_LOOK_MS = 100
const LOOK_MS = 500
const MEMORY_MB = 2048
const MB = 1024 * 1024
/** Two, so that one notebook seldom waits for another. */
const THREADS = 2

interface Asked {
  readonly question: Question
  readonly settle: (answer: ThreadAnswer) => void
}

export interface ThreadLimits {
  /** Longest time, in ms, that the check of an update of so many bytes may compute. */
  readonly timeLimit: (bytes: number) => number
  readonly memoryMb: number
}

const defaultLimits: ThreadLimits = {
  timeLimit: (bytes) => TIME_LIMIT_MS + (bytes / MB) * TIME_PER_MB_MS,
  memoryMb: MEMORY_MB,
}

export class CheckThread {
  readonly #limits: ThreadLimits
  readonly #worker: Worker
  #asked: Asked[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #isAlive = true
  /** How many notebooks use it. */
  notebooks = 0

  constructor(limits: ThreadLimits) {
    this.#limits = limits
    this.#worker = new Worker(new URL('./check-thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    })
    this.#worker.on('message', (answer: CheckAnswer) => this.#answered(answer))
    // The exit that follows says all that matters here.
    this.#worker.on('error', () => undefined)
    this.#worker.on('exit', () => this.#ended())
    // After the listeners: each of them refs it again.
    this.#worker.unref()
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  ask(question: Question): Promise<ThreadAnswer> {
    const { promise, resolve } = Promise.withResolvers<ThreadAnswer>()
    if (!this.#isAlive) return Promise.resolve({ type: 'died', isCulprit: false })
    if (this.#asked.push({ question, settle: resolve }) === 1) this.#watch()
    this.#worker.postMessage(question)
    return promise
  }

  send(order: Order): void {
    if (this.#isAlive) this.#worker.postMessage(order)
  }

  #answered(answer: CheckAnswer): void {
    const asked = this.#asked.shift()
    this.#watch()
    asked?.settle(answer)
  }

  /** Gives the first question its time. */
  #watch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const [first] = this.#asked
    if (first === undefined) return
    const { question } = first
    const limit = question.type === 'try' ? this.#limits.timeLimit(question.update.length) : OWN_TIME_LIMIT_MS
    this.#endAfter(first, limit, null)
  }

  /** Ends the thread once it has computed `limit` ms more than `before`, which is null until it was asked. */
  #endAfter(question: Asked, limit: number, before: number | null): void {
    const look = async (): Promise<void> => {
      const computed = await this.#computed()
      if (this.#asked[0] !== question || !this.#isAlive) return
      const left = limit - (computed - (before ?? computed))
      if (left <= 0) await this.#worker.terminate()
      else this.#endAfter(question, limit, before ?? computed)
    }
    const wait = Math.min(before === null ? FIRST_LOOK_MS : LOOK_MS, limit)
    const begin = () => inBackground(look(), 'looking after a thread that checks edits')
    this.#timer = setTimeout(begin, wait)
  }

  /** Milliseconds that the thread has computed. The thread can answer while it computes. */
  async #computed(): Promise<number> {
    const used = await this.#worker.cpuUsage().catch(() => null)
    return used === null ? 0 : (used.user + used.system) / 1000
  }

  #ended(): void {
    this.#isAlive = false
    for (const [place, { settle }] of this.#asked.splice(0).entries())
      settle({ type: 'died', isCulprit: place === 0 })
    this.#watch()
  }
}

export class CheckThreads {
  readonly #limits: ThreadLimits
  readonly #count: number
  #threads: CheckThread[] = []

  constructor(limits: Partial<ThreadLimits> = {}, count = THREADS) {
    this.#limits = { ...defaultLimits, ...limits }
    this.#count = count
  }

  /** Starts a thread ahead of the first edit. */
  warm(): void {
    if (this.#threads.length === 0) this.#threads.push(new CheckThread(this.#limits))
  }

  /** The updates as small ones, in the same order; null where the thread cannot say. */
  async split(updates: readonly Uint8Array[]): Promise<readonly Uint8Array[] | null> {
    const answer = await this.get().ask({ type: 'split', updates })
    return answer.type === 'pieces' ? answer.pieces : null
  }

  /** The thread with the fewest notebooks. */
  get(): CheckThread {
    this.#threads = this.#threads.filter(({ isAlive }) => isAlive)
    const [least] = [...this.#threads].sort((a, b) => a.notebooks - b.notebooks)
    if (least !== undefined && (least.notebooks === 0 || this.#threads.length >= this.#count)) return least
    const thread = new CheckThread(this.#limits)
    this.#threads.push(thread)
    return thread
  }
}

/** The threads of this process. */
export const checkThreads = new CheckThreads()

/**
 * Has the edits of one notebook tried on a thread. Invariant: every edit is answered; one that the thread does not
 * survive is refused, and those that waited behind it are tried again.
 */

import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Question } from './check-thread.ts'
import type { CheckThread, CheckThreads, ThreadAnswer } from './check-threads.ts'
import type { Tried } from './scratch.ts'

/** `wasKilled`: the thread died over this update. */
export type Checked = Tried & { readonly wasKilled?: true }

type Part<T extends 'try' | 'since'> = Omit<Extract<Question, { type: T }>, 'notebook'>

let lastNotebook = 0

export class UpdateChecker {
  readonly #threads: CheckThreads
  /** Updates that make the document with all that was accepted, for a thread that starts. */
  readonly #state: () => readonly Uint8Array[]
  readonly #notebook = ++lastNotebook
  /** The thread that has a copy of the document. */
  #thread: CheckThread | null = null
  #isStopped = false

  constructor(threads: CheckThreads, state: () => readonly Uint8Array[]) {
    this.#threads = threads
    this.#state = state
  }

  /** Gives a thread its copy, where none has one. `pieces` make the document as it is now. */
  start(pieces?: readonly Uint8Array[]): CheckThread {
    if (this.#thread?.isAlive) return this.#thread
    const thread = this.#threads.get()
    thread.notebooks++
    const question = { type: 'start', notebook: this.#notebook, pieces: pieces ?? this.#state() } as const
    inBackground(thread.ask(question), 'giving a notebook to the thread that checks edits')
    this.#thread = thread
    return thread
  }

  /** Takes an update that is in the document. */
  add(update: Uint8Array): void {
    this.#thread?.send({ type: 'add', notebook: this.#notebook, update })
  }

  /** Tries an update of the person `author`. Accepted updates must enter the document in the order of the answers. */
  async try(update: Uint8Array, author: string): Promise<Checked> {
    const answer = await this.#ask({ type: 'try', update, author })
    return answer?.type === 'tried' ? answer.tried : tooHeavy
  }

  /** What the document with all accepted updates has beyond a state vector; null where the thread cannot say. */
  async since(stateVector: Uint8Array): Promise<Uint8Array | null> {
    const answer = await this.#ask({ type: 'since', stateVector })
    return answer?.type === 'state' ? answer.update : null
  }

  /** Releases the thread. Pending checks are refused or not answered. */
  stop(): void {
    this.#isStopped = true
    this.#thread?.send({ type: 'stop', notebook: this.#notebook })
    if (this.#thread !== null) this.#thread.notebooks--
    this.#thread = null
  }

  /** Null where the thread died over the question, or cannot have the document. */
  async #ask(question: Part<'try'> | Part<'since'>): Promise<ThreadAnswer | null> {
    for (let tries = 0; tries < MAX_TRIES && !this.#isStopped; tries++) {
      const answer = await this.start().ask({ ...question, notebook: this.#notebook })
      if (answer.type !== 'died') return answer
      if (answer.isCulprit) return null
    }
    return null
  }
}

/** A thread may die over the questions of others, but not for ever. */
const MAX_TRIES = 10

const tooHeavy: Checked = {
  ok: false,
  problem: 'The server could not check this edit in time. Make it smaller.',
  isCostly: true,
  wasKilled: true,
}

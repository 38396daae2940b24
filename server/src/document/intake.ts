/**
 * The edits of browsers on their way to the check. Invariant: the edits of one sender are checked in order and one at
 * a time, so that each waits for at most one edit of each other sender.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Checked } from './update-checker.ts'

/** An update that a browser sent. */
export interface Submission {
  readonly update: Uint8Array
  /** The connection. */
  readonly sender: object
  /** The id of the person. */
  readonly author: string
  /** Called once the update is durable and in the document. */
  readonly settled: () => void
  /** Called instead where it was refused; it changed nothing. */
  readonly refused: (refusal: Extract<Checked, { ok: false }>) => void
}

export interface IntakeEffects {
  readonly check: (update: Uint8Array, author: string) => Promise<Checked>
  /** Takes what is new in an accepted update; null if that is nothing. */
  readonly accepted: (submission: Submission, update: Uint8Array | null) => void
}

export class Intake {
  readonly #effects: IntakeEffects
  /** What each sender waits for; the first one of each is being checked. */
  readonly #waiting = new Map<object, Submission[]>()

  constructor(effects: IntakeEffects) {
    this.#effects = effects
  }

  submit(submission: Submission): void {
    const waiting = this.#waiting.get(submission.sender)
    if (waiting !== undefined) {
      waiting.push(submission)
      return
    }
    this.#waiting.set(submission.sender, [submission])
    inBackground(this.#work(submission.sender), 'checking an edit')
  }

  /** Drops what a sender that is gone has sent and what is not being checked yet. */
  drop(sender: object): void {
    this.#waiting.get(sender)?.splice(1)
  }

  async #work(sender: object): Promise<void> {
    const waiting = this.#waiting.get(sender) ?? []
    try {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) await this.#take(first, waiting)
    } finally {
      this.#waiting.delete(sender)
    }
  }

  async #take(first: Submission, waiting: Submission[]): Promise<void> {
    const checked = await this.#effects.check(first.update, first.author).finally(() => waiting.shift())
    if (checked.ok) this.#effects.accepted(first, checked.update)
    else first.refused(checked)
  }
}

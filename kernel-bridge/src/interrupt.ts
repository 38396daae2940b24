/**
 * An interrupt that is not lost. One that comes before the kernel has begun what it was sent would meet an idle kernel,
 * which ignores it; and CPython lets a blocking call begin whose thread got the signal just before, while it gave away
 * its lock, and raises it when the call ends.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from './background.ts'
import type { Conversation } from './conversation.ts'

/** What does not begin by then waits for something else, which is to be interrupted as well. */
const BEGINS_WITHIN_MS = 500
/** When, after the signal, a call that slept over it is woken. */
const WAKE_MS = [50, 250, 1_000]

/** The ways to one kernel's process. */
export interface Striking {
  /** SIGINT, to the process's group. */
  readonly strike: () => unknown
  /** SIGURG: a call that waits looks at what came before, and an event loop that waits goes on. */
  readonly wake: () => unknown
}

/** Interrupts by signal. Invariant: an execution that has not begun is struck once, when it does. */
export class Interrupts {
  readonly #held = new Set<string>()

  /** Interrupts what the kernel is at. `canWake`: it has a handler for SIGURG. */
  async send({ strike, wake }: Striking, conversation: Conversation, canWake: boolean): Promise<void> {
    const run = conversation.executing
    if (run === null) {
      await strike()
      return
    }
    if (this.#held.has(run)) return
    const begun = async (hasBegun: boolean): Promise<void> => {
      this.#held.delete(run)
      if (!hasBegun) return
      await strike()
      if (canWake) wakeLater(wake, () => conversation.executing === run)
    }
    this.#held.add(run)
    const struck = conversation.untilBegun(run).then(begun)
    const isLate = await Promise.race([struck, sleep(BEGINS_WITHIN_MS, true, { ref: false })])
    if (isLate !== true) return
    inBackground(struck, 'interrupting a run that began late')
    await strike()
  }
}

function wakeLater(wake: () => unknown, isStillAtIt: () => boolean): void {
  const look = () => isStillAtIt() && wake()
  for (const ms of WAKE_MS) setTimeout(look, ms).unref()
}

/**
 * An interrupt that is not lost. One that comes before the kernel has begun what it was sent would meet an idle kernel,
 * which ignores it; and CPython lets a blocking call begin whose thread got the signal just before, while it gave away
 * its lock, and raises it when the call ends.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Conversation } from './conversation.ts'
import type { KernelProcess } from './process.ts'

/** What does not begin by then waits for something else, which is to be interrupted as well. */
const BEGINS_WITHIN_MS = 500
/** When, after the signal, a call that slept over it is woken. */
const WAKE_MS = [50, 250, 1_000]

/** Interrupts by signal, to the process's group. Invariant: an execution that has not begun is struck once, when it does. */
export class Interrupts {
  readonly #held = new Set<string>()

  /**
   * Interrupts what the kernel is at. `canWake`: it has a handler for SIGURG, so that a call that waits looks at what
   * came before, and an event loop that waits goes on.
   */
  async send(process: KernelProcess, conversation: Conversation, canWake: boolean): Promise<void> {
    const run = conversation.executing
    if (run === null) {
      process.signal('SIGINT')
      return
    }
    if (this.#held.has(run)) return
    const strike = (hasBegun: boolean) => {
      this.#held.delete(run)
      if (hasBegun) process.signal('SIGINT')
      if (hasBegun && canWake) wake(process, () => conversation.executing === run)
    }
    this.#held.add(run)
    const struck = conversation.untilBegun(run).then(strike)
    const isLate = await Promise.race([struck, sleep(BEGINS_WITHIN_MS, true, { ref: false })])
    if (isLate === true) process.signal('SIGINT')
  }
}

function wake(process: KernelProcess, isStillAtIt: () => boolean): void {
  const look = () => isStillAtIt() && process.signal('SIGURG')
  for (const ms of WAKE_MS) setTimeout(look, ms).unref()
}

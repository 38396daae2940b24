/**
 * pure. What the supervisor does when the server's process has ended. A server that was asked to stop, or that refused to
 * start, is not started again; one that crashed is, after a growing pause, unless it keeps crashing.
 */

/** The process was ended because its state may be unsound. `EX_SOFTWARE` of sysexits.h. */
export const EXIT_FAULT = 70

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export type Step =
  | { readonly type: 'end'; readonly code: number }
  | { readonly type: 'restart'; readonly afterMs: number }
  | { readonly type: 'give-up'; readonly code: number }

/** Crashes within this time count together, ms. */
const WINDOW_MS = 60_000
/** So many of them, and it is given up. */
export const MOST_CRASHES = 5
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 8_000

const signalCodes: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
}

export class RestartPolicy {
  #crashes: readonly number[] = []

  /** `wasAsked`: a signal to stop was passed on. `now` is in ms, of a clock that only grows. */
  afterEnd(ended: Ended, { wasAsked, now }: { readonly wasAsked: boolean; readonly now: number }): Step {
    if (wasAsked || !isCrash(ended)) return { type: 'end', code: codeOf(ended) }
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW_MS), now]
    const { length } = this.#crashes
    if (length >= MOST_CRASHES) return { type: 'give-up', code: EXIT_FAULT }
    const pause = FIRST_PAUSE_MS * 2 ** (length - 2)
    return { type: 'restart', afterMs: length === 1 ? 0 : Math.min(pause, LONGEST_PAUSE_MS) }
  }
}

/** A process that chose its exit code, other than the one for faults, did what it wanted. */
const isCrash = ({ code, signal }: Ended): boolean =>
  signal !== null || code === null || code === EXIT_FAULT || code > 128

const codeOf = ({ code, signal }: Ended): number => code ?? (signal === null ? 1 : (signalCodes[signal] ?? 1))

/**
 * Limits how often a password may be tried, for each account and for each address. After some failures the next try has
 * to wait, and each further failure doubles the wait. Held in memory: a restart forgets it.
 */
export interface AttemptLimits {
  /** Failures without a wait. */
  readonly free: number
  /** The first wait, ms. */
  readonly firstMs: number
  readonly longestMs: number
}

/** An address may be that of many people. */
export const ACCOUNT_LIMITS: AttemptLimits = { free: 5, firstMs: 30_000, longestMs: 15 * 60_000 }
export const ADDRESS_LIMITS: AttemptLimits = { free: 30, firstMs: 30_000, longestMs: 15 * 60_000 }

/** Names that are remembered; the one that failed longest ago is forgotten. */
const MOST_NAMES = 10_000
/** The time without failures after which they are forgotten, ms. */
const FORGET_MS = 3600_000

interface Failures {
  readonly count: number
  readonly last: number
  readonly until: number
}

export class Attempts {
  readonly #limits: AttemptLimits
  readonly #now: () => number
  readonly #keyOf: (name: string) => string
  readonly #failures = new Map<string, Failures>()

  /** `now` is a clock in ms. Names with the same key count as one. */
  constructor(limits: AttemptLimits, now: () => number, keyOf = (name: string) => name) {
    this.#limits = limits
    this.#now = now
    this.#keyOf = keyOf
  }

  /** How long, ms, until this name may try again; 0 if now. */
  waitOf(name: string): number {
    return Math.max(0, (this.#failures.get(this.#keyOf(name))?.until ?? 0) - this.#now())
  }

  /** Counts a try as a failure before its outcome is known, so that tries at the same time count. */
  begin(name: string): void {
    const now = this.#now()
    const key = this.#keyOf(name)
    const known = this.#failures.get(key)
    const count = (known === undefined || now - known.last > FORGET_MS ? 0 : known.count) + 1
    const { free, firstMs, longestMs } = this.#limits
    const wait = count < free ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(30, count - free))
    this.#failures.delete(key)
    this.#failures.set(key, { count, last: now, until: now + wait })
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > MOST_NAMES && oldest !== undefined) this.#failures.delete(oldest)
  }

  /** Forgets the failures: the account's owner has the password. */
  forget(name: string): void {
    this.#failures.delete(this.#keyOf(name))
  }

  /** Cancels the one try that succeeded. Earlier failures of the address, with other accounts, still count. */
  forgive(name: string): void {
    const key = this.#keyOf(name)
    const known = this.#failures.get(key)
    if (known !== undefined) this.#failures.set(key, { ...known, count: known.count - 1, until: 0 })
  }
}

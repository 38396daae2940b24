/** A token bucket: so much at once, and so much a second on average. */

export interface QuotaLimits {
  /** Most that may be taken at once after a pause. */
  readonly burst: number
  readonly perSecond: number
}

export class Quota {
  readonly #limits: QuotaLimits
  readonly #now: () => number
  #left: number
  #since: number

  /** `now` is a clock in ms. */
  constructor(limits: QuotaLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
    this.#left = limits.burst
    this.#since = now()
  }

  /** Takes `amount`; false, and nothing is taken, if that is more than there is. */
  take(amount: number): boolean {
    const { burst, perSecond } = this.#limits
    const now = this.#now()
    this.#left = Math.min(burst, this.#left + ((now - this.#since) / 1000) * perSecond)
    this.#since = now
    if (amount > this.#left) return false
    this.#left -= amount
    return true
  }
}
